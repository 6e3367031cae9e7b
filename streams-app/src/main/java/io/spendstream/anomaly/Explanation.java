package io.spendstream.anomaly;

import io.spendstream.usage.PromptPart;
import io.spendstream.words.Amounts;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Why cost rose, as far as figures tell: the change of cost split into effects that add up to it.
 *
 * <p>Cost is the sum over meters of requests × tokens per request × share of the meter × price. The logarithmic mean
 * Divisia index (Ang: Decomposition analysis for policymaking in energy, Energy Policy 32, 2004, LMDI-I) gives each factor
 * x of each meter {@code L(c1, c0) × ln(x1 / x0)} with {@code L(a, b) = (a - b) / (ln a - ln b)}, without a rest.
 *
 * @param reason the effect that raised the cost most
 * @param effect what it makes of the cost, in nano-USD
 * @param sentence for people, with figures; empty for OTHER
 */
public record Explanation(Reason reason, long effect, String sentence) {

    public enum Reason {
        MORE_TRAFFIC,
        RETRIES,
        LONGER_PROMPTS,
        LONGER_ANSWERS,
        LOST_CACHE,
        /** The price of a token changed. */
        PRICE_CHANGE,
        /** The price of a token changed while that of no model did. */
        MODEL_MIX,
        OTHER
    }

    private static final double PRICE_CHANGED = 0.1;
    private static final double RETRIES_OF_MORE = 0.5;

    private static final Explanation UNKNOWN = new Explanation(Reason.OTHER, 0, "");

    /**
     * The likely reason.
     *
     * @param now figures of the time in question
     * @param usual figures of as long a usual time; see {@link #usual}
     * @param modelPriceChanged whether a model in it changed its price (see {@link #priceChanged}); null where not known
     */
    public static Explanation of(long[] now, long[] usual, Boolean modelPriceChanged) {
        if (get(now, Figure.COST) <= get(usual, Figure.COST) || get(usual, Figure.REQUESTS) == 0) {
            return UNKNOWN;
        }
        List<Explanation> effects = new ArrayList<>();
        effects.add(traffic(now, usual));
        effects.add(prompts(now, usual));
        effects.add(answers(now, usual));
        effects.add(cache(now, usual));
        effects.add(price(now, usual, modelPriceChanged));
        Optional<Explanation> largest = effects.stream().max(Comparator.comparingLong(Explanation::effect));
        double rise = get(now, Figure.COST) - get(usual, Figure.COST);
        return largest.filter(effect -> effect.effect() > rise / 4).orElse(UNKNOWN);
    }

    /** The mean of the same quarter-hours on the last seven days that count, for so long until a close. */
    public static long[] usual(ScopeView view, long closedQuarterHour, int hours) {
        long today = Detectors.dayOf(closedQuarterHour);
        History history = new History(view, today);
        int endHour = (int) Math.floorMod(closedQuarterHour, (long) Case.QUARTERS_OF_DAY) / Case.QUARTERS;
        double[] sums = new double[Figure.COUNT];
        int days = 0;
        for (int ago = 1; ago < History.DAYS - 1 && days < History.WEEK; ago++) {
            if (history.counts(ago)) {
                days++;
                for (int back = 0; back < Math.min(hours, DayFigures.HOURS); back++) {
                    int hour = endHour - back;
                    DayFigures day = history.day(hour < 0 ? ago + 1 : ago);
                    for (int i = 0; i < sums.length; i++) {
                        sums[i] += day.hour(Math.floorMod(hour, DayFigures.HOURS), Figure.at(i));
                    }
                }
            }
        }
        long[] usual = new long[Figure.COUNT];
        for (int i = 0; i < usual.length && days > 0; i++) {
            usual[i] = Math.round(sums[i] / days);
        }
        return usual;
    }

