package io.spendstream.rest;

import io.spendstream.usage.Dimension;
import io.spendstream.usage.Meter;
import io.spendstream.usage.UsageRecord;
import io.spendstream.v1.UsageEvent;
import java.time.Instant;

/** Usage events in the form in which they are published. */
final class UsageEvents {

    private UsageEvents() {}

    static UsageEvent of(UsageRecord event) {
        UsageEvent published = new UsageEvent();
        published.setId(event.id);
        published.setTime(Instant.ofEpochMilli(event.timeMs));
        setAttribution(event, published);
        setMeters(event, published);
        published.setStatus(event.status);
        published.setRequestId(event.requestId);
        published.setAttempt(event.attempt);
        published.setEscalatedFrom(event.escalatedFrom);
        published.setResponseCached(event.responseCached);
        published.setLatencyMs(event.latencyMs == UsageRecord.NO_LATENCY ? null : (Long) event.latencyMs);
        published.setQualityScore(event.qualityScore);
        published.setWorkUnits(event.workUnits);
        published.setPromptTokens(event.promptTokens);
        published.setTags(event.tags);
        return published;
    }

    private static void setAttribution(UsageRecord event, UsageEvent published) {
        published.setTenant(event.tenant());
        published.setFeature(event.dimension(Dimension.FEATURE));
        published.setModel(event.model());
        published.setProvider(event.dimension(Dimension.PROVIDER));
        published.setTeam(event.dimension(Dimension.TEAM));
        published.setProject(event.dimension(Dimension.PROJECT));
        published.setEnvironment(event.dimension(Dimension.ENVIRONMENT));
        published.setUser(event.user);
        published.setUserTier(event.dimension(Dimension.USER_TIER));
        published.setSession(event.session);
        published.setEndpoint(event.endpoint);
        published.setOperation(event.dimension(Dimension.OPERATION));
        published.setServiceTier(event.serviceTier);
    }

    private static void setMeters(UsageRecord event, UsageEvent published) {
        published.setInputTokens(event.quantity(Meter.INPUT_TOKENS));
        published.setOutputTokens(event.quantity(Meter.OUTPUT_TOKENS));
        published.setCacheReadTokens(event.quantity(Meter.CACHE_READ_TOKENS));
        published.setCacheWrite5mTokens(event.quantity(Meter.CACHE_WRITE_5M_TOKENS));
        published.setCacheWrite1hTokens(event.quantity(Meter.CACHE_WRITE_1H_TOKENS));
        published.setAudioInputTokens(event.quantity(Meter.AUDIO_INPUT_TOKENS));
        published.setAudioOutputTokens(event.quantity(Meter.AUDIO_OUTPUT_TOKENS));
        published.setReasoningTokens(event.quantity(Meter.REASONING_TOKENS));
        published.setOtherUnits(event.otherUnits);
    }
}
