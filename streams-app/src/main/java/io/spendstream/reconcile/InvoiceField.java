package io.spendstream.reconcile;

import io.spendstream.usage.Meter;
import java.util.Arrays;
import java.util.Optional;

/** What a line of an invoice may say, by the names that the generic format and {@code --column} have. */
public enum InvoiceField {
    DATE("date", null),
    /** Of what the line covers; where it is there, it must not be more than a day after the start. */
    END("end", null),
    MODEL("model", null),
    PROVIDER("provider", null),
    COST_USD("cost_usd", null),
    CURRENCY("currency", null),
    /** What kind of charge it is; lines of taxes, credits and the like are not compared. */
    CHARGE_CATEGORY("charge_category", null),
    REQUESTS("requests", null),
    INPUT_TOKENS("input_tokens", Meter.INPUT_TOKENS),
    OUTPUT_TOKENS("output_tokens", Meter.OUTPUT_TOKENS),
    CACHE_READ_TOKENS("cache_read_tokens", Meter.CACHE_READ_TOKENS),
    CACHE_WRITE_5M_TOKENS("cache_write_5m_tokens", Meter.CACHE_WRITE_5M_TOKENS),
    CACHE_WRITE_1H_TOKENS("cache_write_1h_tokens", Meter.CACHE_WRITE_1H_TOKENS),
    AUDIO_INPUT_TOKENS("audio_input_tokens", Meter.AUDIO_INPUT_TOKENS),
    AUDIO_OUTPUT_TOKENS("audio_output_tokens", Meter.AUDIO_OUTPUT_TOKENS),
    /** Which meter a line is of, where each has its own. */
    TOKEN_TYPE("token_type", null),
    /** Of that meter. */
    QUANTITY("quantity", null),
    QUANTITY_UNIT("quantity_unit", null),
    /** What a line is for that names no model, such as searches. */
    CHARGE_KIND("charge_kind", null);

    private final String id;
    private final Meter meter;

    InvoiceField(String id, Meter meter) {
        this.id = id;
        this.meter = meter;
    }

    /** The name in the generic format, in JSON and in mappings of columns. */
    public String id() {
        return id;
    }

    /** Whose tokens it counts; null where it does not. */
    Meter meter() {
        return meter;
    }

    /** The field of a name. */
    public static Optional<InvoiceField> ofId(String id) {
        return Arrays.stream(values()).filter(field -> field.id.equals(id)).findFirst();
    }
}
