// Spend by hour and weekday, of the last four weeks.

import { address } from "./api.js";
import { apiLink, el, empty, show, unseen } from "./dom.js";
import { divided, dollars, exact, nanos } from "./money.js";
import { addDays, dateIn } from "./state.js";

const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const HOURS = [...Array(24).keys()];
const LEVELS = 6;

/** Four whole weeks, ended yesterday: each weekday is in them as often. */
export function call(filters, zone, nowMs) {
  const today = dateIn(zone, nowMs);
  return address("/v1/spend", { from: addDays(today, -28), to: today, zone, ...filters, granularity: "hour" });
}

/** Whole nano-dollars by weekday from Monday and hour: the mean of the weeks in which anything was spent. */
export function means(rows) {
  const sums = DAYS.map(() => HOURS.map(() => 0n));
  const dates = DAYS.map(() => new Set());
  for (const row of rows) {
    // The start is in the query's zone: its text has the local date and hour.
    const date = row.start.slice(0, 10);
    const weekday = (new Date(date + "T00:00:00Z").getUTCDay() + 6) % 7;
    sums[weekday][Number(row.start.slice(11, 13))] += nanos(row.cost_usd);
    dates[weekday].add(date);
  }
  return sums.map((hours, d) => hours.map((sum) => (dates[d].size === 0 ? 0n : divided(sum, BigInt(dates[d].size)))));
}

export function draw(panel, answer, url) {
  const link = apiLink(url, "spend by hour");
  if (answer.rows.length === 0) {
    show(panel, link, empty("Nothing was spent in the four weeks before today."));
    return;
  }
  const cells = means(answer.rows);
  const most = cells.flat().reduce((a, b) => (a > b ? a : b), 0n);
  const level = (n) => (n === 0n || most === 0n ? 0 : Math.max(1, Math.ceil((Number(n) / Number(most)) * LEVELS)));
  let peak = [0, 0];
  cells.forEach((hours, d) => hours.forEach((n, h) => { if (n > cells[peak[0]][peak[1]]) peak = [d, h]; }));
  const two = (n) => String(n).padStart(2, "0");
  show(panel, link,
    el("p", { class: "note" }, "Most is spent on " + DAYS[peak[0]] + "s from " + two(peak[1]) + ":00 to " + two(peak[1] + 1)
      + ":00: " + dollars(most) + " an hour, the mean of the four weeks before today (" + answer.zone + ")."),
    el("table", { class: "heat" },
      el("caption", { class: "hidden" }, "USD per hour of the week, the mean of four weeks"),
      el("thead", {}, el("tr", {}, el("td", {}),
        HOURS.map((h) => el("th", { scope: "col", class: h % 3 ? "minor" : null }, el("span", {}, two(h)))))),
      el("tbody", {}, DAYS.map((name, d) => el("tr", {},
        el("th", { scope: "row" }, name.slice(0, 3), unseen(name.slice(3))),
        cells[d].map((n, h) => el("td", { class: "l" + level(n), title: name + " " + two(h) + ":00: " + dollars(n), "data-exact": exact(n) },
          unseen(dollars(n)))))))),
    el("p", { class: "scale", "aria-hidden": "true" }, "$0 ", [...Array(LEVELS + 1).keys()].map((l) => el("span", { class: "l" + l })),
      " " + dollars(most)));
}
