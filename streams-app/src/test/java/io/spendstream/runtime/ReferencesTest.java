package io.spendstream.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReferencesTest {

    private static final Map<String, String> ENVIRONMENT =
            Map.of("POD", "meter-0", "ODD", "a$1\\${env:POD}", "NONE", "");

    @TempDir
    private Path directory;

    @BeforeEach
    void files() throws IOException {
        Files.writeString(directory.resolve("password"), "s3cr$t\\ ü\n");
        Files.writeString(directory.resolve("two-lines"), "a\nb\r\n");
        Files.writeString(directory.resolve("large"), "x".repeat(References.FILE_BYTES_MAX + 1));
        Files.write(directory.resolve("bytes"), new byte[] {(byte) 0xc3, (byte) 0x28});
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "plain                                 | plain",
                "${env:POD}                            | meter-0",
                "http://${env:POD}.${env:POD}:8080     | http://meter-0.meter-0:8080",
                "${env:ODD}                            | a$1\\${env:POD}",
                "[${env:NONE}]                         | []",
                "password=\"${file:DIR/password}\";    | password=\"s3cr$t\\ ü\";",
                "${vault:a:b} $ {env:POD} ${env}       | ${vault:a:b} $ {env:POD} ${env}",
            })
    void whatIsReferredToTakesThePlaceOfTheReference(String value, String resolved) {
        assertThat(resolve(value)).isEqualTo(resolved);
    }

    @Test
    void onlyTheLineEndAfterATextIsLeftOut() {
        assertThat(resolve("${file:DIR/two-lines}")).isEqualTo("a\nb");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "${env:ABSENT}      | key refers to the environment variable 'ABSENT', which is not set",
                "${file:DIR/absent} | DIR/absent', which is not there",
                "${file:DIR/large}  | DIR/large', which has more than the 65536 bytes that a value may have",
                "${file:DIR/bytes}  | DIR/bytes', which is no text in UTF-8",
                "${file:DIR}        | DIR', which cannot be read",
                "${file:}           | key refers to the file ''",
            })
    void whatIsNotThereIsNamedWithTheKey(String value, String message) {
        assertThatThrownBy(() -> resolve(value))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("key refers to ")
                .hasMessageContaining(message.replace("DIR", directory.toString()));
    }

    @Test
    void aFileOfSettingsMayReferToBoth() throws IOException {
        Path file = directory.resolve("spendstream.properties");
        Files.writeString(file, """
                instance.id=${env:POD}
                http.advertised=${env:POD}.meter:8080
                kafka.ssl.key.password=${file:%s/password}
                """.formatted(directory));

        AppConfig config = AppConfig.read(file, ENVIRONMENT);

        assertThat(config.instanceId()).isEqualTo("meter-0");
        assertThat(config.httpAdvertised()).isEqualTo("meter-0.meter:8080");
        assertThat(config.kafka()).containsEntry("ssl.key.password", "s3cr$t\\ ü");
    }

    private String resolve(String value) {
        return new References(ENVIRONMENT)
                .resolve(Map.of("key", value.replace("DIR", directory.toString())))
                .get("key");
    }
}
