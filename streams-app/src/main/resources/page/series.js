// Spend over time: a canvas for the eye, a table with the same figures for everyone.

import { address, escaped } from "./api.js";
import { apiLink, el, empty, replace, show, showLinks } from "./dom.js";
import { day, label, moment, named } from "./format.js";
import { dollars, exact, nanos, wholeDollars } from "./money.js";

const TOP = 6;
const HEIGHT = 300;
const HOUR_S = 3600;
const STEP_S = { hour: HOUR_S, day: 24 * HOUR_S, month: 30 * 24 * HOUR_S };
const REST = "all others";

/** How fine: hours up to eight days, then days. */
export function granularity(interval, nowMs) {
  const days = ((interval.to ? Date.parse(interval.to) : nowMs) - Date.parse(interval.from)) / 86400000;
  return days <= 8.1 ? "hour" : days <= 400 ? "day" : "month";
}

export function topCall(dimension, filters, interval, zone) {
  return address("/v1/spend", { ...interval, zone, ...filters, group_by: dimension, limit: TOP });
}

/** The largest groups' series, and the series of all, so that the rest is what is left. */
export function calls(dimension, top, filters, interval, zone, nowMs) {
  const grain = granularity(interval, nowMs);
  const common = { ...interval, zone, ...filters, granularity: grain };
  const values = top.rows.map((row) => escaped(row[dimension]));
  return {
    all: address("/v1/spend", common),
    groups: address("/v1/spend", { ...common, [dimension]: values.join(","), group_by: dimension }),
  };
}

/** Columns of whole nano-dollars: times in seconds, and a series per group, the largest first, the rest last. */
export function columns(dimension, top, all, groups) {
  const step = STEP_S[all.granularity];
  const times = [];
  for (const row of all.rows) {
    const at = Date.parse(row.start) / 1000;
    // Without a gap: where nothing was spent there is no row.
    for (let last = times.at(-1); last !== undefined && at - last > 1.5 * step; last = times.at(-1)) times.push(last + step);
    times.push(at);
  }
  const index = new Map(times.map((at, i) => [at, i]));
  const blank = () => new Array(times.length).fill(0n);
  const rest = blank();
  for (const row of all.rows) rest[index.get(Date.parse(row.start) / 1000)] = nanos(row.cost_usd);
  const series = top.rows.map((row) => ({ name: named(row[dimension]), value: row[dimension], total: nanos(row.cost_usd), at: blank() }));
  for (const row of groups.rows) {
    const at = index.get(Date.parse(row.start) / 1000);
    const one = series.find((s) => s.value === row[dimension]);
    if (at === undefined || !one) continue;
    one.at[at] = nanos(row.cost_usd);
    rest[at] -= one.at[at];
  }
  const others = nanos(top.totals.cost_usd) - series.reduce((sum, s) => sum + s.total, 0n);
  // What came between the calls is in one and not in the other: less than nothing is nothing.
  if (others > 0n) series.push({ name: REST, rest: true, total: others, at: rest.map((n) => (n < 0n ? 0n : n)) });
  return { times, series };
}

let plot = null;
let drawn = null;

/** Draws; where only the size or the colours changed, the same once more. */
export function draw(panel, { group: dimension, style, zone }, top, all, groups, urls) {
  const links = [apiLink(urls.groups, "the largest " + label(dimension) + "s over time", "groups"), apiLink(urls.all, "all spend over time", "all")];
  if (all.rows.length === 0) {
    forget();
    show(panel, links, empty("Nothing was spent in this time."));
    return;
  }
  const data = columns(dimension, top, all, groups);
  drawn = { panel, dimension, style, zone, data, grain: all.granularity };
  const body = panel.querySelector(".body");
  const sameFrame = body.querySelector(".plot") !== null;
  if (!sameFrame) {
    body.replaceChildren(el("div", { class: "chart" }, el("div", { class: "plot", role: "img" }), el("div", { class: "legend" })), el("div", { class: "figures-table" }));
  }
  showLinks(panel, links);
  redraw();
}

export function forget() {
  plot?.destroy();
  plot = null;
  drawn = null;
}

/** Again with the present size and colours. */
export function redraw() {
  if (!drawn) return;
  const { panel, dimension, style, zone, data, grain } = drawn;
  const holder = panel.querySelector(".plot");
  const css = getComputedStyle(document.documentElement);
  const colour = (s, i) => css.getPropertyValue(s.rest ? "--rest" : "--series-" + (i + 1)).trim();
  plot?.destroy();
  holder.setAttribute("aria-label", summary(dimension, data, grain, zone));
  plot = new window.uPlot(options(holder, data, style, zone, grain, colour, css), plotted(data, style), holder);
  replace(panel.querySelector(".legend"), legend(data, panel));
  panel.querySelectorAll(".legend .swatch").forEach((swatch, i) => (swatch.style.backgroundColor = colour(data.series[i], i)));
  replace(panel.querySelector(".figures-table"), table(dimension, data, grain, zone));
}

