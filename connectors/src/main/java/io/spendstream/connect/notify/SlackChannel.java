package io.spendstream.connect.notify;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Alerts as messages to an incoming webhook of Slack. Each has the text both as {@code text}, which notifications and what
 * is only compatible to Slack show, and as a block.
 */
final class SlackChannel implements Channel {

    /** Of the text of a block; Slack refuses more. */
    static final int TEXT_MAX = 3_000;

    private static final String CUT = "…";
    /** Of what escapes one character. */
    private static final int ENTITY_MAX = "&amp;".length();

    private final HttpEndpoint endpoint;
    private final AlertFilter filter;
    private final Template template;
    private final String link;

    /** @param link of the application; null: there is none */
    SlackChannel(HttpEndpoint endpoint, AlertFilter filter, Template template, String link) {
        this.endpoint = endpoint;
        this.filter = filter;
        this.template = template;
        this.link = link;
    }

    @Override
    public boolean wants(AlertRecord alert) {
        return alert.tell() && filter.matches(alert);
    }

    @Override
    public void deliver(AlertRecord alert) throws DeliveryException {
        String text = shortened(template.render(TemplateModel.of(alert, link)).strip());
        // Slack does not know repeats; what stands between may.
        endpoint.post(JsonText.bytes(message(text)), Map.of(WebhookChannel.IDEMPOTENCY_KEY, alert.transitionKey()));
    }

    static Map<String, Object> message(String text) {
        Map<String, Object> mrkdwn = new LinkedHashMap<>();
        mrkdwn.put("type", "mrkdwn");
        mrkdwn.put("text", text);
        Map<String, Object> section = new LinkedHashMap<>();
        section.put("type", "section");
        section.put("text", mrkdwn);
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("text", text);
        message.put("blocks", List.of(section));
        return message;
    }

    /** At most {@value #TEXT_MAX} characters, not cut within a link, an escaped character or a pair of surrogates. */
    static String shortened(String text) {
        if (text.length() <= TEXT_MAX) {
            return text;
        }
        int end = TEXT_MAX - CUT.length();
        int entity = text.lastIndexOf('&', end - 1);
        if (entity >= 0 && end - entity < ENTITY_MAX && text.indexOf(';', entity) >= end) {
            end = entity;
        }
        int open = text.lastIndexOf('<', end - 1);
        if (open >= 0 && text.lastIndexOf('>', end - 1) < open) {
            end = open;
        }
        if (end > 0 && Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end) + CUT;
    }
}
