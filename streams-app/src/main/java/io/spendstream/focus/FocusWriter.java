package io.spendstream.focus;

import java.io.Closeable;

/** Where the rows of one dataset go. */
public interface FocusWriter extends Closeable {

    /** @throws java.io.UncheckedIOException where it cannot be written */
    void write(FocusRow row);
}
