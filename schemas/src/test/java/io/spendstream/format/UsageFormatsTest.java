package io.spendstream.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Responses as their providers shape them, and the events they are: each row's figures are worked out by hand. */
class UsageFormatsTest {

    private static final CallDetails CHAT = CallDetails.builder()
            .feature("chat")
            .time(Instant.parse("2026-11-21T10:15:30Z"))
            .build();
    private static final CallDetails CHAT_AT_ITS_TIME =
            CallDetails.builder().feature("chat").build();
    private static final String AT = "time=2026-11-21T10:15:30Z feature=chat ";

    @ParameterizedTest(name = "{0}")
    @MethodSource({"anthropic", "openAiChat", "openAiResponses", "gemini", "liteLlm"})
    void a_response_is_the_event_that_it_says(
            String name, UsageFormat format, CallDetails details, String body, List<String> events) {
        // When
        Reading reading = format.read(body.getBytes(StandardCharsets.UTF_8), details);

        // Then
        assertThat(reading.faults()).isEmpty();
        assertThat(Told.events(reading)).isEqualTo(events);
    }

    static Stream<Arguments> anthropic() {
        return Stream.of(
                row(
                        "plain",
                        UsageFormats.ANTHROPIC,
                        CHAT,
                        """
                        {"id": "msg_013Zva2CMHLNnXjNJJKqJ2EF", "type": "message", "role": "assistant",
                         "content": [{"type": "text", "text": "Hi! My name is Claude."}],
                         "model": "claude-sonnet-4-5-20250929", "stop_reason": "end_turn", "stop_sequence": null,
                         "usage": {"input_tokens": 2095, "output_tokens": 503}}""",
                        "id=anthropic:msg_013Zva2CMHLNnXjNJJKqJ2EF " + AT
                                + "model=claude-sonnet-4-5-20250929 provider=anthropic input_tokens=2095 output_tokens=503"),
                row(
                        "everything at once: the input beside what is cached",
                        UsageFormats.ANTHROPIC,
                        CHAT,
                        """
                        {"id": "msg_1", "model": "claude-opus-4-5",
                         "usage": {"input_tokens": 21, "cache_creation_input_tokens": 300,
                           "cache_read_input_tokens": 4000,
                           "cache_creation": {"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 200},
                           "output_tokens": 503, "output_tokens_details": {"thinking_tokens": 400},
                           "server_tool_use": {"web_search_requests": 2, "web_fetch_requests": 5},
                           "service_tier": "batch", "inference_geo": "us"}}""",
                        "id=anthropic:msg_1 " + AT
                                + "model=claude-opus-4-5 provider=anthropic service_tier=BATCH input_tokens=21"
                                + " output_tokens=503 cache_read_tokens=4000 cache_write_5m_tokens=100"
                                + " cache_write_1h_tokens=200 reasoning_tokens=400 other_units={web_search_requests=2}"
                                + " tags={inference_geo=us}"),
                row(
                        "cache writes of no said lifetime live five minutes",
                        UsageFormats.ANTHROPIC,
                        CHAT,
                        """
                        {"id": "msg_1", "model": "m", "usage": {"input_tokens": 1, "output_tokens": 2,
                         "cache_creation_input_tokens": 50, "cache_read_input_tokens": null, "cache_creation": null,
                         "server_tool_use": null, "service_tier": "standard", "inference_geo": "not_available"}}""",
                        "id=anthropic:msg_1 " + AT
                                + "model=m provider=anthropic input_tokens=1 output_tokens=2 cache_write_5m_tokens=50"),
                row(
                        "fast mode is dearer",
                        UsageFormats.ANTHROPIC,
                        CHAT,
                        """
                        {"id": "msg_1", "model": "m", "usage": {"input_tokens": 1, "output_tokens": 2,
                         "service_tier": "standard", "speed": "fast"}}""",
                        "id=anthropic:msg_1 " + AT
                                + "model=m provider=anthropic service_tier=PRIORITY input_tokens=1 output_tokens=2"),
                row(
                        "samplings that the sum leaves out are events of their own",
                        UsageFormats.ANTHROPIC,
                        CHAT,
                        """
                        {"id": "msg_1", "model": "m", "usage": {"input_tokens": 23000, "output_tokens": 1000,
                         "iterations": [
                          {"type": "compaction", "input_tokens": 180000, "output_tokens": 3500},
                          {"type": "message", "model": "m", "input_tokens": 23000, "output_tokens": 1000},
                          {"type": "advisor_message", "model": "big", "input_tokens": 10,
                           "cache_creation_input_tokens": 0, "cache_read_input_tokens": 5, "output_tokens": 20}]}}""",
                        "id=anthropic:msg_1 " + AT + "model=m provider=anthropic input_tokens=23000 output_tokens=1000",
                        "id=anthropic:msg_1:iteration-0 " + AT
                                + "model=m provider=anthropic input_tokens=180000 output_tokens=3500"
                                + " tags={iteration=compaction}",
                        "id=anthropic:msg_1:iteration-2 " + AT
                                + "model=big provider=anthropic input_tokens=10 output_tokens=20 cache_read_tokens=5"
                                + " tags={iteration=advisor_message}"),
                row(
                        "several at once",
                        UsageFormats.ANTHROPIC,
                        CHAT,
                        """
                        [{"id": "msg_1", "model": "m", "usage": {"input_tokens": 1, "output_tokens": 2}},
                         {"id": "msg_2", "model": "m", "usage": {"input_tokens": 3, "output_tokens": 4}}]""",
                        "id=anthropic:msg_1 " + AT + "model=m provider=anthropic input_tokens=1 output_tokens=2",
                        "id=anthropic:msg_2 " + AT + "model=m provider=anthropic input_tokens=3 output_tokens=4"),
                row(
                        "what the caller knows goes before what the response says",
                        UsageFormats.ANTHROPIC,
                        CallDetails.builder()
                                .id("mine")
                                .time(Instant.parse("2026-11-21T10:15:30Z"))
                                .tenant("acme")
                                .feature("chat")
                                .model("claude")
                                .provider("bedrock")
                                .set("team", "t")
                                .set("project", "p")
                                .set("environment", "prod")
                                .set("user", "ann")
                                .set("user_tier", "gold")
                                .set("session", "s")
                                .set("endpoint", "/e")
                                .set("operation", "summary")
                                .set("service_tier", "priority")
                                .set("request_id", "r")
                                .set("attempt", "2")
                                .set("escalated_from", "small")
                                .set("latency_ms", "812")
                                .set("quality_score", "0.5")
                                .set("work_units", "3")
                                .set("tag.region", "eu")
                                .build(),
                        "{\"id\": \"msg_1\", \"model\": \"m\", \"usage\": {\"input_tokens\": 1,"
                                + " \"output_tokens\": 2, \"service_tier\": \"batch\"}}",
                        "id=mine time=2026-11-21T10:15:30Z tenant=acme feature=chat model=claude provider=bedrock"
                                + " team=t project=p environment=prod user=ann user_tier=gold session=s endpoint=/e"
                                + " operation=summary service_tier=PRIORITY input_tokens=1 output_tokens=2"
                                + " request_id=r attempt=2 escalated_from=small latency_ms=812 quality_score=0.5"
                                + " work_units=3 tags={region=eu}"));
    }

