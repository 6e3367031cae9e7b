package io.spendstream.connect.run;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The PostgreSQL that is written to: one that is there, or one of its own for a try. */
public final class Postgres implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Postgres.class);

    /** Made by {@code initdb}; local connections are trusted. */
    private static final String EMBEDDED_USER = "postgres";

    private final String url;
    private final String user;
    private final String password;
    private final EmbeddedPostgres embedded;

    private Postgres(String url, String user, String password, EmbeddedPostgres embedded) {
        this.url = url;
        this.user = user;
        this.password = password;
        this.embedded = embedded;
    }

    /** @throws IOException where it does not take the connection */
    public static Postgres at(String url, String user, String password) throws IOException {
        Postgres postgres = new Postgres(url, user, password, null);
        try (Connection connection = postgres.connect()) {
            return postgres;
        } catch (SQLException e) {
            throw new IOException("PostgreSQL at " + url + " does not take the connection: " + e.getMessage(), e);
        }
    }

    /**
     * Starts one on this machine, on the loopback address, without a password.
     *
     * @param dataDir where it keeps its data, used again where there is some; null: a temporary directory
     * @param port 0 for a free one
     */
    public static Postgres start(Path dataDir, int port) throws IOException {
        try {
            // Its own hook would let a process end while another thread still stops it.
            EmbeddedPostgres.Builder builder =
                    EmbeddedPostgres.builder().setPort(port).setRegisterShutdownHook(false);
            if (dataDir != null) {
                builder.setDataDirectory(Files.createDirectories(dataDir)).setCleanDataDirectory(false);
            }
            EmbeddedPostgres embedded = builder.start();
            Postgres postgres = new Postgres(
                    "jdbc:postgresql://localhost:" + embedded.getPort() + "/postgres", EMBEDDED_USER, "", embedded);
            Runtime.getRuntime().addShutdownHook(new Thread(postgres::close, "stop-postgres"));
            return postgres;
        } catch (IllegalStateException e) {
            throw new IOException(
                    "there is no PostgreSQL for this machine in the build (" + System.getProperty("os.name") + " "
                            + System.getProperty("os.arch") + "): give one with --postgres-url; " + e.getMessage(),
                    e);
        }
    }

    public Connection connect() throws SQLException {
        return DriverManager.getConnection(url, user, password);
    }

    /** Makes tables and views where they are missing: {@code sql/tables.sql} and {@code sql/showback.sql}. */
    public void prepare(Path home) throws IOException {
        for (String file : new String[] {"sql/tables.sql", "sql/showback.sql"}) {
            try (Connection connection = connect();
                    Statement statement = connection.createStatement()) {
                statement.execute(Files.readString(home.resolve(file)));
            } catch (SQLException e) {
                throw new IOException(home.resolve(file) + " cannot be run on " + url + ": " + e.getMessage(), e);
            }
        }
    }

    /** What the shipped configurations name as {@code ${env:...}}. */
    public Map<String, String> environment() {
        return Map.of(
                "SPENDSTREAM_POSTGRES_URL", url,
                "SPENDSTREAM_POSTGRES_USER", user,
                "SPENDSTREAM_POSTGRES_PASSWORD", password);
    }

    /** As people connect to it; without the password. */
    public String address() {
        return url + "?user=" + user;
    }

    /** Stops it where it was started here; returns when it has stopped, whoever asked first. */
    @Override
    public synchronized void close() {
        if (embedded != null) {
            try {
                embedded.close();
            } catch (IOException e) {
                LOG.warn("PostgreSQL did not stop cleanly", e);
            }
        }
    }
}
