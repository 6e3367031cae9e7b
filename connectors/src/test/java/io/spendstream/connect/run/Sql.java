package io.spendstream.connect.run;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Asks a PostgreSQL. */
final class Sql {

    private Sql() {}

    /** A row of an answer. */
    record Row(ResultSet set) {

        String text(int column) {
            return get(() -> set.getString(column));
        }

        List<String> texts(int from, int count) {
            List<String> texts = new ArrayList<>();
            for (int i = from; i < from + count; i++) {
                texts.add(text(i));
            }
            return texts;
        }

        Instant time(int column) {
            return get(() -> set.getTimestamp(column).toInstant());
        }

        BigDecimal number(String column) {
            return get(() -> set.getBigDecimal(column));
        }
    }

    private interface Getter<T> {
        T get() throws SQLException;
    }

    private static <T> T get(Getter<T> getter) {
        try {
            return getter.get();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    static void run(Postgres postgres, String statement) {
        each(postgres, "SELECT 1", row -> {}, statement);
    }

    /** @param first statements of the same session before the question */
    static void each(Postgres postgres, String question, Consumer<Row> use, String... first) {
        try (Connection connection = postgres.connect();
                Statement statement = connection.createStatement()) {
            for (String sql : first) {
                statement.execute(sql);
            }
            try (ResultSet set = statement.executeQuery(question)) {
                while (set.next()) {
                    use.accept(new Row(set));
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(question + ": " + e.getMessage(), e);
        }
    }
}
