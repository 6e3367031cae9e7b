package io.spendstream.runtime;

/**
 * Where traces go. Its text does not have the header.
 *
 * @param endpoint URL that takes OTLP over HTTP
 * @param authorization value of that header; empty: none
 * @param ratio of the requests that do not belong to a trace yet: how many begin one
 * @param service name of the application
 * @param instance name of this instance
 */
record TraceSettings(String endpoint, String authorization, double ratio, String service, String instance) {

    @Override
    public String toString() {
        return "TraceSettings[" + endpoint + "]";
    }
}
