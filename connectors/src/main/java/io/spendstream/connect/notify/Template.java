package io.spendstream.connect.notify;

import com.samskivert.mustache.BasicCollector;
import com.samskivert.mustache.Escapers;
import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.MustacheException;
import java.math.BigDecimal;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A text with places for what an alert says, in the Mustache language, with the names of {@link TemplateModel}. What is
 * put in is escaped for where the text goes, except between three braces.
 */
final class Template {

    static final int LENGTH_MAX = 20_000;

    private final com.samskivert.mustache.Template compiled;

    private Template(com.samskivert.mustache.Template compiled) {
        this.compiled = compiled;
    }

    /** Where a text goes, which says what must be escaped in it. */
    enum Escape {
        NONE(Escapers.NONE),
        HTML(Escapers.HTML),
        /** As Slack asks for: only these three. */
        SLACK(Escapers.simple(new String[][] {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}})),
        /** Within the quotes of a JSON text. */
        JSON(text -> new String(
                com.fasterxml.jackson.core.io.JsonStringEncoder.getInstance().quoteAsString(text)));

        private final Mustache.Escaper escaper;

        Escape(Mustache.Escaper escaper) {
            this.escaper = escaper;
        }
    }

    /** Maps and lists alone, so that a template cannot call methods of what is put in. */
    private static final class Fields extends BasicCollector {

        @Override
        public <K, V> Map<K, V> createFetcherCache() {
            return new ConcurrentHashMap<>();
        }
    }

    /**
     * @throws IllegalArgumentException where the text is no template or names what alerts do not have; the message says
     *     what and where
     */
    static Template of(String text, Escape escape) {
        if (text.length() > LENGTH_MAX) {
            throw new IllegalArgumentException(
                    "it has " + text.length() + " characters; " + LENGTH_MAX + " are the most");
        }
        try {
            Template template = new Template(Mustache.compiler()
                    .withCollector(new Fields())
                    .withFormatter(Template::plain)
                    .withEscaper(escape.escaper)
                    .nullValue("")
                    .strictSections(true)
                    .emptyStringIsFalse(true)
                    .withLoader(name -> {
                        throw new IllegalArgumentException("a template cannot take in another one ({{>" + name + "}})");
                    })
                    .compile(text));
            for (AlertRecord sample : Samples.ALL) {
                for (String link : new String[] {null, "https://spend.example.com"}) {
                    // Mustache takes a tag that is not closed for text.
                    if (template.compiled
                            .execute(TemplateModel.of(sample, link))
                            .contains("{{")) {
                        throw new IllegalArgumentException("a tag is not closed: {{ without }}");
                    }
                }
            }
            return template;
        } catch (MustacheException e) {
            throw new IllegalArgumentException("it is no template: " + e.getMessage(), e);
        }
    }

    private static String plain(Object value) {
        return value instanceof BigDecimal decimal ? decimal.toPlainString() : String.valueOf(value);
    }

    /** @throws DeliveryException where it names what this alert does not have */
    String render(Map<String, Object> model) throws DeliveryException {
        try {
            return compiled.execute(model);
        } catch (MustacheException e) {
            throw DeliveryException.permanent("the template cannot be filled: " + e.getMessage());
        }
    }
}
