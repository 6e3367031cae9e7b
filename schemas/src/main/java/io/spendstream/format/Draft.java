package io.spendstream.format;

import io.spendstream.format.FormatFault.Reason;
import io.spendstream.v1.ServiceTier;
import io.spendstream.v1.Status;
import io.spendstream.v1.UsageEvent;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** A usage event that is being put together. What is set first stays: what the caller knows, then what the body says. */
final class Draft {

    /** Of every count in an event, as the pipeline has it. */
    static final long AMOUNT_MAX = 1_000_000_000L;

    /** A part of a count: its name in the body, and how many. */
    record Part(String field, long count) {}

    private final String format;
    private final int index;
    private final CallDetails details;
    private final Findings findings;
    private final UsageEvent event = new UsageEvent();
    private final Map<String, String> tags;
    private final Map<String, Long> units = new HashMap<>();
    /** Fields that are set, or of which it was told what is wrong. */
    private final Set<String> known = new HashSet<>();

    private boolean faulty;

    Draft(String format, int index, CallDetails details, Findings findings) {
        this.format = format;
        this.index = index;
        this.details = details;
        this.findings = findings;
        this.tags = new HashMap<>(details.tags());
        details.fields().forEach(this::fill);
    }

    /** Another event of a response that is done, for what is billed apart; its id is the response's and the part's. */
    Draft apart(String part) {
        Draft draft = new Draft(format, index, details, findings);
        draft.event.setId(event.getId() + ":" + part);
        draft.known.add("id");
        return draft;
    }

    /** The id of the response; prefixed, since ids of two providers may be the same text. */
    void id(String own) {
        fill("id", own == null || own.isEmpty() ? null : format + ":" + own);
    }

    /** Sets a field that nothing was known of so far. */
    void fill(String field, Object value) {
        if (value != null && !value.equals("") && known.add(field)) {
            event.put(field, value);
        }
    }

    boolean has(String field) {
        return known.contains(field);
    }

    /** What is wrong with what would have set a field, where nothing else does. */
    void unusable(String field, String path, Reason reason, String detail) {
        if (known.add(field)) {
            fault(path, reason, detail);
        }
    }

    void tag(String name, String value) {
        if (value != null && !value.isEmpty()) {
            tags.putIfAbsent(name, value);
        }
    }

    /** Sets a meter. */
    void meter(String field, long count) {
        event.put(field, count);
    }

    /** Sets a unit besides tokens; a unit that was not used needs no price and is left out. */
    void unit(String name, long count) {
        if (count > 0) {
            units.put(name, count);
        }
    }

    void responseCached(boolean cached) {
        event.setResponseCached(cached);
    }

    /**
     * What a count holds besides its parts.
     *
     * @return 0 where the parts are more than the count, which is a fault then
     */
    long rest(String field, long count, Part... parts) {
        long rest = count;
        StringBuilder sum = new StringBuilder();
        for (Part part : parts) {
            rest -= part.count();
            if (part.count() > 0) {
                sum.append(sum.isEmpty() ? "" : " and ")
                        .append(part.count())
                        .append(" ")
                        .append(part.field());
            }
        }
        if (rest >= 0) {
            return rest;
        }
        fault(
                field,
                Reason.PART_EXCEEDS_WHOLE,
                count + " is less than its parts, " + sum + "; it takes a count that includes them");
        return 0;
    }

    /** A count in bounds; else 0, and a fault. */
    long bounded(String field, long count) {
        if (count < 0) {
            fault(field, Reason.NEGATIVE_AMOUNT, count + " is negative; it takes 0 to " + AMOUNT_MAX);
        } else if (count > AMOUNT_MAX) {
            fault(field, Reason.AMOUNT_TOO_LARGE, count + " is more than " + AMOUNT_MAX);
        } else {
            return count;
        }
        return 0;
    }

    void fault(String field, Reason reason, String detail) {
        faulty = true;
        findings.fault(index, Texts.shortened(field), reason, detail);
    }

    /** Done: an event, where nothing was wrong with it. */
    boolean finish() {
        require("id", "the response has no id of its own; give one, a text that is unique per model call");
        require(
                "time",
                "the response does not say when the call was; give the time when it ended, such as"
                        + " 2026-11-21T10:15:30.123Z, and the same one when sending it again");
        require("feature", "give it with the call: what the call was for");
        require("model", "the response does not name it; give the model as the provider names it");
        if (faulty) {
            return false;
        }
        fill("tenant", "default");
        fill("operation", "chat");
        fill("service_tier", ServiceTier.STANDARD);
        fill("status", Status.SUCCESS);
        fill("attempt", 1);
        event.setOtherUnits(units);
        event.setPromptTokens(Map.of());
        event.setTags(tags);
        findings.add(index, event);
        return true;
    }

    private void require(String field, String whatToDo) {
        if (!known.contains(field)) {
            fault(field, Reason.MISSING_FIELD, "is missing: " + whatToDo);
        }
    }
}