/** As the canvas takes it. Stacked: each series lies on those after it, the largest at the bottom. */
function plotted({ times, series }, style) {
  const usd = (nano) => Number(nano) / 1e9;
  if (style === "lines") return [times, ...series.map((s) => s.at.map(usd))];
  const sums = new Array(times.length).fill(0n);
  const stacked = series.map((s) => s.at.map((n, i) => usd((sums[i] += n))));
  // The highest first, so that the lower ones are drawn over it.
  return [times, ...stacked.reverse()];
}

function options(holder, { series }, style, zone, grain, colour, css) {
  const text = css.getPropertyValue("--muted").trim();
  const line = css.getPropertyValue("--line").trim();
  const lines = series.map((s, i) => ({
    label: s.name, stroke: colour(s, i), width: style === "lines" ? 2 : 1,
    fill: style === "lines" ? undefined : colour(s, i), points: { show: false },
    paths: grain === "hour" ? undefined : window.uPlot.paths.stepped({ align: 1 }),
  }));
  if (style !== "lines") lines.reverse();
  const font = "12px system-ui, sans-serif";
  return {
    width: Math.max(200, holder.clientWidth), height: HEIGHT,
    tzDate: (seconds) => window.uPlot.tzDate(new Date(seconds * 1000), zone),
    padding: [12, 32, 0, 0], legend: { show: false }, cursor: { points: { show: false }, drag: { x: false, y: false } },
    scales: { y: { range: (u, low, high) => [0, high > 0 ? high * 1.05 : 1] } },
    series: [{}, ...lines],
    axes: [
      { stroke: text, font, grid: { show: false }, ticks: { stroke: line }, space: 80,
        values: (u, splits) => splits.map((s) => tick(s * 1000, zone)) },
      { stroke: text, font, size: 64, grid: { stroke: line, width: 1 }, ticks: { show: false },
        values: (u, splits) => splits.map((v) => axisDollars(v, splits)) },
    ],
    hooks: { setCursor: [(u) => tip(holder, u)] },
  };
}

/** The day where one begins, else the time of day. */
function tick(ms, zone) {
  const time = moment(ms, zone).split(", ")[1];
  return time === "00:00" ? day(ms, zone) : time;
}

/** Without cents where no split of the axis has any. */
function axisDollars(usd, splits) {
  const text = wholeDollars(BigInt(Math.round(usd * 1e6)) * 1000n);
  return splits.every(Number.isInteger) ? text.replace(/\.00$/, "") : text;
}

function tip(holder, u) {
  const legendNote = holder.parentElement.querySelector(".at");
  if (!legendNote || !drawn) return;
  const { data, grain, zone } = drawn;
  const i = u.cursor.idx;
  const amounts = holder.parentElement.querySelectorAll(".legend .amount");
  const at = i === null || i === undefined;
  legendNote.textContent = at ? "in all" : when(data.times[i], grain, zone);
  amounts.forEach((cell, n) => (cell.textContent = dollars(at ? data.series[n].total : data.series[n].at[i])));
}

const when = (seconds, grain, zone) => (grain === "hour" ? day(seconds * 1000, zone) + ", " + moment(seconds * 1000, zone).split(", ")[1] : day(seconds * 1000, zone));

function legend({ series }) {
  return el("table", { class: "series" },
    el("caption", {}, "The chart's groups"),
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "group"), el("th", { scope: "col", class: "at" }, "in all"))),
    el("tbody", {}, series.map((s) => el("tr", {},
      el("th", { scope: "row" }, el("span", { class: "swatch" }), s.name),
      el("td", { class: "amount", title: exact(s.total) + " USD" }, dollars(s.total))))));
}

function summary(dimension, { times, series }, grain, zone) {
  const sums = times.map((t, i) => series.reduce((sum, s) => sum + s.at[i], 0n));
  let peak = 0;
  sums.forEach((sum, i) => { if (sum > sums[peak]) peak = i; });
  return "Chart: spend per " + grain + " by " + label(dimension) + ", " + when(times[0], grain, zone) + " to "
    + when(times.at(-1), grain, zone) + ". The most was " + dollars(sums[peak]) + " on " + when(times[peak], grain, zone)
    + ". The figures are in the table below.";
}

/** Made when it is opened: it is long. */
function table(dimension, { times, series }, grain, zone) {
  const details = el("details", { "data-key": "series" }, el("summary", {}, "These figures as a table"));
  const fill = () => {
    if (!details.open || details.querySelector("table")) return;
    details.append(el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Spend over time as a table" },
      el("table", {},
        el("caption", {}, "USD per " + grain + " by " + label(dimension)),
        el("thead", {}, el("tr", {}, el("th", { scope: "col" }, grain + " from"), series.map((s) => el("th", { scope: "col" }, s.name)))),
        el("tbody", {}, times.map((t, i) => el("tr", {},
          el("th", { scope: "row" }, when(t, grain, zone)), series.map((s) => el("td", {}, dollars(s.at[i])))))))));
  };
  details.addEventListener("toggle", fill);
  return details;
}
