/**
 * Usage events from what others write: responses of model providers, LiteLLM's log, OpenTelemetry spans. Functions of
 * bytes that throw nothing; what cannot be mapped is answered as a fault with its field and reason.
 */
package io.spendstream.format;