    static Stream<Arguments> openAiChat() {
        return Stream.of(
                row(
                        "plain, at the time of the response",
                        UsageFormats.OPENAI_CHAT,
                        CHAT_AT_ITS_TIME,
                        """
                        {"id": "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT", "object": "chat.completion",
                         "created": 1763720130, "model": "gpt-4.1-2025-04-14",
                         "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello!"},
                           "logprobs": null, "finish_reason": "stop"}],
                         "usage": {"prompt_tokens": 19, "completion_tokens": 10, "total_tokens": 29,
                           "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
                           "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0,
                             "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0}},
                         "service_tier": "default"}""",
                        "id=openai-chat:chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT"
                                + " time=2025-11-21T10:15:30Z feature=chat model=gpt-4.1-2025-04-14 provider=openai"
                                + " input_tokens=19 output_tokens=10"),
                row(
                        "cached, written and audio tokens are parts of the prompt",
                        UsageFormats.OPENAI_CHAT,
                        CHAT,
                        """
                        {"id": "c1", "created": 1763720130, "model": "gpt-5.6", "service_tier": "flex",
                         "usage": {"prompt_tokens": 2006, "completion_tokens": 1300, "total_tokens": 3306,
                           "prompt_tokens_details":
                             {"cached_tokens": 1920, "cache_write_tokens": 30, "audio_tokens": 6},
                           "completion_tokens_details": {"reasoning_tokens": 960, "audio_tokens": 40,
                             "rejected_prediction_tokens": 100}}}""",
                        "id=openai-chat:c1 " + AT
                                + "model=gpt-5.6 provider=openai service_tier=FLEX input_tokens=50 output_tokens=1260"
                                + " cache_read_tokens=1920 cache_write_5m_tokens=30 audio_input_tokens=6"
                                + " audio_output_tokens=40 reasoning_tokens=960"),
                row(
                        "the last chunk of a stream, nothing in its details",
                        UsageFormats.OPENAI_CHAT,
                        CHAT,
                        """
                        {"id": "c1", "object": "chat.completion.chunk", "created": 1763720130, "model": "m",
                         "choices": [], "service_tier": null, "usage": {"prompt_tokens": 7,
                         "completion_tokens": 3, "total_tokens": 10, "prompt_tokens_details": null}}""",
                        "id=openai-chat:c1 " + AT + "model=m provider=openai input_tokens=7 output_tokens=3"),
                row(
                        "xAI counts reasoning beside the completion",
                        UsageFormats.OPENAI_CHAT,
                        CHAT,
                        """
                        {"id": "c1", "model": "grok-4", "usage": {"prompt_tokens": 32, "completion_tokens": 9,
                         "total_tokens": 135, "prompt_tokens_details": {"text_tokens": 32, "cached_tokens": 8},
                         "completion_tokens_details": {"reasoning_tokens": 94}}}""",
                        "id=openai-chat:c1 " + AT
                                + "model=grok-4 provider=openai input_tokens=24 output_tokens=103 cache_read_tokens=8"
                                + " reasoning_tokens=94"),
                row(
                        "DeepSeek tells hits of its cache beside the prompt",
                        UsageFormats.OPENAI_CHAT,
                        CHAT,
                        """
                        {"id": "c1", "model": "deepseek-chat", "usage": {"prompt_tokens": 100,
                         "completion_tokens": 9, "total_tokens": 109, "prompt_cache_hit_tokens": 64,
                         "prompt_cache_miss_tokens": 36}}""",
                        "id=openai-chat:c1 " + AT
                                + "model=deepseek-chat provider=openai input_tokens=36 output_tokens=9 cache_read_tokens=64"),
                row(
                        "embeddings, which have no id",
                        UsageFormats.OPENAI_CHAT,
                        CallDetails.builder()
                                .id("e1")
                                .feature("search")
                                .time(Instant.parse("2026-11-21T10:15:30Z"))
                                .build(),
                        """
                        {"object": "list", "data": [{"object": "embedding", "embedding": [0.002, -0.009], "index": 0}],
                         "model": "text-embedding-3-small", "usage": {"prompt_tokens": 8, "total_tokens": 8}}""",
                        "id=e1 time=2026-11-21T10:15:30Z feature=search model=text-embedding-3-small provider=openai"
                                + " operation=embeddings input_tokens=8"),
                row(
                        "metadata of the request says whose it is",
                        UsageFormats.OPENAI_CHAT,
                        CallDetails.NONE,
                        """
                        {"id": "c1", "created": 1763720130, "model": "m", "metadata": {"feature": "mail", "team": "t",
                         "colour": "red"}, "usage": {"prompt_tokens": 1, "completion_tokens": 1}}""",
                        "id=openai-chat:c1 time=2025-11-21T10:15:30Z feature=mail model=m provider=openai team=t"
                                + " input_tokens=1 output_tokens=1"));
    }

