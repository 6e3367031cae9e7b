package io.spendstream.focus;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What the FOCUS specification 1.2 demands of a dataset, column by column, held against what is in a file: texts by the
 * names of columns, null where the field is empty. Written from the specification's requirements, and knows nothing of
 * how rows are made here.
 */
final class Requirements {

    /** Columns that every dataset must have, and those that it must have as prices and tags and teams are known here. */
    static final List<String> PRESENT = List.of(
            "BilledCost",
            "BillingAccountId",
            "BillingAccountName",
            "BillingCurrency",
            "BillingPeriodEnd",
            "BillingPeriodStart",
            "ChargeCategory",
            "ChargeClass",
            "ChargeDescription",
            "ChargePeriodEnd",
            "ChargePeriodStart",
            "ContractedCost",
            "EffectiveCost",
            "InvoiceIssuerName",
            "ListCost",
            "PricingQuantity",
            "PricingUnit",
            "ProviderName",
            "PublisherName",
            "ServiceCategory",
            "ServiceName",
            // conditional, and the condition holds
            "ConsumedQuantity",
            "ConsumedUnit",
            "ContractedUnitPrice",
            "ListUnitPrice",
            "PricingCategory",
            "SkuId",
            "SkuMeter",
            "SkuPriceDetails",
            "SkuPriceId",
            "SubAccountId",
            "SubAccountName",
            "Tags",
            // recommended
            "ChargeFrequency",
            "ServiceSubcategory");

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();

    private static final Set<String> CATEGORIES = Set.of("Usage", "Purchase", "Tax", "Credit", "Adjustment");

    private Requirements() {}

    private record Requirement(String column, String text, Predicate<Map<String, String>> holds) {}

    private static final List<Requirement> ALL = new ArrayList<>();

    private static void must(String column, String text, Predicate<Map<String, String>> holds) {
        ALL.add(new Requirement(column, text, holds));
    }

