package io.spendstream.connect.notify;

import io.spendstream.connect.AlertUnits;
import io.spendstream.words.Amounts;
import java.math.BigDecimal;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What templates may name: the fields of {@code GET /v1/alerts}, and the same for people. Every name is always there; what
 * an alert does not have is null, which is empty as text and false as a section.
 */
final class TemplateModel {

    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

    private TemplateModel() {}

    /** A map in which every name is: labels and scopes differ from alert to alert. */
    private static final class Free extends TreeMap<String, Object> {

        private static final long serialVersionUID = 1L;

        Free(Map<String, String> map) {
            super(map);
        }

        @Override
        public boolean containsKey(Object key) {
            return true;
        }
    }

    /** @param link of the application, without a slash at its end; null: there is none */
    static Map<String, Object> of(AlertRecord alert, String link) {
        String measure = (String) alert.fields().get("measure");
        Map<String, Object> model = new HashMap<>(alert.fields());
        model.put("title", title(alert.kind()));
        for (AlertRecord.State state : AlertRecord.State.values()) {
            model.put("is_" + state.name().toLowerCase(Locale.ROOT), alert.state() == state);
        }
        for (AlertRecord.Severity severity : AlertRecord.Severity.values()) {
            model.put("is_" + severity.word(), alert.severity() == severity);
        }
        int digits = AlertUnits.digits(measure);
        for (String amount : List.of("limit", "value", "baseline")) {
            model.put(amount + "_text", text((BigDecimal) alert.fields().get(amount), digits));
        }
        model.put("threshold_text", text((BigDecimal) alert.fields().get("threshold"), AlertUnits.PPM_DIGITS));
        model.put("scope", new Free(alert.scope()));
        model.put("labels", new Free(alert.labels()));
        Map<String, String> besidesTenant = new LinkedHashMap<>(alert.scope());
        besidesTenant.remove("tenant", alert.tenant());
        model.put("scope_list", entries(besidesTenant));
        model.put("label_list", entries(alert.labels()));
        model.put("contributors", contributors(alert, AlertUnits.contributorDigits(measure)));
        model.put("transition", alert.transitionKey());
        model.put("dashboard_url", link == null ? null : link + "/");
        model.put("alert_url", link == null ? null : alertUrl(link, alert));
        return model;
    }

    /** Where the application shows the alert. */
    static String alertUrl(String link, AlertRecord alert) {
        return link + "/v1/alerts?id=" + URLEncoder.encode(alert.id(), StandardCharsets.UTF_8);
    }

    /** {@code budget_threshold} as {@code Budget threshold}. */
    private static String title(String kind) {
        String words = kind.replace('_', ' ');
        return words.isEmpty() ? words : words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    private static List<Map<String, Object>> entries(Map<String, String> map) {
        List<Map<String, Object>> entries = new ArrayList<>();
        map.forEach((name, value) -> {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("name", name);
            entry.put("value", value);
            entries.add(entry);
        });
        return entries;
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> contributors(AlertRecord alert, int digits) {
        List<Map<String, Object>> contributors = new ArrayList<>();
        for (Map<String, Object> fields :
                (List<Map<String, Object>>) alert.fields().get("contributors")) {
            Map<String, Object> contributor = new HashMap<>(fields);
            contributor.put("amount_text", text((BigDecimal) fields.get("amount"), digits));
            contributor.put("share_text", text((BigDecimal) fields.get("share"), AlertUnits.PPM_DIGITS));
            contributors.add(contributor);
        }
        return contributors;
    }

    /** With its unit: {@code 12.50 USD}, {@code 25 %}, {@code 1200}. */
    static String text(BigDecimal amount, int digits) {
        if (amount == null) {
            return null;
        }
        return switch (digits) {
            case AlertUnits.NANO_DIGITS -> Amounts.usd(amount);
            case AlertUnits.PPM_DIGITS ->
                amount.multiply(HUNDRED).stripTrailingZeros().toPlainString() + " %";
            default -> amount.toPlainString();
        };
    }
}
