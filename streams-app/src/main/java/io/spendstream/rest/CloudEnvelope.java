package io.spendstream.rest;

/** The attributes of a CloudEvent 1.0 that matter here, as they came: null where they did not. */
final class CloudEnvelope {

    String specversion;
    String id;
    String source;
    String type;
    String time;
    String dataContentType;
}
