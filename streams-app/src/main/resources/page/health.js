// The pipeline: whether everything received is counted, and how far behind it is.

import { apiLink, el, show } from "./dom.js";
import { ago, moment } from "./format.js";
import { count } from "./money.js";

export const instancesCall = "/v1/instances";
export const metricsCall = "/metrics";

/** The counters of the accounting, as BigInt, from the text of Prometheus. */
export function counters(text) {
  const sum = { received: 0n, counted: 0n, duplicate: 0n, rejected: 0n, unpriced: 0n, waiting: 0n };
  const reasons = [];
  for (const line of text.split("\n")) {
    const match = /^spendstream_(?:events_(received|counted|duplicate|rejected|unpriced)_total|(waiting)_records)(?:\{reason="([^"]*)"\})? (\S+)$/.exec(line);
    if (!match) continue;
    const value = BigInt(Math.round(Number(match[4])) || 0);
    sum[match[1] ?? match[2]] += value;
    if (match[3] && value > 0n) reasons.push([match[3], value]);
  }
  reasons.sort((a, b) => (b[1] > a[1] ? 1 : -1));
  return { ...sum, reasons };
}

export function draw(panel, instances, metrics, freshness, zone, nowMs) {
  const sums = counters(metrics);
  const number = (n) => count(String(n));
  const holds = sums.received === sums.counted + sums.duplicate + sums.rejected;
  const bad = instances.filter((i) => i.state !== "RUNNING");
  show(panel, [apiLink(instancesCall, "the instances", "instances"), apiLink(metricsCall, "the accounting", "metrics")],
    el("p", { class: "state " + (bad.length ? "bad" : "good") }, bad.length
      ? bad.length + " of " + instances.length + " instances do not run: answers may have to wait"
      : instances.length === 1 ? "The instance runs" : "All " + instances.length + " instances run"),
    el("p", { class: "identity" + (holds ? "" : " bad"), id: "identity" },
      el("span", {}, el("b", {}, number(sums.received)), " received"), holds ? " = " : " ≠ ",
      el("span", {}, el("b", {}, number(sums.counted)), " counted"), " + ",
      el("span", {}, el("b", {}, number(sums.duplicate)), " repeated"), " + ",
      el("span", {}, el("b", {}, number(sums.rejected)), " rejected")),
    el("p", { class: "note" }, "Since this instance started"
      + (sums.reasons.length ? ". Rejected: " + sums.reasons.slice(0, 5).map(([r, n]) => r.replaceAll("_", " ") + " " + number(n)).join(", ") : "")
      + (sums.unpriced > 0n ? ". Without a price when they came: " + number(sums.unpriced) : "")
      + (sums.waiting > 0n ? ". Waiting for their schema: " + number(sums.waiting) : "") + "."),
    el("table", { class: "instances" },
      el("caption", {}, freshness?.as_of
        ? "All received until " + moment(freshness.as_of, zone) + " is counted"
          + (freshness.lag_records === undefined ? "" : "; behind: " + count(freshness.lag_records) + " records")
        : "How fresh the figures are is not known yet"),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "instance"), el("th", { scope: "col" }, "state"),
        el("th", { scope: "col" }, "tasks"), el("th", { scope: "col" }, "behind"))),
      el("tbody", {}, instances.map((i) => el("tr", {},
        el("th", { scope: "row" }, i.url.replace(/^https?:\/\//, ""), i.self ? " (this one)" : ""),
        el("td", {}, el("span", { class: "tag " + (i.state === "RUNNING" ? "good" : "critical") }, i.state.toLowerCase())),
        el("td", {}, String(i.active_tasks.length), i.standby_tasks.length ? " + " + i.standby_tasks.length + " copies" : ""),
        el("td", {}, i.lag_records === null ? "not known" : count(i.lag_records) + " records",
          i.as_of && nowMs - Date.parse(i.as_of) > 60000 ? el("span", { class: "note" }, "as of " + ago(i.as_of, nowMs)) : null))))));
}
