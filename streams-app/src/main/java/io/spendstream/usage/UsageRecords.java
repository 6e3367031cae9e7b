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

    public static UsageEvent toAvro(UsageRecord from) {
        return UsageEvent.newBuilder()
                .setId(from.id)
                .setTime(Instant.ofEpochMilli(from.timeMs))
                .setTenant(from.tenant())
                .setFeature(from.dimension(Dimension.FEATURE))
                .setModel(from.model())
                .setProvider(from.dimension(Dimension.PROVIDER))
                .setTeam(from.dimension(Dimension.TEAM))
                .setProject(from.dimension(Dimension.PROJECT))
                .setEnvironment(from.dimension(Dimension.ENVIRONMENT))
                .setUserTier(from.dimension(Dimension.USER_TIER))
                .setUser(from.user)
                .setSession(from.session)
                .setEndpoint(from.endpoint)
                .setOperation(from.dimension(Dimension.OPERATION))
                .setServiceTier(from.serviceTier)
                .setInputTokens(from.quantity(Meter.INPUT_TOKENS))
                .setOutputTokens(from.quantity(Meter.OUTPUT_TOKENS))
                .setCacheReadTokens(from.quantity(Meter.CACHE_READ_TOKENS))
                .setCacheWrite5mTokens(from.quantity(Meter.CACHE_WRITE_5M_TOKENS))
                .setCacheWrite1hTokens(from.quantity(Meter.CACHE_WRITE_1H_TOKENS))
                .setAudioInputTokens(from.quantity(Meter.AUDIO_INPUT_TOKENS))
                .setAudioOutputTokens(from.quantity(Meter.AUDIO_OUTPUT_TOKENS))
                .setReasoningTokens(from.quantity(Meter.REASONING_TOKENS))
                .setOtherUnits(from.otherUnits)
                .setStatus(from.status)
                .setRequestId(from.requestId)
                .setAttempt(from.attempt)
                .setEscalatedFrom(from.escalatedFrom)
                .setResponseCached(from.responseCached)
                .setLatencyMs(from.latencyMs == UsageRecord.NO_LATENCY ? null : (Long) from.latencyMs)
                .setQualityScore(from.qualityScore)
                .setWorkUnits(from.workUnits)
                .setPromptTokens(from.promptTokens)
                .setTags(from.tags)
                .build();
    }
}
