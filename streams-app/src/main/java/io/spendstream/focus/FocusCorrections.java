package io.spendstream.focus;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What has changed since datasets were exported: late events, and costs that were not known yet. A month that was closed
 * is not exported anew; rows of {@code ChargeClass} "Correction" say the difference, and together with what was exported
 * they add up to what is known now.
 */
public final class FocusCorrections {

    private static final FocusColumn[] AMOUNTS = {
        FocusColumn.BILLED_COST,
        FocusColumn.CONTRACTED_COST,
        FocusColumn.EFFECTIVE_COST,
        FocusColumn.LIST_COST,
        FocusColumn.CONSUMED_QUANTITY,
        FocusColumn.PRICING_QUANTITY
    };

    /** As exported, less what is there now. */
    private final Map<List<String>, Difference> differences = new LinkedHashMap<>();

    private record Difference(FocusRow of, BigDecimal[] amounts) {}

    /** Takes a row that was exported before: of the first export, or of a correction since. */
    public void exported(FocusRow row) {
        add(row, -1);
    }

    /** Takes a row as it is now. */
    public void now(FocusRow row) {
        add(row, 1);
    }

    /** Hands over what differs, in the order it was taken. */
    public void forEach(Consumer<FocusRow> rows) {
        for (Difference difference : differences.values()) {
            if (differs(difference.amounts)) {
                rows.accept(correction(difference));
            }
        }
    }

    private void add(FocusRow row, int sign) {
        Difference known = differences.get(row.key());
        BigDecimal[] amounts = known == null ? zeros() : known.amounts;
        for (int i = 0; i < AMOUNTS.length; i++) {
            BigDecimal amount = row.number(AMOUNTS[i]);
            if (amount != null) {
                amounts[i] = sign > 0 ? amounts[i].add(amount) : amounts[i].subtract(amount);
            }
        }
        // How it is described now counts, where there is something now.
        differences.put(row.key(), new Difference(sign > 0 || known == null ? row : known.of, amounts));
    }

    private static BigDecimal[] zeros() {
        BigDecimal[] zeros = new BigDecimal[AMOUNTS.length];
        Arrays.fill(zeros, BigDecimal.ZERO);
        return zeros;
    }

    private static boolean differs(BigDecimal[] amounts) {
        for (BigDecimal amount : amounts) {
            if (amount.signum() != 0) {
                return true;
            }
        }
        return false;
    }

    private static FocusRow correction(Difference difference) {
        Map<FocusColumn, Object> row = new EnumMap<>(difference.of.values());
        row.put(FocusColumn.CHARGE_CLASS, "Correction");
        row.put(
                FocusColumn.CHARGE_DESCRIPTION,
                "Correction: " + strippedOfCorrection(difference.of.text(FocusColumn.CHARGE_DESCRIPTION)));
        for (int i = 0; i < AMOUNTS.length; i++) {
            row.put(AMOUNTS[i], FocusRows.plain(difference.amounts[i]));
        }
        // Of a difference there is no price: it may be negative, and of rows with other prices.
        row.remove(FocusColumn.CONTRACTED_UNIT_PRICE);
        row.remove(FocusColumn.LIST_UNIT_PRICE);
        return new FocusRow(row);
    }

    private static String strippedOfCorrection(String description) {
        String prefix = "Correction: ";
        return description != null && description.startsWith(prefix)
                ? description.substring(prefix.length())
                : description;
    }
}
