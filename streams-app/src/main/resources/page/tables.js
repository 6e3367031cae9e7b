// Top features, models, teams, users: who spends, and how much of all of it.

import { address } from "./api.js";
import { apiLink, bar, el, empty, show, unseen } from "./dom.js";
import { label, named } from "./format.js";
import { count, divided, dollars, exact, nanos, percent } from "./money.js";

export const ROWS = 8;

/** The call for a dimension's table; users have totals per tenant and UTC day only. */
export function call(dimension, filters, interval, zone, nowMs) {
  if (dimension !== "user") {
    return address("/v1/spend", { ...interval, zone, ...filters, group_by: dimension, limit: ROWS });
  }
  return address("/v1/spend", { ...interval, tenant: filters.tenant, group_by: "user", limit: ROWS });
}

/** @param choose called with a dimension and a value that people want to see alone; null: cannot be chosen */
export function draw(panel, dimension, answer, url, choose) {
  const name = label(dimension);
  const link = apiLink(url, "top " + name + "s");
  if (answer.rows.length === 0) {
    show(panel, link, empty("Nothing was spent in this time."));
    return;
  }
  const all = nanos(answer.totals.cost_usd);
  const most = nanos(answer.rows[0].cost_usd);
  const rows = answer.rows.map((row) => {
    const cost = nanos(row.cost_usd);
    return el("tr", {},
      el("th", { scope: "row" }, chooser(dimension, row[dimension], choose),
        row.unpriced_requests === "0" ? null : el("span", { class: "note" }, "+ " + count(row.unpriced_requests) + " unpriced")),
      el("td", { class: "bars" }, bar(most === 0n ? 0 : Number(cost) / Number(most))),
      el("td", { title: row.cost_usd + " USD", "data-exact": row.cost_usd }, dollars(cost)),
      el("td", {}, percent(cost, all)),
      el("td", { class: "wide" }, count(row.requests)),
      el("td", { class: "wide" }, row.requests === "0" ? "–" : dollars(divided(cost, BigInt(row.requests)))));
  });
  const more = Number(answer.row_count) - answer.rows.length;
  show(panel, link,
    el("table", { class: "top" },
      el("caption", {}, capDates(answer, dimension)),
      el("thead", {}, el("tr", {},
        el("th", { scope: "col" }, name), el("td", { class: "bars" }), el("th", { scope: "col" }, "spent"),
        el("th", { scope: "col" }, "share"), el("th", { scope: "col", class: "wide" }, "requests"),
        el("th", { scope: "col", class: "wide" }, "per request"))),
      el("tbody", {}, rows),
      el("tfoot", {}, el("tr", {},
        el("th", { scope: "row" }, more > 0 ? "all, with " + count(String(more)) + " more" : "all"),
        el("td", { class: "bars" }),
        el("td", { title: answer.totals.cost_usd + " USD", "data-exact": answer.totals.cost_usd }, dollars(all)),
        el("td", {}, all === 0n ? "–" : "100\u00a0%"),
        el("td", { class: "wide" }, count(answer.totals.requests)), el("td", { class: "wide" })))));
}

function chooser(dimension, value, choose) {
  if (!choose) return named(value);
  return el("button", {
    type: "button", class: "link", "data-key": dimension + "=" + value,
    onclick: () => choose(dimension, value ?? ""),
  }, named(value), unseen(": show only this " + label(dimension)));
}

function capDates(answer, dimension) {
  const short = (time) => time.slice(0, 16).replace("T", " ");
  return (dimension === "user" ? "Whole UTC days, " : "") + short(answer.from) + " to " + short(answer.to) + " "
    + answer.zone;
}

/** Says why there is no table. */
export function unavailable(panel, why) {
  show(panel, null, empty(why));
}
