package io.spendstream.connect.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertState;
import jakarta.mail.BodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against a real mail server, and one that answers as it is told. */
class EmailChannelTest {

    private final GreenMail server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));

    @BeforeEach
    void start() {
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    private static Channel channel(int port, Map<String, String> more) {
        Map<String, String> props = new HashMap<>(Map.of(
                "spendstream.target", "EMAIL",
                "smtp.host", "127.0.0.1",
                "smtp.port", Integer.toString(port),
                "smtp.security", "none",
                "smtp.timeout.ms", "500",
                "mail.from", "Spendstream <spend@example.com>",
                "mail.to", "ann@example.com, Bob B. <bob@example.org>",
                "alert.link", "https://spend.example.com/"));
        props.putAll(more);
        return AlertSinkConfig.of(props).channel(Clock.systemUTC());
    }

    private Channel channel(Map<String, String> more) {
        return channel(server.getSmtp().getPort(), more);
    }

    private static AlertRecord alert(UnaryOperator<Alert.Builder> change) {
        return Alerts.alertRecord(
                change.apply(Alerts.budget("a1", AlertState.OPEN)).build());
    }

    @Test
    void a_mail_has_text_and_html_and_is_to_everybody() throws Exception {
        AlertRecord alert = alert(a -> a.setSummary("<b>80 %</b> of the budget für\r\nBcc: eve@example.com"));

        channel(Map.of()).deliver(alert);

        assertThat(server.getReceivedMessages()).hasSize(2);
        MimeMessage mail = server.getReceivedMessages()[0];
        assertThat(mail.getSubject()).isEqualTo("Alert (warning): <b>80 %</b> of the budget für Bcc: eve@example.com");
        assertThat(mail.getHeader("Bcc")).isNull();
        assertThat(mail.getFrom()).extracting(Object::toString).containsExactly("Spendstream <spend@example.com>");
        assertThat(mail.getAllRecipients())
                .extracting(Object::toString)
                .containsExactly("ann@example.com", "\"Bob B.\" <bob@example.org>");
        MimeMultipart parts = (MimeMultipart) mail.getContent();
        assertThat(parts.getContentType()).startsWith("multipart/alternative");
        BodyPart text = parts.getBodyPart(0);
        BodyPart html = parts.getBodyPart(1);
        assertThat(text.getContentType()).startsWith("text/plain");
        assertThat((String) text.getContent())
                .contains("Budget threshold: OPEN, warning", "<b>80 %</b>", "Limit: 100.00 USD", "feature: chat")
                .contains("Alert: https://spend.example.com/v1/alerts?id=a1");
        assertThat(html.getContentType()).startsWith("text/html");
        assertThat((String) html.getContent())
                .contains("&lt;b&gt;80 %&lt;/b&gt;", "<td>80.00 USD</td>")
                .doesNotContain("<b>80 %");
    }

    @Test
    void a_mail_that_is_sent_twice_has_one_id_and_those_of_an_alert_are_a_thread() throws Exception {
        AlertRecord open = alert(a -> a);
        Channel channel = channel(Map.of("mail.to", "ann@example.com"));

        channel.deliver(open);
        channel.deliver(open);
        channel.deliver(alert(a -> a.setState(AlertState.RESOLVED).setChangedAt(Alerts.OPENED.plusSeconds(5))));

        MimeMessage[] mails = server.getReceivedMessages();
        assertThat(mails[0].getMessageID()).isEqualTo("<" + open.transitionKey() + "@example.com>");
        assertThat(mails[1].getMessageID()).isEqualTo(mails[0].getMessageID());
        assertThat(mails[2].getMessageID()).isNotEqualTo(mails[0].getMessageID());
        assertThat(mails[2].getHeader("References")).isEqualTo(mails[0].getHeader("References"));
    }

    @Test
    void templates_may_be_others() throws Exception {
        channel(Map.of(
                        "mail.subject.template", "{{state}} {{value_text}}",
                        "mail.text.template", "{{summary}}",
                        "mail.html.template", "<p>{{summary}}</p>"))
                .deliver(alert(a -> a.setSummary("a & b")));

        MimeMessage mail = server.getReceivedMessages()[0];
        assertThat(mail.getSubject()).isEqualTo("OPEN 80.00 USD");
        assertThat(((MimeMultipart) mail.getContent()).getBodyPart(1).getContent())
                .isEqualTo("<p>a &amp; b</p>");
    }

    @Test
    void a_login_is_used_and_a_wrong_one_is_for_good_and_not_repeated() throws Exception {
        server.setUser("spend@example.com", "spend", "right-password");

        channel(Map.of("smtp.user", "spend", "smtp.password", "right-password")).deliver(alert(a -> a));
        DeliveryException failure = catchThrowableOfType(
                DeliveryException.class,
                () -> channel(Map.of("smtp.user", "spend", "smtp.password", "wrong-password"))
                        .deliver(alert(a -> a)));

        assertThat(server.getReceivedMessages()).isNotEmpty();
        assertThat(failure.retriable()).isFalse();
        assertThat(failure).hasMessageContaining("535").hasMessageNotContaining("wrong-password");
    }

    @Test
    void a_server_that_does_not_offer_tls_gets_no_mail() {
        DeliveryException failure = catchThrowableOfType(
                DeliveryException.class,
                () -> channel(Map.of("smtp.security", "starttls")).deliver(alert(a -> a)));

        assertThat(failure).hasMessageContaining("STARTTLS");
        assertThat(server.getReceivedMessages()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "MAIL | 451 try later | true",
                "MAIL | 550 go away | false",
                "RCPT | 450 greylisted | true",
                "RCPT | 550 no such user | false",
                "DATA | 452 full | true",
                "DATA | 554 no | false",
                "EHLO | 421 busy | true"
            })
    void a_code_says_whether_trying_again_may_help(String command, String answer, boolean retriable) throws Exception {
        try (ScriptedSmtp smtp = new ScriptedSmtp(command, answer)) {
            DeliveryException failure = catchThrowableOfType(
                    DeliveryException.class,
                    () -> channel(smtp.port(), Map.of()).deliver(alert(a -> a)));

            assertThat(failure.retriable()).isEqualTo(retriable);
            assertThat(failure.getMessage()).doesNotContain("\n");
        }
    }

    @Test
    void a_server_that_hangs_or_is_not_there_is_tried_again_in_time() throws Exception {
        int gone;
        long start = System.nanoTime();
        try (ScriptedSmtp smtp = new ScriptedSmtp("EHLO", null)) {
            gone = smtp.port();
            assertThat(catchThrowableOfType(
                                    DeliveryException.class,
                                    () -> channel(gone, Map.of()).deliver(alert(a -> a)))
                            .retriable())
                    .isTrue();
        }
        DeliveryException failure = catchThrowableOfType(
                DeliveryException.class, () -> channel(gone, Map.of()).deliver(alert(a -> a)));

        assertThat(failure.retriable()).isTrue();
        assertThat(failure).hasMessageStartingWith("the mail server 127.0.0.1:" + gone + ": ");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }

    /** A mail server that takes everything but one command. */
    private static final class ScriptedSmtp implements AutoCloseable {

        private final ServerSocket socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        private final AtomicReference<Socket> client = new AtomicReference<>();

        /** @param answer to the command; null: none */
        ScriptedSmtp(String command, String answer) throws IOException {
            Thread thread = new Thread(
                    () -> {
                        try (Socket connection = socket.accept()) {
                            client.set(connection);
                            serve(connection, command, answer);
                        } catch (IOException e) {
                            // The other side or the test has ended it.
                        }
                    },
                    "scripted-smtp");
            thread.setDaemon(true);
            thread.start();
        }

        private static void serve(Socket connection, String command, String answer) throws IOException {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.US_ASCII));
            PrintWriter out = new PrintWriter(connection.getOutputStream(), true, StandardCharsets.US_ASCII);
            out.print("220 scripted\r\n");
            out.flush();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith(command) || (command.equals("EHLO") && line.startsWith("HELO"))) {
                    if (answer != null) {
                        out.print(answer + "\r\n");
                    }
                } else if (line.startsWith("DATA")) {
                    out.print("354 go on\r\n");
                } else if (line.startsWith("QUIT")) {
                    out.print("221 bye\r\n");
                } else {
                    out.print("250 fine\r\n");
                }
                out.flush();
            }
        }

        int port() {
            return socket.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            socket.close();
            if (client.get() != null) {
                client.get().close();
            }
        }
    }
}
