package io.spendstream.budget;

import io.spendstream.money.Money;
import io.spendstream.v1.BudgetMeasure;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/** Amounts, times and groups as people read them. */
final class Words {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("EEEE d MMMM yyyy, HH:mm", Locale.ENGLISH);

    private Words() {}

    /** Whole cents from 1 USD on, else exactly. */
    static String amount(BudgetMeasure measure, long amount) {
        if (measure == BudgetMeasure.COST) {
            BigDecimal usd = Money.usd(amount);
            boolean cents = usd.abs().compareTo(BigDecimal.ONE) >= 0 && usd.scale() > 2;
            return (cents ? usd.setScale(2, RoundingMode.HALF_EVEN) : usd).toPlainString() + " USD";
        }
        String unit = measure.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return String.format(
                Locale.ENGLISH, "%,d %s", amount, amount == 1 ? unit.substring(0, unit.length() - 1) : unit);
    }

    static String exactUsd(long nanoUsd) {
        return Money.usd(nanoUsd).toPlainString() + " USD";
    }

    /** With one decimal at most, rounded down: nothing looks reached before it is. */
    static String percent(long ppm) {
        BigDecimal percent =
                BigDecimal.valueOf(ppm, 4).setScale(1, RoundingMode.FLOOR).stripTrailingZeros();
        return percent.toPlainString() + " %";
    }

    /** Parts per million as a factor: 14.4 times. */
    static String times(long ppm) {
        BigDecimal factor =
                BigDecimal.valueOf(ppm, 6).setScale(1, RoundingMode.FLOOR).stripTrailingZeros();
        return factor.toPlainString() + " times";
    }

    static String time(Instant time, ZoneId zone) {
        return TIME.format(time.atZone(zone));
    }

    static String period(Window window, ZoneId zone) {
        return window.end() == null
                ? "since it began"
                : "from " + time(window.start(), zone) + " to " + time(window.end(), zone) + " (" + zone.getId() + ")";
    }

    /** {@code " for feature 'chat', no user"}; empty where the budget has one group. */
    static String group(List<String> fields, List<String> values, boolean overflow) {
        if (fields.isEmpty()) {
            return "";
        }
        if (overflow) {
            return " for all groups past the limit of groups";
        }
        StringJoiner words = new StringJoiner(", ", " for ", "");
        for (int i = 0; i < fields.size(); i++) {
            String value = values.get(i);
            words.add(value == null ? "no " + fields.get(i) : fields.get(i) + " '" + value + "'");
        }
        return words.toString();
    }
}
