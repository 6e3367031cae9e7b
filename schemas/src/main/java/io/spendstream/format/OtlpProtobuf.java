package io.spendstream.format;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.proto.trace.v1.TracesData;
import io.spendstream.format.FormatFault.Reason;
import java.io.IOException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Spans in OTLP's protobuf: {@code TracesData}, or the {@code ExportTraceServiceRequest} of OTLP over HTTP, which has the
 * same bytes; as the OpenTelemetry Collector's Kafka exporter writes them with the encoding {@code otlp_proto}, its
 * default.
 *
 * <p>Needs {@code io.opentelemetry.proto:opentelemetry-proto} on the class path.
 *
 * <p>Source: {@code opentelemetry/proto/trace/v1/trace.proto}, 1.9.
 */
final class OtlpProtobuf implements UsageFormat {

    /** Of one span: its objects may take some ten times that while it is read. */
    private static final int SPAN_BYTES_MAX = 4 << 20;

    @Override
    public String name() {
        return "otlp-protobuf";
    }

    @Override
    public Reading read(byte[] body, CallDetails details) {
        Findings findings = new Findings();
        if (body == null || body.length > BYTES_MAX) {
            findings.fault(null, null, Reason.TOO_LARGE, "takes a body of at most " + BYTES_MAX + " bytes");
            return findings.reading(details);
        }
        try {
            new Spans(details, findings).readAll(CodedInputStream.newInstance(body));
        } catch (IOException e) {
            findings.fault(
                    null, null, Reason.INVALID_BODY, "does not follow OTLP's protobuf, TracesData: " + e.getMessage());
        }
        return findings.reading(details);
    }

    /** Reads spans one by one, and not the message as a whole: a batch may have many. */
    private static final class Spans {

        private final CallDetails details;
        private final Findings findings;
        private int index;

        Spans(CallDetails details, Findings findings) {
            this.details = details;
            this.findings = findings;
        }

        void readAll(CodedInputStream in) throws IOException {
            each(in, TracesData.RESOURCE_SPANS_FIELD_NUMBER, resourceSpans -> {
                Map<String, Object> resource = new HashMap<>();
                each(
                        resourceSpans.newCodedInput(),
                        ResourceSpans.RESOURCE_FIELD_NUMBER,
                        bytes -> resource.putAll(
                                attributes(Resource.parseFrom(bytes).getAttributesList())));
                each(
                        resourceSpans.newCodedInput(),
                        ResourceSpans.SCOPE_SPANS_FIELD_NUMBER,
                        scopeSpans -> each(
                                scopeSpans.newCodedInput(),
                                ScopeSpans.SPANS_FIELD_NUMBER,
                                span -> readSpan(span, resource)));
            });
        }

        private void readSpan(ByteString bytes, Map<String, Object> resource) throws IOException {
            int at = index++;
            if (findings.isFull()) {
                return;
            }
            if (bytes.size() > SPAN_BYTES_MAX) {
                findings.fault(
                        at, null, Reason.TOO_LARGE, bytes.size() + " bytes of a span are more than " + SPAN_BYTES_MAX);
                return;
            }
            var span = io.opentelemetry.proto.trace.v1.Span.parseFrom(bytes);
            SpanUsage.map(
                    new Span(
                            hex(span.getTraceId()),
                            hex(span.getSpanId()),
                            span.getStartTimeUnixNano(),
                            span.getEndTimeUnixNano(),
                            span.getStatus().getCode() == Status.StatusCode.STATUS_CODE_ERROR,
                            attributes(span.getAttributesList()),
                            resource),
                    at,
                    details,
                    findings);
        }
    }

    /** Reads one embedded message. */
    @FunctionalInterface
    private interface Message {
        void read(ByteString bytes) throws IOException;
    }

    private static void each(CodedInputStream in, int field, Message reader) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (WireFormat.getTagFieldNumber(tag) != field) {
                in.skipField(tag);
            } else if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
                reader.read(in.readBytes());
            } else {
                throw new InvalidProtocolBufferException("field " + field + " is no message");
            }
        }
    }

    private static Map<String, Object> attributes(List<KeyValue> list) {
        Map<String, Object> attributes = new HashMap<>();
        for (KeyValue attribute : list) {
            AnyValue value = attribute.getValue();
            switch (value.getValueCase()) {
                case STRING_VALUE -> Span.put(attributes, attribute.getKey(), value.getStringValue());
                case INT_VALUE -> Span.put(attributes, attribute.getKey(), value.getIntValue());
                case DOUBLE_VALUE -> Span.put(attributes, attribute.getKey(), value.getDoubleValue());
                case BOOL_VALUE -> Span.put(attributes, attribute.getKey(), value.getBoolValue());
                default -> {
                    // Arrays and maps say nothing about usage.
                }
            }
        }
        return attributes;
    }

    private static String hex(ByteString bytes) {
        return bytes.size() > 16 ? "" : HexFormat.of().formatHex(bytes.toByteArray());
    }
}