    static Stream<Arguments> openAiResponses() {
        return Stream.of(
                row(
                        "plain",
                        UsageFormats.OPENAI_RESPONSES,
                        CHAT_AT_ITS_TIME,
                        """
                        {"id": "resp_67ccd2bed1ec8190", "object": "response", "created_at": 1763720130,
                         "status": "completed", "completed_at": 1763720132.5, "error": null, "instructions": null,
                         "model": "gpt-5-2025-08-07", "output": [{"type": "message", "content": []}],
                         "service_tier": "default", "user": null, "metadata": {},
                         "usage": {"input_tokens": 328, "input_tokens_details": {"cached_tokens": 256},
                           "output_tokens": 552, "output_tokens_details": {"reasoning_tokens": 448},
                           "total_tokens": 880}}""",
                        "id=openai-responses:resp_67ccd2bed1ec8190 time=2025-11-21T10:15:32.500Z feature=chat"
                                + " model=gpt-5-2025-08-07 provider=openai input_tokens=72 output_tokens=552"
                                + " cache_read_tokens=256 reasoning_tokens=448"),
                row(
                        "cache writes, user, conversation, tier and failure",
                        UsageFormats.OPENAI_RESPONSES,
                        CHAT,
                        """
                        {"id": "r1", "created_at": 1763720130, "status": "failed", "model": "gpt-5.6",
                         "service_tier": "priority", "safety_identifier": "u1", "conversation": {"id": "conv_1"},
                         "usage": {"input_tokens": 3300, "output_tokens": 0, "total_tokens": 3300,
                           "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 3207},
                           "output_tokens_details": {"reasoning_tokens": 0}}}""",
                        "id=openai-responses:r1 " + AT
                                + "model=gpt-5.6 provider=openai user=u1 session=conv_1 service_tier=PRIORITY"
                                + " input_tokens=93 cache_write_5m_tokens=3207 status=ERROR"));
    }

