// The big figures: what is spent now, where the month leads, and what a request costs.

import { address } from "./api.js";
import { apiLink, el, replace } from "./dom.js";
import { count, divided, dollars, exact, nanos, percent, wholeDollars } from "./money.js";
import { DAY_MS, addDays, dateIn, quarterBefore } from "./state.js";

const WEEK_MS = 7 * DAY_MS;

/** The totals that the figures need, beside those of the range: name to address. */
export function calls(filters, zone, nowMs) {
  const today = dateIn(zone, nowMs);
  const spend = (from, to) => address("/v1/spend", { from, to, zone, ...filters });
  return {
    today: spend(today, null),
    month: spend(today.slice(0, 8) + "01", null),
    week: spend(quarterBefore(nowMs - WEEK_MS), quarterBefore(nowMs)),
    weekBefore: spend(quarterBefore(nowMs - 2 * WEEK_MS), quarterBefore(nowMs - WEEK_MS)),
  };
}

/** @param totals of each call of calls(), and of the range as range */
export function draw(holder, totals, urls, rangeName, zone, nowMs) {
  const cost = (name) => nanos(totals[name].cost_usd);
  const range = totals.range;
  const requests = BigInt(range.requests);
  const units = BigInt(range.work_units);
  const saved = nanos(range.cache_savings_usd) + nanos(range.response_cache_savings_usd);
  const per = (n) => (n === 0n ? null : divided(cost("range"), n));
  const forecast = monthForecast(cost("month"), cost("week"), zone, nowMs);
  replace(holder, el("dl", {},
    figure("Spent today", cost("today"), urls.today, count(totals.today.requests) + " requests", "large today"),
    figure("This month", cost("month"), urls.month, count(totals.month.requests) + " requests", "large month"),
    figure("Month, forecast", forecast, urls.week, "this month + the pace of the last 7 days", "large forecast", true),
    change(cost("week"), cost("weekBefore"), urls),
    figure("Spent, " + rangeName, cost("range"), urls.range, count(range.requests) + " requests", "range"),
    figure("Cost per request", per(requests), urls.range, rangeName, "per-request"),
    figure("Cost per work unit", per(units), urls.range,
      units === 0n ? "no work units in this time" : count(range.work_units) + " units, all calls' cost", "per-unit"),
    figure("Saved by caches", saved, urls.range,
      "prompt " + dollars(nanos(range.cache_savings_usd)) + ", answers "
        + dollars(nanos(range.response_cache_savings_usd)), "saved"),
    figure("Lost on failed calls", nanos(range.failed_cost_usd), urls.range,
      "repeated calls cost " + dollars(nanos(range.retry_cost_usd)), "waste"),
    unpriced(range, urls.range)));
}

/** What is spent, and for the rest of the month the pace of the last seven days. */
export function monthForecast(month, week, zone, nowMs) {
  const date = dateIn(zone, nowMs);
  const next = addDays(date.slice(0, 8) + "28", 4).slice(0, 8) + "01";
  // To the hour: a forecast need not know about shifts of clocks.
  const into = BigInt(Math.floor(msOfDay(zone, nowMs)));
  const days = BigInt((Date.parse(next) - Date.parse(date)) / DAY_MS);
  const left = days * BigInt(DAY_MS) - into;
  return month + divided(week * left, BigInt(WEEK_MS));
}

function msOfDay(zone, nowMs) {
  const parts = new Intl.DateTimeFormat("en", { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" })
    .formatToParts(nowMs);
  const part = (type) => Number(parts.find((p) => p.type === type).value);
  return (part("hour") * 60 + part("minute")) * 60000;
}

function figure(name, nano, url, note, kind, rounded = false) {
  const large = kind.startsWith("large");
  const text = nano === null ? "–" : large || rounded ? wholeDollars(nano) : dollars(nano);
  return card(name, text, nano === null || rounded ? null : exact(nano), url, note, kind);
}

function card(name, text, exactly, url, note, kind) {
  return el("div", { class: "figure " + kind },
    el("dt", {}, name, " ", apiLink(url, name)),
    el("dd", { class: "amount", title: exactly === null ? null : exactly + " USD", "data-exact": exactly }, text),
    el("dd", { class: "note" }, note));
}

function change(week, before, urls) {
  const more = week - before;
  const text = before === 0n ? "–" : (more > 0n ? "+" : "") + percent(more, before);
  const note = before === 0n
    ? "nothing was spent the week before"
    : wholeDollars(week) + " in 7 days, " + wholeDollars(before) + " in the 7 before";
  const figure = card("Against the week before", text, null, urls.weekBefore, note, "change");
  figure.querySelector("dt").append(" ", apiLink(urls.week, "the last 7 days"));
  return figure;
}

function unpriced(range, url) {
  const none = range.unpriced_requests === "0";
  return card("Calls without a price", count(range.unpriced_requests), null, url,
    none ? "every call has its price" : "their cost is missing above: set the model's price",
    "unpriced" + (none ? "" : " warn"));
}
