package io.spendstream.connect.notify;

import jakarta.mail.Address;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;

/**
 * Alerts as mails by SMTP, with the text as plain text and as HTML. A mail that is sent twice has the same Message-ID, and
 * those of one alert are a thread.
 */
final class EmailChannel implements Channel {

    static final int SUBJECT_MAX = 200;

    private static final int PASSING = 4;

    private final Server server;
    private final List<InternetAddress> to;
    private final InternetAddress from;
    private final Texts texts;
    private final AlertFilter filter;
    private final String link;
    private final Clock clock;

    /**
     * @param user null: without a login
     * @param session how it is connected to
     */
    record Server(String host, int port, String user, String password, Session session) {

        String address() {
            return "the mail server " + host + ":" + port;
        }
    }

    record Texts(Template subject, Template text, Template html) {}

    /** @param link of the application; null: there is none */
    EmailChannel(
            Server server,
            InternetAddress from,
            List<InternetAddress> to,
            Texts texts,
            AlertFilter filter,
            String link,
            Clock clock) {
        this.server = server;
        this.from = from;
        this.to = List.copyOf(to);
        this.texts = texts;
        this.filter = filter;
        this.link = link;
        this.clock = clock;
    }

    /** Jakarta Mail makes an id anew whenever a message is saved. */
    private static final class Identified extends MimeMessage {

        private final String id;

        Identified(Session session, String id) {
            super(session);
            this.id = id;
        }

        @Override
        protected void updateMessageID() throws MessagingException {
            setHeader("Message-ID", id);
        }
    }

    @Override
    public boolean wants(AlertRecord alert) {
        return alert.tell() && filter.matches(alert);
    }

    @Override
    public void deliver(AlertRecord alert) throws DeliveryException {
        try (Transport transport = server.session.getTransport()) {
            MimeMessage message = message(alert);
            transport.connect(server.host, server.port, server.user, server.password);
            transport.sendMessage(message, message.getAllRecipients());
        } catch (MessagingException e) {
            throw failure(e);
        }
    }

    MimeMessage message(AlertRecord alert) throws MessagingException, DeliveryException {
        Map<String, Object> model = TemplateModel.of(alert, link);
        String domain = from.getAddress().substring(from.getAddress().lastIndexOf('@') + 1);
        MimeMessage message = new Identified(server.session, "<" + alert.transitionKey() + "@" + domain + ">");
        message.setFrom(from);
        message.setRecipients(MimeMessage.RecipientType.TO, to.toArray(Address[]::new));
        message.setSubject(oneLine(texts.subject.render(model)), StandardCharsets.UTF_8.name());
        message.setSentDate(Date.from(clock.instant()));
        message.setHeader("References", "<" + AlertmanagerAlerts.name(alert.id()) + ".alert@" + domain + ">");
        // No answers by machines that are on holiday.
        message.setHeader("Auto-Submitted", "auto-generated");
        if (alert.severity() == AlertRecord.Severity.CRITICAL && alert.state() != AlertRecord.State.RESOLVED) {
            message.setHeader("Importance", "high");
        }
        MimeBodyPart plain = new MimeBodyPart();
        plain.setText(texts.text.render(model), StandardCharsets.UTF_8.name());
        MimeBodyPart html = new MimeBodyPart();
        html.setText(texts.html.render(model), StandardCharsets.UTF_8.name(), "html");
        message.setContent(new MimeMultipart("alternative", plain, html));
        message.saveChanges();
        return message;
    }

    /** A line break in a subject would end the header and begin another. */
    static String oneLine(String subject) {
        String line = subject.replaceAll("[\\p{Cntrl}\\u2028\\u2029\\s]+", " ").strip();
        return line.length() <= SUBJECT_MAX ? line : line.substring(0, SUBJECT_MAX - 1) + "…";
    }

    /** Codes of SMTP that begin with 5 are for good, all else may pass. */
    private DeliveryException failure(MessagingException e) {
        String reason = server.address() + ": " + describe(e);
        if (e instanceof AuthenticationFailedException
                && !String.valueOf(e.getMessage()).startsWith("4")) {
            return DeliveryException.permanent(reason);
        }
        boolean permanent = false;
        for (Exception cause = e; cause instanceof MessagingException failed; cause = failed.getNextException()) {
            OptionalInt code = code(failed);
            if (code.isPresent() && code.getAsInt() / 100 == PASSING) {
                return DeliveryException.passing(reason);
            }
            permanent |= code.isPresent();
        }
        return permanent ? DeliveryException.permanent(reason) : DeliveryException.passing(reason);
    }

    private static OptionalInt code(MessagingException e) {
        if (e instanceof SMTPSendFailedException failed) {
            return OptionalInt.of(failed.getReturnCode());
        }
        if (e instanceof SMTPAddressFailedException failed) {
            return OptionalInt.of(failed.getReturnCode());
        }
        if (e instanceof SMTPSenderFailedException failed) {
            return OptionalInt.of(failed.getReturnCode());
        }
        return OptionalInt.empty();
    }

    private String describe(MessagingException e) {
        StringBuilder text = new StringBuilder();
        Exception cause = e;
        while (cause != null) {
            text.append(text.isEmpty() ? "" : "; ").append(cause.getClass().getSimpleName());
            if (cause.getMessage() != null) {
                text.append(" (").append(cause.getMessage()).append(')');
            }
            cause = cause instanceof MessagingException failed ? failed.getNextException() : null;
        }
        String clean = text.toString().replaceAll("\\p{Cntrl}+", " ");
        return server.password == null || server.password.isEmpty() ? clean : clean.replace(server.password, "***");
    }
}
