package io.spendstream.focus;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One charge: what one meter of one model cost one day for one combination of dimensions.
 *
 * @param values of the columns that are not null: {@link String}, {@link Instant} or {@link BigDecimal}, as their types
 *     say
 */
public record FocusRow(Map<FocusColumn, Object> values) {

    /** What tells a charge from every other one of a dataset. */
    private static final FocusColumn[] KEY = {
        FocusColumn.CHARGE_PERIOD_START,
        FocusColumn.BILLING_ACCOUNT_ID,
        FocusColumn.SUB_ACCOUNT_ID,
        FocusColumn.PROVIDER_NAME,
        FocusColumn.SKU_PRICE_ID,
        FocusColumn.TAGS
    };

    public FocusRow {
        values = Collections.unmodifiableMap(new EnumMap<>(values));
    }

    public String text(FocusColumn column) {
        return (String) values.get(column);
    }

    public Instant time(FocusColumn column) {
        return (Instant) values.get(column);
    }

    public BigDecimal number(FocusColumn column) {
        return (BigDecimal) values.get(column);
    }

    /** Equal for the same charge in different datasets. */
    List<String> key() {
        return Stream.of(KEY).map(column -> String.valueOf(values.get(column))).toList();
    }
}