    static Stream<Arguments> gemini() {
        return Stream.of(
                row(
                        "thoughts are output besides the candidates",
                        UsageFormats.GEMINI,
                        CHAT,
                        """
                        {"candidates": [{"content": {"parts": [{"text": "Hi"}], "role": "model"},
                           "finishReason": "STOP", "index": 0}],
                         "usageMetadata": {"promptTokenCount": 1000, "cachedContentTokenCount": 800,
                           "candidatesTokenCount": 120, "thoughtsTokenCount": 380, "toolUsePromptTokenCount": 50,
                           "totalTokenCount": 1550,
                           "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 1000}],
                           "cacheTokensDetails": [{"modality": "TEXT", "tokenCount": 800}]},
                         "modelVersion": "gemini-2.5-pro", "responseId": "mAitaLmkHPPlz7IPvtfUqQ4"}""",
                        "id=gemini:mAitaLmkHPPlz7IPvtfUqQ4 " + AT
                                + "model=gemini-2.5-pro provider=google input_tokens=250 output_tokens=500"
                                + " cache_read_tokens=800 reasoning_tokens=380"),
                row(
                        "audio in, out and cached; images out",
                        UsageFormats.GEMINI,
                        CHAT,
                        """
                        {"usageMetadata": {"promptTokenCount": 1000, "cachedContentTokenCount": 300,
                           "candidatesTokenCount": 2000, "totalTokenCount": 3000, "trafficType": "ON_DEMAND_PRIORITY",
                           "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 600},
                             {"modality": "AUDIO", "tokenCount": 400}],
                           "cacheTokensDetails": [{"modality": "TEXT", "tokenCount": 200},
                             {"modality": "AUDIO", "tokenCount": 100}],
                           "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1290},
                             {"modality": "AUDIO", "tokenCount": 10}]},
                         "modelVersion": "gemini-2.5-flash", "responseId": "g1"}""",
                        "id=gemini:g1 " + AT
                                + "model=gemini-2.5-flash provider=google service_tier=PRIORITY input_tokens=400"
                                + " output_tokens=700 cache_read_tokens=200 audio_input_tokens=300 audio_output_tokens=10"
                                + " other_units={cache_read_audio_tokens=100, image_output_tokens=1290}"),
                row(
                        "Vertex AI says when, and where its models are",
                        UsageFormats.GEMINI,
                        CHAT_AT_ITS_TIME,
                        """
                        {"usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 6, "totalTokenCount": 11,
                          "trafficType": "ON_DEMAND"},
                         "createTime": "2026-11-21T10:15:30.123456Z",
                         "modelVersion": "publishers/google/models/gemini-2.5-pro", "responseId": "g1"}""",
                        "id=gemini:g1 time=2026-11-21T10:15:30.123Z feature=chat model=gemini-2.5-pro provider=google"
                                + " input_tokens=5 output_tokens=6"));
    }

