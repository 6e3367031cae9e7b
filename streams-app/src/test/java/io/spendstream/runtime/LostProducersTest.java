package io.spendstream.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Only who has left the group loses what it had open. */
class LostProducersTest {

    private static final String HERE = "0b0a4c8e-30a5-4f29-8f39-2ab0ab8f4a10";
    private static final String GONE = "d3f0c1aa-9a53-43ab-8e4e-0d5e1b7c9f02";

    @ParameterizedTest(name = "{0}, members {1}: {2}")
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
            meter-GONE-1                | meter-HERE-StreamThread-1-consumer          | meter-GONE-1
            meter-GONE-1;meter-GONE-2   | meter-HERE-StreamThread-1-consumer          | meter-GONE-1;meter-GONE-2
            meter-HERE-1;meter-GONE-12  | meter-HERE-StreamThread-2-consumer          | meter-GONE-12
            meter-HERE-1                | meter-HERE-StreamThread-2-consumer          | none
            # nobody is known to be there
            meter-GONE-1                | none                                        | none
            # clients are named by configuration: who is who cannot be told
            meter-GONE-1                | ours-StreamThread-1-consumer                | none
            meter-GONE-1                | meter-HERE-StreamThread-1-consumer;ours-1   | none
            # other applications, and producers of another kind
            meter-2-GONE-1              | meter-HERE-StreamThread-1-consumer          | none
            rater-GONE-1                | meter-HERE-StreamThread-1-consumer          | none
            meter-loader                | meter-HERE-StreamThread-1-consumer          | none
            """)
    void whoHasLeftTheGroup(String transactions, String members, String lost) {
        assertThat(LostProducers.lost("meter", list(transactions), list(members)))
                .isEqualTo(list(lost));
    }

    private static List<String> list(String names) {
        return names == null
                ? List.of()
                : List.of(names.replace("HERE", HERE).replace("GONE", GONE).split(";"));
    }

    @Test
    void whoJoinsAndBeginsMeanwhileIsLeftAlone() {
        // Given one who is not there at the first look and is at the second
        List<String> fenced = new ArrayList<>();
        LostProducers producers = new LostProducers("meter", new LostProducers.Brokers() {
            private int looks;

            @Override
            public Collection<String> openTransactions() {
                return looks++ == 0 ? list("meter-HERE-1") : list("meter-HERE-1;meter-GONE-1");
            }

            @Override
            public Collection<String> members() {
                String here = "meter-HERE-StreamThread-1-consumer";
                return looks++ == 0 ? list(here) : list(here + ";meter-GONE-StreamThread-1-consumer");
            }

            @Override
            public void fence(Collection<String> ids) {
                fenced.addAll(ids);
            }
        });

        // When
        producers.end();

        // Then
        assertThat(fenced).isEmpty();
    }
}
