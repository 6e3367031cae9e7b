package io.spendstream.format;

import java.util.List;
import java.util.Optional;

/** Every format there is. */
public final class UsageFormats {

    /** Anthropic's Messages API. */
    public static final UsageFormat ANTHROPIC = AnthropicMessage.FORMAT;

    /** OpenAI's chat completions and embeddings, and those who speak that protocol. */
    public static final UsageFormat OPENAI_CHAT = OpenAiChat.FORMAT;

    /** OpenAI's Responses API. */
    public static final UsageFormat OPENAI_RESPONSES = OpenAiResponse.FORMAT;

    /** The Gemini API and Vertex AI. */
    public static final UsageFormat GEMINI = GeminiContent.FORMAT;

    /** LiteLLM's log callbacks. */
    public static final UsageFormat LITELLM = LiteLlmLog.FORMAT;

    /** OpenTelemetry spans in OTLP's JSON. */
    public static final UsageFormat OTLP_JSON = new OtlpJson();

    /** OpenTelemetry spans in OTLP's protobuf; needs {@code io.opentelemetry.proto:opentelemetry-proto}. */
    public static final UsageFormat OTLP_PROTOBUF = new OtlpProtobuf();

    private static final List<UsageFormat> ALL =
            List.of(ANTHROPIC, OPENAI_CHAT, OPENAI_RESPONSES, GEMINI, LITELLM, OTLP_JSON, OTLP_PROTOBUF);

    private UsageFormats() {}

    public static List<UsageFormat> all() {
        return ALL;
    }

    /** By {@link UsageFormat#name}. */
    public static Optional<UsageFormat> of(String name) {
        return ALL.stream().filter(format -> format.name().equals(name)).findFirst();
    }
}