    /** The last hours until a close, the running one as far as it is closed. */
    public static long[] now(ScopeView view, long closedQuarterHour, int hours) {
        long today = Detectors.dayOf(closedQuarterHour);
        int endHour = (int) Math.floorMod(closedQuarterHour, (long) Case.QUARTERS_OF_DAY) / Case.QUARTERS;
        long[] sums = new long[Figure.COUNT];
        for (int back = 0; back < Math.min(hours, DayFigures.HOURS); back++) {
            int hour = endHour - back;
            DayFigures day = view.day(hour < 0 ? today - 1 : today);
            for (int i = 0; i < sums.length; i++) {
                sums[i] = Math.addExact(sums[i], day.hour(Math.floorMod(hour, DayFigures.HOURS), Figure.at(i)));
            }
        }
        return sums;
    }

    /** Whether a token of input, output or cached reads costs a tenth more than usual. */
    public static boolean priceChanged(long[] now, long[] usual) {
        for (Meter meter : METERS) {
            double price = meter.price(now);
            double before = meter.price(usual);
            if (before > 0 && price > before * (1 + PRICE_CHANGED)) {
                return true;
            }
        }
        return false;
    }

    /** The query that shows a scope's spend by what tells most about it, with the day before for comparison. */
    public static String query(Scope scope, long fromMs, long toMs) {
        StringBuilder query = new StringBuilder("/v1/spend?from=")
                .append(Instant.ofEpochMilli(fromMs))
                .append("&to=")
                .append(Instant.ofEpochMilli(toMs))
                .append("&granularity=hour&group_by=")
                .append(scope.kind() == Scope.Kind.MODEL ? "feature" : "model")
                .append("&tenant=")
                .append(encoded(scope.tenant()));
        if (scope.kind() != Scope.Kind.TENANT) {
            query.append('&').append(scope.kind().field()).append('=').append(encoded(scope.value()));
        }
        return query.toString();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** Tokens that are billed by a price. */
    private record Meter(Figure tokens, Figure cost) {
        double price(long[] figures) {
            return get(figures, tokens) > 0 ? (double) get(figures, cost) / get(figures, tokens) : 0;
        }
    }

    private static final Meter INPUT = new Meter(Figure.INPUT_TOKENS, Figure.INPUT_COST);
    private static final Meter CACHED = new Meter(Figure.CACHE_READ_TOKENS, Figure.CACHE_READ_COST);
    private static final Meter OUTPUT = new Meter(Figure.OUTPUT_TOKENS, Figure.OUTPUT_COST);
    private static final Meter[] METERS = {INPUT, CACHED, OUTPUT};

    private static Explanation traffic(long[] now, long[] usual) {
        double before = get(usual, Figure.REQUESTS);
        double requests = get(now, Figure.REQUESTS);
        double effect = mean(get(now, Figure.COST), get(usual, Figure.COST)) * log(requests, before);
        double retries = get(now, Figure.RETRIES) - get(usual, Figure.RETRIES);
        if (requests > before && retries > RETRIES_OF_MORE * (requests - before)) {
            return new Explanation(
                    Reason.RETRIES,
                    Math.round(effect),
                    text(
                            "%s of %s requests are second or later attempts, usually %s of %s",
                            count(get(now, Figure.RETRIES)),
                            count(requests),
                            count(get(usual, Figure.RETRIES)),
                            count(before)));
        }
        return new Explanation(
                Reason.MORE_TRAFFIC,
                Math.round(effect),
                text("%s requests, usually %s", count(requests), count(before)));
    }

    private static Explanation prompts(long[] now, long[] usual) {
        double length = prompt(now) / get(now, Figure.REQUESTS);
        double before = prompt(usual) / get(usual, Figure.REQUESTS);
        double effect =
                (mean(now, usual, Figure.INPUT_COST) + mean(now, usual, Figure.CACHE_READ_COST)) * log(length, before);
        return new Explanation(
                Reason.LONGER_PROMPTS,
                Math.round(effect),
                text("prompts of %s tokens on average, usually %s", count(length), count(before))
                        + grownPart(now, usual));
    }

    /** The part of prompts that grew most, where events name parts; empty where they do not. */
    private static String grownPart(long[] now, long[] usual) {
        PromptPart grown = null;
        double most = 0;
        for (int i = 0; i < PromptPart.COUNT; i++) {
            double more = ofRequest(now, PromptPart.at(i)) - ofRequest(usual, PromptPart.at(i));
            if (more > most) {
                most = more;
                grown = PromptPart.at(i);
            }
        }
        return grown == null
                ? ""
                : text(
                        "; %s of them are %s, usually %s",
                        count(ofRequest(now, grown)), grown.field(), count(ofRequest(usual, grown)));
    }

    private static double ofRequest(long[] figures, PromptPart part) {
        return (double) get(figures, Figure.of(part)) / get(figures, Figure.REQUESTS);
    }

    private static Explanation answers(long[] now, long[] usual) {
        double length = (double) get(now, Figure.OUTPUT_TOKENS) / get(now, Figure.REQUESTS);
        double before = (double) get(usual, Figure.OUTPUT_TOKENS) / get(usual, Figure.REQUESTS);
        return new Explanation(
                Reason.LONGER_ANSWERS,
                Math.round(mean(now, usual, Figure.OUTPUT_COST) * log(length, before)),
                text("answers of %s tokens on average, usually %s", count(length), count(before)));
    }

    private static Explanation cache(long[] now, long[] usual) {
        double effect = 0;
        for (Meter meter : new Meter[] {INPUT, CACHED}) {
            double share = get(now, meter.tokens()) / prompt(now);
            double before = get(usual, meter.tokens()) / prompt(usual);
            effect += mean(now, usual, meter.cost()) * log(share, before);
        }
        double hits = get(now, Figure.CACHE_READ_TOKENS) / prompt(now);
        double before = get(usual, Figure.CACHE_READ_TOKENS) / prompt(usual);
        return new Explanation(
                Reason.LOST_CACHE,
                hits < before ? Math.round(effect) : 0,
                text(
                        "%s of prompt tokens come from the cache, usually %s",
                        Texts.percent(hits), Texts.percent(before)));
    }

    private static Explanation price(long[] now, long[] usual, Boolean modelPriceChanged) {
        double effect = 0;
        Meter most = INPUT;
        double largest = Double.NEGATIVE_INFINITY;
        for (Meter meter : METERS) {
            double part = mean(now, usual, meter.cost()) * log(meter.price(now), meter.price(usual));
            effect += part;
            if (part > largest) {
                largest = part;
                most = meter;
            }
        }
        boolean mix = Boolean.FALSE.equals(modelPriceChanged);
        String what = text(
                "a million %s cost %s, usually %s",
                most.tokens().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                Amounts.usd(Math.round(1e6 * most.price(now))),
                Amounts.usd(Math.round(1e6 * most.price(usual))));
        return new Explanation(
                mix ? Reason.MODEL_MIX : Reason.PRICE_CHANGE,
                Math.round(effect),
                mix ? what + ", as dearer models are called" : what);
    }

    private static double prompt(long[] figures) {
        return (double) get(figures, Figure.INPUT_TOKENS)
                + get(figures, Figure.CACHE_READ_TOKENS)
                + get(figures, Figure.CACHE_WRITE_TOKENS);
    }

    private static double mean(long[] now, long[] usual, Figure figure) {
        return mean(get(now, figure), get(usual, figure));
    }

    /** The logarithmic mean; 0 where one of them is. */
    private static double mean(double a, double b) {
        if (a <= 0 || b <= 0) {
            return 0;
        }
        double difference = log(a, b);
        return Math.abs(difference) < 1e-9 ? a : (a - b) / difference;
    }

    /** 0 where one of them is, so that what is new or gone is in no effect. */
    private static double log(double a, double b) {
        return a > 0 && b > 0 ? StrictMath.log(a / b) : 0;
    }

    private static long get(long[] figures, Figure figure) {
        return figures[figure.ordinal()];
    }

    private static String count(double number) {
        return String.format(Locale.ROOT, "%,.0f", number);
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
