/** Renders the chart with a real Helm and holds what comes out to Kubernetes, to the application and to its documents. */
package io.spendstream.helm;
