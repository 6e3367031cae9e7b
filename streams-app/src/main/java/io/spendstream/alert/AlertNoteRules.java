package io.spendstream.alert;

import io.spendstream.budget.BudgetRules;
import io.spendstream.definition.Faults;
import io.spendstream.definition.FieldFault;
import io.spendstream.v1.AlertNote;
import io.spendstream.v1.AlertNoteKind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** What a note about alerts must satisfy to be in force, the same for REST and for the topic. Limits are those of budgets. */
public final class AlertNoteRules {

    /** No silence is for good: nobody would remember it. */
    public static final Duration SILENCE_MAX = Duration.ofDays(366);

    /** What an alert has besides the fields of its scope. */
    static final Set<String> ALERT_FIELDS = Set.of("kind", "budget");

    private AlertNoteRules() {}

    /** Everything that is wrong with a note, by field; empty where it can be in force. */
    public static List<FieldFault> check(AlertNote note) {
        Faults faults = new Faults();
        check(note, faults);
        return faults.list();
    }

    static void check(AlertNote note, Faults faults) {
        BudgetRules.checkId(faults, note.getId());
        if (note.getBy() == null) {
            faults.add("by", "is missing; it takes who says so");
        } else {
            BudgetRules.checkText(faults, "by", note.getBy());
        }
        BudgetRules.checkWords(faults, "comment", note.getComment());
        if (note.getKind() == AlertNoteKind.SILENCE) {
            checkSilence(note, faults);
        } else if (note.getOpenedAt() == null) {
            faults.add("opened_at", "is missing; it says which opening of the alert is meant");
        }
    }

    private static void checkSilence(AlertNote note, Faults faults) {
        if (note.getMatch().isEmpty()) {
            faults.add("match", "is missing; it takes fields with patterns, such as {\"tenant\": [\"acme\"]}");
        }
        BudgetRules.checkPatterns(faults, "match", note.getMatch(), AlertNoteRules::checkField);
        Instant from = from(note);
        Instant until = note.getUntil();
        if (from.isBefore(Instant.EPOCH) || from.isAfter(BudgetRules.TIME_MAX)) {
            faults.add("from", "is not between " + Instant.EPOCH + " and " + BudgetRules.TIME_MAX);
        }
        if (until == null) {
            faults.add("until", "is missing; it takes a time such as 2026-12-01T00:00:00Z");
        } else if (until.isAfter(BudgetRules.TIME_MAX)) {
            faults.add("until", "is after " + BudgetRules.TIME_MAX);
        } else if (!until.isAfter(from)) {
            faults.add("until", until + " is not after from, " + from);
        } else if (Duration.between(from, until).compareTo(SILENCE_MAX) > 0) {
            faults.add("until", "is more than " + SILENCE_MAX.toDays() + " days after from, " + from);
        }
    }

    private static boolean checkField(Faults faults, String path, String field) {
        return ALERT_FIELDS.contains(field) || BudgetRules.checkField(faults, path, field);
    }

    /** From when on a silence holds. */
    static Instant from(AlertNote silence) {
        return silence.getFrom() == null ? silence.getAt() : silence.getFrom();
    }
}
