package io.spendstream.connect.notify;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;

/** Alerts as signed JSON to any address. */
final class WebhookChannel implements Channel {

    static final String IDEMPOTENCY_KEY = "Idempotency-Key";

    private final HttpEndpoint endpoint;
    private final AlertFilter filter;
    private final WebhookSignature signature;
    private final Template template;
    private final String link;
    private final Clock clock;

    /**
     * @param template null: the alert as REST has it
     * @param link of the application; null: there is none
     */
    WebhookChannel(
            HttpEndpoint endpoint,
            AlertFilter filter,
            WebhookSignature signature,
            Template template,
            String link,
            Clock clock) {
        this.endpoint = endpoint;
        this.filter = filter;
        this.signature = signature;
        this.template = template;
        this.link = link;
        this.clock = clock;
    }

    /**
     * A template whose text is JSON, whatever an alert says.
     *
     * @throws IllegalArgumentException says what is wrong with it
     */
    static Template jsonTemplate(String text) {
        Template template = Template.of(text, Template.Escape.JSON);
        for (AlertRecord sample : Samples.ALL) {
            String fault;
            try {
                fault = JsonText.fault(template.render(TemplateModel.of(sample, null)));
            } catch (DeliveryException e) {
                fault = e.getMessage();
            }
            if (fault != null) {
                throw new IllegalArgumentException("filled with a sample alert it is no JSON: " + fault);
            }
        }
        return template;
    }

    @Override
    public boolean wants(AlertRecord alert) {
        return alert.tell() && filter.matches(alert);
    }

    @Override
    public void deliver(AlertRecord alert) throws DeliveryException {
        byte[] body = body(alert);
        String id = alert.transitionKey();
        long now = clock.instant().getEpochSecond();
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(IDEMPOTENCY_KEY, id);
        headers.put(WebhookSignature.ID, id);
        headers.put(WebhookSignature.TIMESTAMP, Long.toString(now));
        headers.put(WebhookSignature.SIGNATURE, signature.sign(id, now, body));
        endpoint.post(body, headers);
    }

    private byte[] body(AlertRecord alert) throws DeliveryException {
        if (template == null) {
            return JsonText.bytes(alert.fields());
        }
        String text = template.render(TemplateModel.of(alert, link));
        String fault = JsonText.fault(text);
        if (fault != null) {
            throw DeliveryException.permanent("filled with this alert, the template is no JSON: " + fault);
        }
        return JsonText.utf8(text);
    }
}
