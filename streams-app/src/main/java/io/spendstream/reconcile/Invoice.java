package io.spendstream.reconcile;

import io.spendstream.v1.LeftOut;
import java.time.LocalDate;
import java.util.List;

/**
 * What was read of an invoice: all of it, or, where anything is wrong, nothing but what is.
 *
 * @param lines in their order
 * @param leftOut lines that are not compared, and why
 * @param ignoredColumns that no field is read from
 * @param content a hash of what was read
 * @param faults at most {@link InvoiceReader#FAULTS_MAX}
 */
public record Invoice(
        List<InvoiceLine> lines,
        List<LeftOut> leftOut,
        List<String> ignoredColumns,
        String content,
        List<InvoiceFault> faults) {

    public Invoice {
        lines = List.copyOf(lines);
        leftOut = List.copyOf(leftOut);
        ignoredColumns = List.copyOf(ignoredColumns);
        faults = List.copyOf(faults);
    }

    /** The first day that has a line; null where none has. */
    public LocalDate firstDay() {
        return lines.stream().map(InvoiceLine::day).min(LocalDate::compareTo).orElse(null);
    }

    /** The last day that has a line; null where none has. */
    public LocalDate lastDay() {
        return lines.stream().map(InvoiceLine::day).max(LocalDate::compareTo).orElse(null);
    }
}
