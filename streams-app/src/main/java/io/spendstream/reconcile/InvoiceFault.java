package io.spendstream.reconcile;

/**
 * What is wrong with an invoice.
 *
 * @param line in the file, where the header is line 1; in JSON the index in the array; 0 where it is the file as a whole
 * @param column as the file names it; empty where it is the line as a whole
 * @param reason what was found and what would be right
 */
public record InvoiceFault(long line, String column, String reason) {

    @Override
    public String toString() {
        return (line == 0 ? "" : "line " + line + ": ") + (column.isEmpty() ? "" : column + ": ") + reason;
    }
}
