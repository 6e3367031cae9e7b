package io.spendstream.reconcile;

import io.spendstream.usage.Meter;
import io.spendstream.usage.Texts;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.Map;

/** The cells of one line, as what they say. What cannot be read is told, and reading goes on with the next cell. */
final class InvoiceCells {

    /** Is told of what is wrong. */
    @FunctionalInterface
    interface Wrong {
        void tell(long line, String column, String reason);
    }

    private static final int NUMBER_LENGTH_MAX = 60;
    private static final int SCALE_MAX = 60;
    private static final int NAME_LENGTH_MAX = 256;
    private static final int NANO_DIGITS = 9;
    private static final BigDecimal COST_MAX = BigDecimal.valueOf(10_000_000);
    private static final BigDecimal COUNT_MAX = BigDecimal.valueOf(10_000_000_000_000L);
    private static final LocalDate EARLIEST = LocalDate.of(2000, 1, 1);
    private static final LocalDate LATEST = LocalDate.of(2199, 12, 31);
    /** A day when clocks are put back. */
    private static final Duration DAY_MAX = Duration.ofHours(25);

    private final long line;
    private final Map<InvoiceField, String> cells;
    private final Map<InvoiceField, String> names;
    private final Wrong wrong;
    private boolean good = true;

    /** @param names of the columns */
    InvoiceCells(long line, Map<InvoiceField, String> cells, Map<InvoiceField, String> names, Wrong wrong) {
        this.line = line;
        this.cells = cells;
        this.names = names;
        this.wrong = wrong;
    }

    /** Empty where there is none. */
    String text(InvoiceField field) {
        return cells.getOrDefault(field, "");
    }

    boolean hasNoTokens() {
        return cells.entrySet().stream()
                .allMatch(
                        cell -> cell.getKey().meter() == null || cell.getValue().isEmpty());
    }

    void wrong(InvoiceField field, String reason) {
        good = false;
        wrong.tell(line, names.getOrDefault(field, field.id()), reason);
    }

    /** Null where it is not good. */
    InvoiceLine line(InvoiceOptions options, Long cost) {
        LocalDate day = day(options.zone());
        String named = text(InvoiceField.MODEL);
        String model = options.format().model(named, text(InvoiceField.TOKEN_TYPE));
        if (named.isEmpty()) {
            // Searches and the like: whatever else the line says of what they are.
            String kind = text(InvoiceField.CHARGE_KIND);
            if (kind.isEmpty()) {
                wrong(
                        InvoiceField.MODEL,
                        "is empty; group the export by model or line item, so that models can be compared");
            }
            model = "(" + kind + ")";
        }
        checkName(InvoiceField.MODEL, model);
        String provider = options.wholeProvider();
        if (provider == null && !text(InvoiceField.PROVIDER).isEmpty()) {
            provider = options.format().provider(text(InvoiceField.PROVIDER));
            checkName(InvoiceField.PROVIDER, provider == null ? "" : provider);
        }
        Map<Meter, Long> tokens = new EnumMap<>(Meter.class);
        Map<Meter, Long> costs = new EnumMap<>(Meter.class);
        for (InvoiceField field : cells.keySet()) {
            if (field.meter() != null && !text(field).isEmpty()) {
                put(tokens, field.meter(), count(field));
            }
        }
        Meter meter = options.format().meter(named, text(InvoiceField.TOKEN_TYPE));
        if (meter != null) {
            put(costs, meter, cost);
            boolean counted = !text(InvoiceField.QUANTITY).isEmpty();
            if (counted && InvoiceFormat.isTokens(text(InvoiceField.QUANTITY_UNIT))) {
                put(tokens, meter, count(InvoiceField.QUANTITY));
            }
        }
        if (text(InvoiceField.COST_USD).isEmpty() && tokens.isEmpty() && good) {
            wrong(InvoiceField.COST_USD, "is empty, and the line has no tokens either; it takes an amount in USD");
        }
        Long requests = text(InvoiceField.REQUESTS).isEmpty() ? null : count(InvoiceField.REQUESTS);
        return good ? new InvoiceLine(day, provider, model, cost, requests, tokens, costs) : null;
    }

