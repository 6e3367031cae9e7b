package io.spendstream.connect.notify;

import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;

/**
 * A key of the sinks of alerts.
 *
 * @param otherwise its value where none is given
 * @param validator null: every value of the type is sound
 * @param says what it means
 */
record SinkKey(
        String name, Type type, Object otherwise, ConfigDef.Validator validator, Importance importance, String says) {

    static SinkKey number(String name, int otherwise, int min, int max, String says) {
        return new SinkKey(name, Type.INT, otherwise, ConfigDef.Range.between(min, max), Importance.LOW, says);
    }

    /** Of a length that may not fit an {@code int}. */
    static SinkKey millis(String name, long otherwise, long min, long max, String says) {
        return new SinkKey(name, Type.LONG, otherwise, ConfigDef.Range.between(min, max), Importance.LOW, says);
    }

    static SinkKey flag(String name, boolean otherwise, String says) {
        return new SinkKey(name, Type.BOOLEAN, otherwise, null, Importance.LOW, says);
    }

    /** The first one, where none is given. */
    static SinkKey oneOf(String name, List<String> values, String says) {
        return new SinkKey(
                name,
                Type.STRING,
                values.get(0),
                ConfigDef.ValidString.in(values.toArray(String[]::new)),
                Importance.LOW,
                says);
    }

    static SinkKey text(String name, String says) {
        return new SinkKey(name, Type.STRING, "", null, Importance.LOW, says);
    }

    /** @param check throws an {@link IllegalArgumentException} that says what is wrong */
    static SinkKey text(String name, Consumer<String> check, String form, String says) {
        return new SinkKey(name, Type.STRING, "", checked(check, form), Importance.LOW, says);
    }

    /** @param check of the values with commas between them, as {@link #text} */
    static SinkKey list(String name, Consumer<String> check, String form, String says) {
        return new SinkKey(name, Type.LIST, "", checked(check, form), Importance.LOW, says);
    }

    /** All, where none are given; each must be like the regular expression. */
    static SinkKey patterns(String name, String regex, String form, String says) {
        return new SinkKey(name, Type.LIST, "*", checked(SinkValues.patterns(regex, form), form), Importance.LOW, says);
    }

    static SinkKey secret(String name, String says) {
        return new SinkKey(name, Type.PASSWORD, "", null, Importance.LOW, says);
    }

    /** @param check as {@link #text}; what it says does not repeat the value */
    static SinkKey secret(String name, Consumer<String> check, String form, String says) {
        return new SinkKey(name, Type.PASSWORD, "", checked(check, form), Importance.LOW, says);
    }

    /** Empty where none is given. */
    static SinkKey template(String name, Consumer<String> check, String says) {
        return text(name, text -> SinkValues.checkUnlessEmpty(text, check), "a Mustache template", says);
    }

    static SinkKey template(String name, Template.Escape escape, String says) {
        return template(name, text -> Template.of(text, escape), says);
    }

    SinkKey of(Importance importance) {
        return new SinkKey(name, type, otherwise, validator, importance, says);
    }

    /** Without a value that it has by itself. */
    SinkKey required() {
        return new SinkKey(name, type, ConfigDef.NO_DEFAULT_VALUE, validator, Importance.HIGH, says);
    }

    void addTo(ConfigDef definition) {
        definition.define(name, type, otherwise, validator, importance, says);
    }

    private static ConfigDef.Validator checked(Consumer<String> check, String form) {
        return ConfigDef.LambdaValidator.with(
                (key, value) -> {
                    String text = value instanceof Password password
                            ? password.value()
                            : value instanceof List<?> list ? joined(list) : String.valueOf(value);
                    try {
                        check.accept(text);
                    } catch (IllegalArgumentException e) {
                        throw new ConfigException(key + ": " + e.getMessage());
                    }
                },
                () -> form);
    }

    private static String joined(List<?> list) {
        return String.join(",", list.stream().map(String::valueOf).toList());
    }

    @Override
    public String toString() {
        return name;
    }
}
