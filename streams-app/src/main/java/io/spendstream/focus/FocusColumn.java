package io.spendstream.focus;

import java.util.Arrays;

/**
 * The columns that are written, in order. FOCUS columns of commitment discounts, capacity reservations, regions,
 * resources and virtual currencies are conditional on things that metered model calls do not have, and are left out; so is
 * {@code InvoiceId}, as there is no invoice behind a row.
 *
 * @see <a href="https://focus.finops.org/focus-specification/v1-2/">FOCUS 1.2</a>
 */
public enum FocusColumn {
    BILLED_COST("BilledCost", Type.COST, false),
    BILLING_ACCOUNT_ID("BillingAccountId", Type.TEXT, false),
    BILLING_ACCOUNT_NAME("BillingAccountName", Type.TEXT, true),
    BILLING_ACCOUNT_TYPE("BillingAccountType", Type.TEXT, false),
    BILLING_CURRENCY("BillingCurrency", Type.TEXT, false),
    BILLING_PERIOD_END("BillingPeriodEnd", Type.TIME, false),
    BILLING_PERIOD_START("BillingPeriodStart", Type.TIME, false),
    CHARGE_CATEGORY("ChargeCategory", Type.TEXT, false),
    CHARGE_CLASS("ChargeClass", Type.TEXT, true),
    CHARGE_DESCRIPTION("ChargeDescription", Type.TEXT, true),
    CHARGE_FREQUENCY("ChargeFrequency", Type.TEXT, false),
    CHARGE_PERIOD_END("ChargePeriodEnd", Type.TIME, false),
    CHARGE_PERIOD_START("ChargePeriodStart", Type.TIME, false),
    CONSUMED_QUANTITY("ConsumedQuantity", Type.QUANTITY, true),
    CONSUMED_UNIT("ConsumedUnit", Type.TEXT, true),
    CONTRACTED_COST("ContractedCost", Type.COST, false),
    CONTRACTED_UNIT_PRICE("ContractedUnitPrice", Type.PRICE, true),
    EFFECTIVE_COST("EffectiveCost", Type.COST, false),
    INVOICE_ISSUER_NAME("InvoiceIssuerName", Type.TEXT, false),
    LIST_COST("ListCost", Type.COST, false),
    LIST_UNIT_PRICE("ListUnitPrice", Type.PRICE, true),
    PRICING_CATEGORY("PricingCategory", Type.TEXT, true),
    PRICING_QUANTITY("PricingQuantity", Type.QUANTITY, true),
    PRICING_UNIT("PricingUnit", Type.TEXT, true),
    PROVIDER_NAME("ProviderName", Type.TEXT, false),
    PUBLISHER_NAME("PublisherName", Type.TEXT, false),
    SERVICE_CATEGORY("ServiceCategory", Type.TEXT, false),
    SERVICE_NAME("ServiceName", Type.TEXT, false),
    SERVICE_SUBCATEGORY("ServiceSubcategory", Type.TEXT, false),
    SKU_ID("SkuId", Type.TEXT, true),
    SKU_METER("SkuMeter", Type.TEXT, true),
    SKU_PRICE_DETAILS("SkuPriceDetails", Type.TEXT, true),
    SKU_PRICE_ID("SkuPriceId", Type.TEXT, true),
    SUB_ACCOUNT_ID("SubAccountId", Type.TEXT, true),
    SUB_ACCOUNT_NAME("SubAccountName", Type.TEXT, true),
    SUB_ACCOUNT_TYPE("SubAccountType", Type.TEXT, true),
    TAGS("Tags", Type.TEXT, true),
    /** Requests of the same day and dimensions whose cost is not known yet: above 0, the cost of the rows is too low. */
    UNPRICED_REQUESTS("x_UnpricedRequests", Type.QUANTITY, false);

    /** What the values of a column are. */
    public enum Type {
        TEXT(0),
        /** UTC, whole seconds. */
        TIME(0),
        /** USD, exact to the nano-dollar. */
        COST(9),
        /** USD per pricing unit. */
        PRICE(18),
        QUANTITY(6);

        private final int scale;

        Type(int scale) {
            this.scale = scale;
        }

        /** Decimals that a number may have. */
        public int scale() {
            return scale;
        }
    }

    private final String id;
    private final Type type;
    private final boolean nullable;

    FocusColumn(String id, Type type, boolean nullable) {
        this.id = id;
        this.type = type;
        this.nullable = nullable;
    }

    /** The name in a dataset. */
    public String id() {
        return id;
    }

    public Type type() {
        return type;
    }

    public boolean isNullable() {
        return nullable;
    }

    /** The column of that name, or null. */
    static FocusColumn ofId(String id) {
        return Arrays.stream(values()).filter(c -> c.id.equals(id)).findFirst().orElse(null);
    }
}
