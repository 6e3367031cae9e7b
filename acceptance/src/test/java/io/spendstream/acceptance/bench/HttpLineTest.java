package io.spendstream.acceptance.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class HttpLineTest {

    private static final String ANSWER = "HTTP/1.1 202 Accepted\r\nX: y\r\nContent-Length: 12\r\n\r\n{\"accepted\":";

    @Test
    @Timeout(30)
    void anAnswerIsReadWhenItIsWholeHoweverItComes() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Selector selector = Selector.open()) {
            URI address = URI.create("http://127.0.0.1:" + server.getLocalPort());
            HttpLine line = HttpLine.open(address, selector);
            try (Socket accepted = server.accept()) {
                accepted.setTcpNoDelay(true);
                for (int cut = 1; cut < ANSWER.length(); cut += 7) {
                    // Given a request
                    byte[] request = HttpLine.post(address, "/v1/events", "{}");
                    line.send(request);
                    InputStream in = accepted.getInputStream();
                    assertThat(in.readNBytes(request.length)).isEqualTo(request);

                    // When a part of the answer comes
                    OutputStream out = accepted.getOutputStream();
                    out.write(ANSWER.substring(0, cut).getBytes(StandardCharsets.US_ASCII));
                    selector.select(key -> {}, 10_000);
                    assertThat(line.read()).as("cut at %d", cut).isFalse();

                    // When the rest does
                    out.write(ANSWER.substring(cut).getBytes(StandardCharsets.US_ASCII));
                    do {
                        selector.select(key -> {}, 10_000);
                    } while (!line.read());

                    // Then
                    assertThat(line.status()).isEqualTo(202);
                    assertThat(line.body()).isEqualTo("{\"accepted\":");
                    assertThat(line.bodyStartsWith("{\"acc".getBytes(StandardCharsets.US_ASCII)))
                            .isTrue();
                    assertThat(line.bodyStartsWith("{\"acd".getBytes(StandardCharsets.US_ASCII)))
                            .isFalse();
                }
            }
        }
    }
}