    private static void put(Map<Meter, Long> amounts, Meter meter, Long amount) {
        if (amount != null) {
            amounts.put(meter, amount);
        }
    }

    private void checkName(InvoiceField field, String name) {
        if (name.length() > NAME_LENGTH_MAX) {
            wrong(field, "has " + name.length() + " characters; at most " + NAME_LENGTH_MAX + " can be a name");
        }
        int unfit = Texts.firstUnfit(name);
        if (unfit >= 0) {
            wrong(field, Texts.unfit(name.charAt(unfit)));
        }
    }

    /** In nano-USD, rounded half-even; null where there is none. Credits are negative. */
    Long cost() {
        String text = text(InvoiceField.COST_USD);
        if (text.isEmpty()) {
            return null;
        }
        BigDecimal cost = number(InvoiceField.COST_USD, "it takes an amount in USD such as 1234.56");
        if (cost == null) {
            return null;
        }
        if (cost.abs().compareTo(COST_MAX) > 0) {
            wrong(InvoiceField.COST_USD, "is more than " + COST_MAX + " USD on one line");
            return null;
        }
        return cost.setScale(NANO_DIGITS, RoundingMode.HALF_EVEN)
                .unscaledValue()
                .longValueExact();
    }

    private Long count(InvoiceField field) {
        BigDecimal number = number(field, "it takes a whole number such as 1200");
        if (number == null) {
            return null;
        }
        if (number.signum() < 0
                || number.compareTo(COUNT_MAX) > 0
                || number.stripTrailingZeros().scale() > 0) {
            wrong(field, "is '" + Texts.shortened(text(field)) + "', which is no whole number from 0 to " + COUNT_MAX);
            return null;
        }
        return number.longValueExact();
    }

    private BigDecimal number(InvoiceField field, String right) {
        String text = text(field);
        if (text.length() <= NUMBER_LENGTH_MAX) {
            try {
                BigDecimal number = new BigDecimal(text);
                if (Math.abs((long) number.scale()) <= SCALE_MAX) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // told below
            }
        }
        wrong(field, "is '" + Texts.shortened(text) + "'; " + right);
        return null;
    }

    private LocalDate day(ZoneId zone) {
        Object start = time(InvoiceField.DATE);
        if (start == null) {
            return null;
        }
        if (!text(InvoiceField.END).isEmpty()) {
            Object end = time(InvoiceField.END);
            if (end != null
                    && Duration.between(instant(start, zone), instant(end, zone))
                                    .compareTo(DAY_MAX)
                            > 0) {
                wrong(
                        InvoiceField.END,
                        "is more than a day after the start; export by day or hour, as days are compared");
            }
        }
        LocalDate day = start instanceof LocalDate date ? date : LocalDate.ofInstant((Instant) start, zone);
        if (day.isBefore(EARLIEST) || day.isAfter(LATEST)) {
            wrong(InvoiceField.DATE, "is not between " + EARLIEST + " and " + LATEST);
        }
        return day;
    }

    private static Instant instant(Object time, ZoneId zone) {
        return time instanceof LocalDate date ? date.atStartOfDay(zone).toInstant() : (Instant) time;
    }

    /** A date, or an instant; null where it is neither. */
    private Object time(InvoiceField field) {
        String text = text(field);
        try {
            if (text.length() == 10 && text.charAt(4) == '-') {
                return LocalDate.parse(text);
            }
            if (text.matches("\\d{9,10}")) {
                return Instant.ofEpochSecond(Long.parseLong(text));
            }
            String iso = text.replace(" UTC", "Z").replace(' ', 'T');
            return iso.matches(".*(Z|[+-]\\d\\d:?\\d\\d)$")
                    ? OffsetDateTime.parse(iso).toInstant()
                    : LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException | StringIndexOutOfBoundsException e) {
            wrong(
                    field,
                    (text.isEmpty() ? "is empty" : "is '" + Texts.shortened(text) + "'")
                            + "; it takes a day such as 2026-11-01, or a time such as 2026-11-01T00:00:00Z");
            return null;
        }
    }
}
