/** Alerts out to people and pagers: webhooks, Slack, Alertmanager and e-mail. */
package io.spendstream.connect.notify;
