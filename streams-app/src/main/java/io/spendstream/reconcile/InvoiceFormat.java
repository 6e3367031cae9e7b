package io.spendstream.reconcile;

import io.spendstream.usage.Meter;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Whose export is read: which of its columns is which field, and how it names models and meters. Columns are those that
 * exports had when this was written; {@code docs/reconciliation.md} says how that is known.
 */
public enum InvoiceFormat {
    /** Fields by their own names, for whatever has no format of its own. */
    GENERIC("generic", null) {
        @Override
        void columns(Map<InvoiceField, String> columns) {
            for (InvoiceField field : InvoiceField.values()) {
                columns.put(field, field.id());
            }
        }
    },
    /** The cost export of OpenAI's dashboard, grouped by line item. */
    OPENAI_COSTS("openai-costs", "openai") {
        @Override
        void columns(Map<InvoiceField, String> columns) {
            columns.put(InvoiceField.DATE, "start_time_iso");
            columns.put(InvoiceField.END, "end_time_iso");
            columns.put(InvoiceField.MODEL, "line_item");
            columns.put(InvoiceField.COST_USD, "amount_value");
            columns.put(InvoiceField.CURRENCY, "amount_currency");
            columns.put(InvoiceField.QUANTITY, "quantity");
            columns.put(InvoiceField.QUANTITY_UNIT, "quantity_unit");
        }

        /** {@code gpt-4o-2024-08-06, cached input}. */
        @Override
        String model(String text, String tokenType) {
            int comma = text.lastIndexOf(',');
            return comma < 0 ? text : text.substring(0, comma).strip();
        }

        @Override
        Meter meter(String model, String tokenType) {
            int comma = model.lastIndexOf(',');
            String kind = comma < 0 ? "" : model.substring(comma + 1).strip().toLowerCase(Locale.ROOT);
            return switch (kind.replace('_', ' ').replace(" tokens", "")) {
                case "input" -> Meter.INPUT_TOKENS;
                case "cached input" -> Meter.CACHE_READ_TOKENS;
                case "output" -> Meter.OUTPUT_TOKENS;
                default -> null;
            };
        }
    },
    /** The usage export of OpenAI's dashboard, of completions, grouped by model: tokens, no cost. */
    OPENAI_USAGE("openai-usage", "openai") {
        @Override
        void columns(Map<InvoiceField, String> columns) {
            columns.put(InvoiceField.DATE, "start_time_iso");
            columns.put(InvoiceField.END, "end_time_iso");
            columns.put(InvoiceField.MODEL, "model");
            columns.put(InvoiceField.REQUESTS, "num_model_requests");
            columns.put(InvoiceField.INPUT_TOKENS, "input_uncached_tokens");
            columns.put(InvoiceField.CACHE_READ_TOKENS, "input_cached_tokens");
            columns.put(InvoiceField.OUTPUT_TOKENS, "output_tokens");
        }
    },
    /** The cost export of the Claude Console. */
    ANTHROPIC_COSTS("anthropic-costs", "anthropic") {
        @Override
        void columns(Map<InvoiceField, String> columns) {
            columns.put(InvoiceField.DATE, "usage_date_utc");
            columns.put(InvoiceField.MODEL, "model");
            columns.put(InvoiceField.COST_USD, "cost_usd");
            columns.put(InvoiceField.TOKEN_TYPE, "token_type");
            columns.put(InvoiceField.CHARGE_KIND, "cost_type");
        }

        @Override
        Meter meter(String model, String tokenType) {
            return switch (tokenType) {
                case "input_no_cache" -> Meter.INPUT_TOKENS;
                case "input_cache_read" -> Meter.CACHE_READ_TOKENS;
                case "input_cache_write_5m" -> Meter.CACHE_WRITE_5M_TOKENS;
                case "input_cache_write_1h" -> Meter.CACHE_WRITE_1H_TOKENS;
                case "output" -> Meter.OUTPUT_TOKENS;
                default -> null;
            };
        }
    },
    /** The usage export of the Claude Console: tokens, no cost. */
    ANTHROPIC_USAGE("anthropic-usage", "anthropic") {
        @Override
        void columns(Map<InvoiceField, String> columns) {
            columns.put(InvoiceField.DATE, "usage_date_utc");
            columns.put(InvoiceField.MODEL, "model_version");
            columns.put(InvoiceField.INPUT_TOKENS, "usage_input_tokens_no_cache");
            columns.put(InvoiceField.CACHE_WRITE_5M_TOKENS, "usage_input_tokens_cache_write_5m");
            columns.put(InvoiceField.CACHE_WRITE_1H_TOKENS, "usage_input_tokens_cache_write_1h");
            columns.put(InvoiceField.CACHE_READ_TOKENS, "usage_input_tokens_cache_read");
            columns.put(InvoiceField.OUTPUT_TOKENS, "usage_output_tokens");
        }
    },
    /** FinOps FOCUS 1.0 to 1.2, such as AWS, Azure and Google export, and Spendstream itself. */
    FOCUS("focus", null) {
        @Override
        void columns(Map<InvoiceField, String> columns) {
            columns.put(InvoiceField.DATE, "ChargePeriodStart");
            columns.put(InvoiceField.END, "ChargePeriodEnd");
            columns.put(InvoiceField.MODEL, "SkuId");
            columns.put(InvoiceField.PROVIDER, "ProviderName");
            columns.put(InvoiceField.COST_USD, "BilledCost");
            columns.put(InvoiceField.CURRENCY, "BillingCurrency");
            columns.put(InvoiceField.CHARGE_CATEGORY, "ChargeCategory");
            columns.put(InvoiceField.TOKEN_TYPE, "SkuMeter");
            columns.put(InvoiceField.QUANTITY, "ConsumedQuantity");
            columns.put(InvoiceField.QUANTITY_UNIT, "ConsumedUnit");
        }

        /** {@code gpt-4o/cache_read_tokens}, as Spendstream's own export has it, with the meter's name beside it. */
        @Override
        String model(String text, String tokenType) {
            int slash = text.lastIndexOf('/');
            boolean own = slash > 0
                    && (meter(text, "") != null
                            || text.substring(slash + 1).replace('_', ' ').equalsIgnoreCase(tokenType));
            return own ? text.substring(0, slash) : text;
        }

        @Override
        Meter meter(String model, String tokenType) {
            int slash = model.lastIndexOf('/');
            return slash <= 0 ? null : Meter.ofField(model.substring(slash + 1)).orElse(null);
        }

        /** What Spendstream writes where events name none. */
        @Override
        String provider(String text) {
            return text.equals("Unattributed") ? null : text;
        }
    };

