package io.spendstream.detect;

import io.spendstream.anomaly.Scope;

/**
 * What one alert is about: there is one at a time.
 *
 * @param subject whom it is about where that is less than the scope; else empty
 */
record AlertKey(String detector, Scope scope, String subject) {}
