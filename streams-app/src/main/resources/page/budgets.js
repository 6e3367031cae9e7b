// Budgets: how much of each is left, how fast it goes, and where that leads.

import { apiLink, bar, el, empty, show, unseen } from "./dom.js";
import { ago, duration, moment, named } from "./format.js";
import { count, dollars, nanos, wholeDollars } from "./money.js";

/** More than these would be more calls than a page should make every few seconds. */
export const BUDGETS_MAX = 30;
const GROUPS = 3;
const ROWS = 12;

export const listCall = "/v1/budgets";
export const statusCall = (id) => "/v1/budgets/" + encodeURIComponent(id) + "/status?limit=" + GROUPS;

/** @param statuses what was answered for each of the first budgets, with its url */
export function draw(panel, budgets, statuses, state, nowMs) {
  const links = apiLink(listCall, "the budgets");
  const shown = (status) => state.tenant === null || status.tenant === null || status.tenant === state.tenant;
  const rows = statuses.filter(shown)
    .flatMap((status) => status.groups.map((group) => ({ status, group, budget: budgets.find((b) => b.id === status.budget) })))
    .sort((a, b) => Number(b.group.fraction) - Number(a.group.fraction));
  if (rows.length === 0) {
    show(panel, links, empty(budgets.length === 0
      ? "There are no budgets yet. PUT /v1/budgets/{id} makes one; the description of the API shows how."
      : "Nothing counts towards a budget yet."));
    return;
  }
  const left = rows.length - ROWS;
  show(panel, links,
    el("table", { class: "budgets" },
      el("caption", {}, "The nearest to their limit first"),
      el("thead", {}, el("tr", {},
        el("th", { scope: "col" }, "budget"), el("th", { scope: "col", class: "used" }, "used"), el("th", { scope: "col" }, "left"),
        el("th", { scope: "col", title: "The last hour's spend to an even pace: at 1 the limit is used up exactly at the period's end" }, "burn rate"),
        el("th", { scope: "col" }, "forecast"))),
      el("tbody", {}, rows.slice(0, ROWS).map((row) => line(row, nowMs)))),
    left > 0 || budgets.length > BUDGETS_MAX
      ? el("p", { class: "note" }, (left > 0 ? left + " more groups are further from their limit. " : "")
        + (budgets.length > BUDGETS_MAX ? "Only the first " + BUDGETS_MAX + " of " + budgets.length + " budgets are looked at here." : ""))
      : null);
}

function line({ status, group, budget }, nowMs) {
  const amount = status.measure === "cost" ? (text) => dollars(nanos(text)) : count;
  const about = status.measure === "cost" ? (text) => wholeDollars(nanos(text)) : (text) => count(text.split(".")[0]);
  const fraction = Number(group.fraction);
  const forecast = group.forecast === null ? null : Number(group.forecast) / Number(group.limit);
  const kind = fraction >= 1 ? "over" : fraction >= 0.8 || forecast >= 1 ? "near" : "good";
  const said = { over: "over its limit", near: fraction >= 0.8 ? "near its limit" : "will pass its limit", good: "within its limit" }[kind];
  const names = Object.values(group.group).map(named);
  return el("tr", { class: kind },
    el("th", { scope: "row", title: budget?.owner ? "owner " + budget.owner : null },
      el("a", { href: statusCall(status.budget) }, status.budget), names.length ? " · " + names.join(", ") : "",
      group.overflow ? " · all further groups" : "",
      el("span", { class: "note" }, [budget?.description, status.enabled ? null : "switched off"]
        .filter(Boolean).join(" · "))),
    el("td", { class: "used" },
      bar(fraction, kind),
      el("span", { class: "amount" }, (fraction * 100).toFixed(1) + "\u00a0%"), " ", el("span", { class: "tag " + kind }, said),
      el("span", { class: "note", title: group.spent + " of " + group.limit }, amount(group.spent) + " of " + amount(group.limit)
        + (status.measure === "cost" ? "" : " " + status.measure.replaceAll("_", " ")))),
    el("td", { "data-label": "left", title: group.remaining }, amount(group.remaining),
      el("span", { class: "note" }, group.period_end === null ? "for all time"
        : "the " + status.period + " ends " + ago(group.period_end, nowMs), unseen(group.period_end === null ? "" : ", " + moment(group.period_end, status.zone)))),
    el("td", { "data-label": "burn rate" }, group.burn_rate === null ? "–" : Number(group.burn_rate).toFixed(1) + "×",
      el("span", { class: "note" }, group.burn_rate_7d === null ? "" : "7 d " + Number(group.burn_rate_7d).toFixed(1) + "×")),
    el("td", { "data-label": "forecast" }, group.forecast === null ? "–" : about(group.forecast),
      el("span", { class: "note" }, fraction >= 1 ? "limit passed"
        : group.limit_reached_at === null ? "stays within"
        : "limit in " + duration(Date.parse(group.limit_reached_at) - nowMs))));
}
