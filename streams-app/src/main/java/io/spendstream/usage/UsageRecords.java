package io.spendstream.usage;

import io.spendstream.v1.UsageEvent;
import java.time.Instant;
import java.util.Map;

/** Conversions between the Avro record of a usage event and the form the stages work on. */
public final class UsageRecords {

    private UsageRecords() {}

    public static UsageRecord of(UsageEvent from) {
        UsageRecord to = new UsageRecord();
        to.id = from.getId();
        to.timeMs = from.getTime().toEpochMilli();
        to.dimension(Dimension.TENANT, from.getTenant());
        to.dimension(Dimension.FEATURE, from.getFeature());
        to.dimension(Dimension.MODEL, from.getModel());
        to.dimension(Dimension.PROVIDER, from.getProvider());
        to.dimension(Dimension.TEAM, from.getTeam());
        to.dimension(Dimension.PROJECT, from.getProject());
        to.dimension(Dimension.ENVIRONMENT, from.getEnvironment());
        to.dimension(Dimension.USER_TIER, from.getUserTier());
        to.dimension(Dimension.SERVICE_TIER, from.getServiceTier().name());
        to.dimension(Dimension.OPERATION, from.getOperation());
        to.meters[Meter.INPUT_TOKENS.ordinal()] = from.getInputTokens();
        to.meters[Meter.OUTPUT_TOKENS.ordinal()] = from.getOutputTokens();
        to.meters[Meter.CACHE_READ_TOKENS.ordinal()] = from.getCacheReadTokens();
        to.meters[Meter.CACHE_WRITE_5M_TOKENS.ordinal()] = from.getCacheWrite5mTokens();
        to.meters[Meter.CACHE_WRITE_1H_TOKENS.ordinal()] = from.getCacheWrite1hTokens();
        to.meters[Meter.AUDIO_INPUT_TOKENS.ordinal()] = from.getAudioInputTokens();
        to.meters[Meter.AUDIO_OUTPUT_TOKENS.ordinal()] = from.getAudioOutputTokens();
        to.meters[Meter.REASONING_TOKENS.ordinal()] = from.getReasoningTokens();
        to.serviceTier = from.getServiceTier();
        to.status = from.getStatus();
        to.user = from.getUser();
        to.session = from.getSession();
        to.endpoint = from.getEndpoint();
        to.requestId = from.getRequestId();
        to.escalatedFrom = from.getEscalatedFrom();
        to.attempt = from.getAttempt();
        to.responseCached = from.getResponseCached();
        to.latencyMs = from.getLatencyMs() == null ? UsageRecord.NO_LATENCY : from.getLatencyMs();
        to.qualityScore = from.getQualityScore();
        to.workUnits = from.getWorkUnits();
        to.otherUnits = Map.copyOf(from.getOtherUnits());
        to.promptTokens = Map.copyOf(from.getPromptTokens());
        to.tags = Map.copyOf(from.getTags());
        return to;
    }

    /** Without the generated builder, which checks again what was checked before. */
    public static UsageEvent toAvro(UsageRecord from) {
        UsageEvent to = new UsageEvent();
        to.setId(from.id);
        to.setTime(Instant.ofEpochMilli(from.timeMs));
        setAttribution(from, to);
        setMeters(from, to);
        to.setStatus(from.status);
        to.setRequestId(from.requestId);
        to.setAttempt(from.attempt);
        to.setEscalatedFrom(from.escalatedFrom);
        to.setResponseCached(from.responseCached);
        to.setLatencyMs(from.latencyMs == UsageRecord.NO_LATENCY ? null : (Long) from.latencyMs);
        to.setQualityScore(from.qualityScore);
        to.setWorkUnits(from.workUnits);
        to.setPromptTokens(from.promptTokens);
        to.setTags(from.tags);
        return to;
    }

    private static void setAttribution(UsageRecord from, UsageEvent to) {
        to.setTenant(from.tenant());
        to.setFeature(from.dimension(Dimension.FEATURE));
        to.setModel(from.model());
        to.setProvider(from.dimension(Dimension.PROVIDER));
        to.setTeam(from.dimension(Dimension.TEAM));
        to.setProject(from.dimension(Dimension.PROJECT));
        to.setEnvironment(from.dimension(Dimension.ENVIRONMENT));
        to.setUser(from.user);
        to.setUserTier(from.dimension(Dimension.USER_TIER));
        to.setSession(from.session);
        to.setEndpoint(from.endpoint);
        to.setOperation(from.dimension(Dimension.OPERATION));
        to.setServiceTier(from.serviceTier);
    }

    private static void setMeters(UsageRecord from, UsageEvent to) {
        to.setInputTokens(from.quantity(Meter.INPUT_TOKENS));
        to.setOutputTokens(from.quantity(Meter.OUTPUT_TOKENS));
        to.setCacheReadTokens(from.quantity(Meter.CACHE_READ_TOKENS));
        to.setCacheWrite5mTokens(from.quantity(Meter.CACHE_WRITE_5M_TOKENS));
        to.setCacheWrite1hTokens(from.quantity(Meter.CACHE_WRITE_1H_TOKENS));
        to.setAudioInputTokens(from.quantity(Meter.AUDIO_INPUT_TOKENS));
        to.setAudioOutputTokens(from.quantity(Meter.AUDIO_OUTPUT_TOKENS));
        to.setReasoningTokens(from.quantity(Meter.REASONING_TOKENS));
        to.setOtherUnits(from.otherUnits);
    }
}