    private static final String TOKENS = "tokens";

    private final String id;
    private final String provider;
    private final Map<InvoiceField, String> columns = new EnumMap<>(InvoiceField.class);

    InvoiceFormat(String id, String provider) {
        this.id = id;
        this.provider = provider;
        columns(columns);
    }

    abstract void columns(Map<InvoiceField, String> columns);

    /** A model's name in the text of its column. */
    String model(String text, String tokenType) {
        return text;
    }

    /** Which meter a line is of; null where it is of none, or of several. */
    Meter meter(String model, String tokenType) {
        return Meter.ofField(tokenType).orElse(null);
    }

    /** A provider in the text of its column; null where that says none. */
    String provider(String text) {
        return text;
    }

    /** Whether a line's quantity is tokens. */
    static boolean isTokens(String unit) {
        return unit.isEmpty() || unit.toLowerCase(Locale.ROOT).equals(TOKENS);
    }

    /** As in options and answers. */
    public String id() {
        return id;
    }

    /** Whose export it is, as events name the provider; null where it may be anybody's. */
    public String provider() {
        return provider;
    }

    /** The column of each field that it has. */
    public Map<InvoiceField, String> columns() {
        return Map.copyOf(columns);
    }

    /** The format of a name. */
    public static Optional<InvoiceFormat> ofId(String id) {
        return Arrays.stream(values()).filter(format -> format.id.equals(id)).findFirst();
    }

    /** All names. */
    public static List<String> ids() {
        return Arrays.stream(values()).map(InvoiceFormat::id).toList();
    }
}