    static Stream<Arguments> liteLlm() {
        return Stream.of(
                row(
                        "whose it is, from the key; a call to Anthropic",
                        UsageFormats.LITELLM,
                        CallDetails.NONE,
                        """
                        {"id": "chatcmpl-9f2", "trace_id": "tr-1", "call_type": "acompletion", "stream": true,
                         "response_cost": 0.00123, "status": "success", "custom_llm_provider": "anthropic",
                         "total_tokens": 4824, "prompt_tokens": 4321, "completion_tokens": 503,
                         "startTime": 1763720129.25, "endTime": 1763720130.5, "completionStartTime": 1763720129.75,
                         "model": "anthropic/claude-sonnet-4-5", "model_id": "abc", "model_group": "sonnet",
                         "metadata": {"user_api_key_hash": "88dc", "user_api_key_alias": "support-bot",
                           "user_api_key_team_id": "t-1", "user_api_key_team_alias": "support",
                           "user_api_key_user_id": "svc", "requester_metadata": {"environment": "prod"},
                           "usage_object": {"prompt_tokens": 4321, "completion_tokens": 503, "total_tokens": 4824,
                             "prompt_tokens_details": {"cached_tokens": 4000, "audio_tokens": null,
                               "cache_creation_tokens": 300,
                               "cache_creation_token_details":
                                 {"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 200}},
                             "completion_tokens_details": {"reasoning_tokens": 400},
                             "cache_creation_input_tokens": 300, "cache_read_input_tokens": 4000,
                             "server_tool_use": {"web_search_requests": 1}}},
                         "cache_hit": null, "request_tags": ["region: eu", "beta"], "end_user": "ann",
                         "messages": [{"role": "user", "content": "hi"}], "response": {"id": "chatcmpl-9f2"},
                         "model_parameters": {}, "hidden_params": {"response_cost": "0.00123"}}""",
                        "id=litellm:chatcmpl-9f2 time=2025-11-21T10:15:30.500Z feature=support-bot"
                                + " model=claude-sonnet-4-5 provider=anthropic team=support environment=prod user=ann"
                                + " input_tokens=21 output_tokens=503 cache_read_tokens=4000 cache_write_5m_tokens=100"
                                + " cache_write_1h_tokens=200 reasoning_tokens=400 other_units={web_search_requests=1}"
                                + " request_id=tr-1 latency_ms=1250 tags={beta=true, region=eu}"),
                row(
                        "a failure, with no usage object",
                        UsageFormats.LITELLM,
                        CHAT_AT_ITS_TIME,
                        """
                        {"standard_logging_object": {"id": "x1", "trace_id": "x1", "call_type": "aembedding",
                         "status": "failure", "custom_llm_provider": "openai", "prompt_tokens": 0,
                         "completion_tokens": 0, "total_tokens": 0, "startTime": 1763720130, "endTime": 1763720130,
                         "model": "text-embedding-3-small", "metadata": {}, "cache_hit": false,
                         "error_str": "RateLimitError", "response": "nothing"}}""",
                        "id=litellm:x1 time=2025-11-21T10:15:30Z feature=chat model=text-embedding-3-small"
                                + " provider=openai operation=embeddings status=ERROR request_id=x1 latency_ms=0"),
                row(
                        "an answer of LiteLLM's own cache; usage in the response",
                        UsageFormats.LITELLM,
                        CHAT,
                        """
                        {"id": "x1", "status": "success", "prompt_tokens": 100, "completion_tokens": 5, "model": "m",
                         "cache_hit": true, "metadata": {"user_api_key_alias": "ignored"},
                         "response": {"choices": [], "usage": {"prompt_tokens_details": {"cached_tokens": 60}}}}""",
                        "id=litellm:x1 " + AT
                                + "model=m input_tokens=40 output_tokens=5 cache_read_tokens=60 response_cached=true"));
    }

    @Test
    void an_id_that_is_given_goes_with_one_response_alone() {
        // Given
        CallDetails details = CallDetails.builder()
                .id("mine")
                .feature("chat")
                .time(Instant.EPOCH.plusSeconds(1))
                .build();
        String one = "{\"model\": \"m\", \"usage\": {\"input_tokens\": 1, \"output_tokens\": 1}}";

        // When
        Reading reading =
                UsageFormats.ANTHROPIC.read(("[" + one + "," + one + "]").getBytes(StandardCharsets.UTF_8), details);

        // Then: else one of the two would be lost as a repeat of the other
        assertThat(Told.faults(reading)).containsExactly("null id bad_value");
    }

    @Test
    void every_format_is_found_by_its_name() {
        assertThat(UsageFormats.all())
                .allSatisfy(format -> assertThat(UsageFormats.of(format.name())).containsSame(format));
        assertThat(UsageFormats.of("else")).isEmpty();
    }

    private static Arguments row(String name, UsageFormat format, CallDetails details, String body, String... events) {
        return arguments(format.name() + ": " + name, format, details, body, List.of(events));
    }
}