    static {
        for (String cost : List.of("BilledCost", "ContractedCost", "EffectiveCost", "ListCost")) {
            must(cost, "MUST NOT be null and be a valid decimal", row -> isNumber(row.get(cost)));
        }
        for (String text : List.of(
                "BillingAccountId",
                "BillingCurrency",
                "BillingAccountType",
                "ChargeCategory",
                "ChargeFrequency",
                "InvoiceIssuerName",
                "ProviderName",
                "PublisherName",
                "ServiceCategory",
                "ServiceName",
                "ServiceSubcategory")) {
            must(
                    text,
                    "MUST NOT be null nor blank",
                    row -> row.get(text) != null && !row.get(text).isBlank());
        }
        must(
                "BillingCurrency",
                "MUST be a national currency",
                row -> row.get("BillingCurrency").matches("[A-Z]{3}"));
        for (String time : List.of("BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd")) {
            must(
                    time,
                    "MUST be YYYY-MM-DDTHH:mm:ssZ",
                    row -> row.get(time) != null
                            && row.get(time).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ"));
        }
        must(
                "BillingPeriodEnd",
                "MUST be the exclusive end of the billing period",
                row -> month(row.get("BillingPeriodStart"), 1).equals(Instant.parse(row.get("BillingPeriodEnd"))));
        must(
                "ChargePeriodStart",
                "MUST be in the billing period, before its end",
                row -> !Instant.parse(row.get("ChargePeriodStart"))
                                .isBefore(Instant.parse(row.get("BillingPeriodStart")))
                        && Instant.parse(row.get("ChargePeriodStart"))
                                .isBefore(Instant.parse(row.get("ChargePeriodEnd")))
                        && !Instant.parse(row.get("ChargePeriodEnd"))
                                .isAfter(Instant.parse(row.get("BillingPeriodEnd"))));
        must("ChargeCategory", "MUST be an allowed value", row -> CATEGORIES.contains(row.get("ChargeCategory")));
        must(
                "ChargeClass",
                "MUST be Correction when not null",
                row -> row.get("ChargeClass") == null || row.get("ChargeClass").equals("Correction"));
        must("ChargeDescription", "SHOULD NOT be null", row -> row.get("ChargeDescription") != null);
        must(
                "ChargeFrequency",
                "MUST be an allowed value, and not Usage-Based for a purchase",
                row -> Set.of("One-Time", "Recurring", "Usage-Based").contains(row.get("ChargeFrequency"))
                        && !(row.get("ChargeFrequency").equals("Usage-Based")
                                && row.get("ChargeCategory").equals("Purchase")));
        must(
                "ConsumedQuantity",
                "MUST be null unless Usage, and a decimal for Usage that is no correction",
                row -> isUsage(row)
                        ? isCorrection(row) || isNumber(row.get("ConsumedQuantity"))
                        : row.get("ConsumedQuantity") == null);
        for (String unit : List.of("Consumed", "Pricing")) {
            must(
                    unit + "Unit",
                    "MUST be null exactly where the quantity is",
                    row -> (row.get(unit + "Unit") == null) == (row.get(unit + "Quantity") == null));
            must(
                    unit + "Unit",
                    "SHOULD be capitalised plural units, or a whole number of them",
                    row -> row.get(unit + "Unit") == null
                            || row.get(unit + "Unit").matches("(\\d+ )?([A-Z][A-Za-z0-9]*)( [A-Z0-9][A-Za-z0-9]*)*"));
        }
        for (String price : List.of("Contracted", "List")) {
            must(
                    price + "UnitPrice",
                    "MUST NOT be null for Usage that is no correction",
                    row -> isCorrection(row) || isNumber(row.get(price + "UnitPrice")));
            must(
                    price + "UnitPrice",
                    "MUST be non-negative when not null",
                    row -> row.get(price + "UnitPrice") == null
                            || new BigDecimal(row.get(price + "UnitPrice")).signum() >= 0);
            must(
                    price + "Cost",
                    "MUST match the product of unit price and pricing quantity",
                    row -> isCorrection(row)
                            || new BigDecimal(row.get(price + "UnitPrice"))
                                            .multiply(new BigDecimal(row.get("PricingQuantity")))
                                            .setScale(9, RoundingMode.HALF_EVEN)
                                            .compareTo(new BigDecimal(row.get(price + "Cost")).setScale(9))
                                    == 0);
        }
        for (String column : List.of("PricingQuantity", "PricingCategory", "SkuId", "SkuPriceId")) {
            must(
                    column,
                    "MUST NOT be null for Usage that is no correction",
                    row -> isCorrection(row) || row.get(column) != null);
        }
        must(
                "PricingQuantity",
                "MUST be a valid decimal when not null",
                row -> row.get("PricingQuantity") == null || isNumber(row.get("PricingQuantity")));
        must(
                "PricingCategory",
                "MUST be an allowed value",
                row -> row.get("PricingCategory") == null
                        || Set.of("Standard", "Dynamic", "Committed", "Other").contains(row.get("PricingCategory")));
        must(
                "ServiceCategory",
                "MUST be an allowed value",
                row -> row.get("ServiceCategory").equals("AI and Machine Learning"));
        must(
                "ServiceSubcategory",
                "MUST be an allowed value of its category",
                row -> Set.of(
                                "AI Platforms",
                                "Bots",
                                "Generative AI",
                                "Machine Learning",
                                "Natural Language Processing",
                                "Other (AI and Machine Learning)")
                        .contains(row.get("ServiceSubcategory")));
        must(
                "SkuMeter",
                "MUST be null where SkuId is, and SHOULD NOT else",
                row -> (row.get("SkuId") == null) == (row.get("SkuMeter") == null));
        must(
                "SkuPriceId",
                "MUST have one SkuId as its parent",
                row -> row.get("SkuPriceId") == null || row.get("SkuPriceId").startsWith(row.get("SkuId")));
        must(
                "SkuPriceDetails",
                "MUST be null where SkuPriceId is, and a flat JSON object with keys of its own that begin with x_",
                row -> row.get("SkuPriceDetails") == null
                        || (row.get("SkuPriceId") != null && isFlat(row.get("SkuPriceDetails"), "x_")));
        must("Tags", "MUST be a flat JSON object", row -> row.get("Tags") == null || isFlat(row.get("Tags"), ""));
        for (String column : List.of("SubAccountName", "SubAccountType")) {
            must(
                    column,
                    "MUST be null exactly where SubAccountId is",
                    row -> (row.get(column) == null) == (row.get("SubAccountId") == null));
        }
    }

    /** What one row breaks, as {@code column: requirement}. */
    static List<String> broken(Map<String, String> row) {
        List<String> broken = new ArrayList<>();
        for (Requirement requirement : ALL) {
            boolean holds;
            try {
                holds = requirement.holds.test(row);
            } catch (RuntimeException e) {
                holds = false;
            }
            if (!holds) {
                broken.add(requirement.column + ": " + requirement.text);
            }
        }
        return broken;
    }

    static List<String> columnsWithRequirements() {
        return ALL.stream().map(Requirement::column).distinct().toList();
    }

    private static boolean isUsage(Map<String, String> row) {
        return "Usage".equals(row.get("ChargeCategory"));
    }

    private static boolean isCorrection(Map<String, String> row) {
        return "Correction".equals(row.get("ChargeClass"));
    }

    /** NumericFormat: no sign for positive ones, no separators, no exponent with a plus. */
    private static boolean isNumber(String text) {
        return text != null && text.matches("-?\\d+(\\.\\d+)?(E-?\\d+)?");
    }

    private static Instant month(String start, int later) {
        return Instant.parse(start)
                .atZone(ZoneOffset.UTC)
                .toLocalDate()
                .plusMonths(later)
                .atStartOfDay(ZoneOffset.UTC)
                .toInstant();
    }

    private static boolean isFlat(String json, String prefix) {
        try {
            JsonNode object = JSON.readTree(json);
            boolean flat = object.isObject();
            for (Map.Entry<String, JsonNode> field : object.properties()) {
                flat &= field.getKey().startsWith(prefix) && !field.getValue().isContainerNode();
            }
            return flat;
        } catch (JsonProcessingException e) {
            return false;
        }
    }
}
