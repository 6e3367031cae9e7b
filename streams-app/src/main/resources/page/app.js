// The page: asks again every few seconds, and puts each panel together from the calls behind it.

import * as alerts from "./alerts.js";
import { Refusal, address, escaped, getJson, getText, key, useKey } from "./api.js";
import * as budgets from "./budgets.js";
import { byId, el, replace } from "./dom.js";
import * as figures from "./figures.js";
import { clock, label, named } from "./format.js";
import * as health from "./health.js";
import * as heat from "./heat.js";
import * as series from "./series.js";
import { DIMENSIONS, RANGES, interval, read, write } from "./state.js";
import * as tables from "./tables.js";

const EVERY_MS = 5000;
/** Long series and the week's pattern change slowly and are large. */
const SLOW_EVERY_MS = 60000;

let state = read(location.search);
let paused = false;
let timer = null;
/** Of the present look: a later one makes what an earlier one still waits for void. */
let round = 0;
let slowDueAt = 0;
const failing = new Map();
const openAlerts = { known: null };

// ---- what is asked ----

/** Filters of every query of spend. */
function filters() {
  const filters = {};
  if (state.tenant !== null) filters.tenant = escaped(state.tenant);
  for (const [dimension, value] of Object.entries(state.filters)) filters[dimension] = escaped(value);
  return filters;
}

/** A panel's work; where it fails the panel keeps what it has and says so. */
async function part(id, mine, work) {
  try {
    const draw = await work();
    if (mine !== round) return;
    draw();
    failing.delete(id);
    setTrouble(byId(id), null);
  } catch (error) {
    if (mine !== round) return;
    if (!(error instanceof Refusal)) console.error(error);
    failing.set(id, error);
    setTrouble(byId(id), error);
  }
}

async function refresh() {
  clearTimeout(timer);
  const mine = ++round;
  const now = Date.now();
  const slow = now >= slowDueAt;
  document.body.classList.toggle("loading", slow);
  const f = filters();
  const when = interval(state, now);
  const top = (dimension) => tables.call(dimension, f, when, state.zone, now);
  const rangeAnswer = getJson(top("feature"));
  rangeAnswer.catch(() => {});

  const quick = [
    part("figures", mine, async () => {
      const urls = figures.calls(f, state.zone, now);
      const names = Object.keys(urls);
      const answers = await Promise.all(names.map((name) => getJson(urls[name])));
      const totals = Object.fromEntries(names.map((name, i) => [name, answers[i].totals]));
      totals.range = (await rangeAnswer).totals;
      urls.range = address("/v1/spend", { ...when, zone: state.zone, ...f });
      return () => figures.draw(byId("figures"), totals, urls, rangeName(), state.zone, now);
    }),
    part("alerts", mine, async () => {
      const url = alerts.call(state.tenant);
      const answer = await getJson(url);
      return () => {
        tellNew(answer.alerts);
        alerts.draw(byId("alerts"), answer, url, state.zone, now, (said) => { announce(said); refresh(); });
      };
    }),
    part("budgets", mine, async () => {
      const list = (await getJson(budgets.listCall)).budgets;
      const statuses = await Promise.all(list.slice(0, budgets.BUDGETS_MAX).map((b) => getJson(budgets.statusCall(b.id))));
      return () => budgets.draw(byId("budgets"), list, statuses, state, now);
    }),
    part("feature", mine, async () => {
      const answer = await rangeAnswer;
      return () => tables.draw(byId("feature"), "feature", answer, top("feature"), choose);
    }),
    ...["model", "team"].map((dimension) => part(dimension, mine, async () => {
      const answer = await getJson(top(dimension));
      return () => tables.draw(byId(dimension), dimension, answer, top(dimension), choose);
    })),
    part("user", mine, async () => {
      const others = Object.keys(state.filters);
      if (others.length > 0) {
        return () => tables.unavailable(byId("user"), "Users have totals per tenant only: they cannot be shown with a filter on "
          + others.map(label).join(", ") + ".");
      }
      const answer = await getJson(top("user"));
      return () => tables.draw(byId("user"), "user", answer, top("user"), null);
    }),
    part("health", mine, async () => {
      const [answer, metrics, spend] = await Promise.all([
        getJson(health.instancesCall), getText(health.metricsCall, "text/plain"), rangeAnswer.catch(() => null)]);
      return () => health.draw(byId("health"), answer.instances, metrics, spend?.freshness, state.zone, now);
    }),
  ];
  const seldom = !slow ? [] : [
    part("series", mine, async () => {
      const largest = await getJson(series.topCall(state.group, f, when, state.zone));
      const urls = series.calls(state.group, largest, f, when, state.zone, now);
      const [whole, groups] = await Promise.all([
        getJson(urls.all), largest.rows.length ? getJson(urls.groups) : { rows: [] }]);
      return () => series.draw(byId("series"), state, largest, whole, groups, urls);
    }),
    part("heat", mine, async () => {
      const url = heat.call(f, state.zone, now);
      const answer = await getJson(url);
      return () => heat.draw(byId("heat"), answer, url);
    }),
  ];
  await Promise.all([...quick, ...seldom]);
  if (mine !== round) return;
  if (slow && !failing.has("series") && !failing.has("heat")) slowDueAt = Date.now() + SLOW_EVERY_MS;
  document.body.classList.remove("loading");
  const spend = await rangeAnswer.catch(() => null);
  if (mine !== round) return;
  tellFreshness(spend?.freshness);
  document.body.dataset.round = String(round);
  schedule();
}

function schedule() {
  clearTimeout(timer);
  if (!paused && !document.hidden) timer = setTimeout(refresh, EVERY_MS);
}

/** Something else is to be seen: all panels are asked anew. */
function look(change) {
  state = { ...state, ...change };
  history.pushState(null, "", write(state));
  state = read(location.search);
  lookAnew();
}

function lookAnew() {
  slowDueAt = 0;
  drawChoosers();
  refresh();
}

function choose(dimension, value) {
  if (dimension === "tenant") look({ tenant: value });
  else look({ filters: { ...state.filters, [dimension]: value } });
  announce("Only " + label(dimension) + " " + named(value) + " is shown");
}

// ---- what is said ----

const rangeName = () => (state.range === "custom" ? state.from + " to " + state.to : RANGES[state.range].toLowerCase());

/** To screen readers, politely; nothing is said twice. */
function announce(text) {
  byId("announce").textContent = text;
}

function tellNew(open) {
  const ids = new Set(open.map((a) => a.id + a.state));
  const fresh = openAlerts.known === null ? [] : open.filter((a) => a.notify && !openAlerts.known.has(a.id + a.state));
  openAlerts.known = ids;
  if (fresh.length > 0) announce(fresh.length === 1 ? "New alert: " + fresh[0].summary : fresh.length + " new alerts");
  document.title = (open.some((a) => a.severity === "critical" && !a.acknowledged) ? "(!) " : "") + "Spendstream";
}

function setTrouble(panel, error) {
  panel.classList.toggle("stale", error !== null);
  let note = panel.querySelector(":scope > .trouble");
  if (error === null) {
    note?.remove();
    return;
  }
  if (!note) panel.prepend(note = el("p", { class: "trouble" }));
  const has = panel.querySelector(".body > *, dl, .plot") !== null;
  const text = (has ? "Not up to date: " : "Nothing to show: ") + words(error);
  if (note.textContent !== text) note.textContent = text;
}

function words(error) {
  if (!(error instanceof Refusal)) return "this page has a fault; its console has more";
  if (error.status === 401) return "the server wants an API key";
  if (error.status === 403) return "this API key may not see it (" + error.message + ")";
  return error.status === 503 ? "tasks are being moved, a total that lacks one is not shown (" + error.message + ")" : error.message;
}

/** Asks for a key where the server wants one, or another than this. */
function askForKey() {
  const wanted = [...failing.values()].some((e) => e.status === 401);
  byId("forget").hidden = key() === null;
  if (byId("key-form").hidden === !wanted) return;
  byId("key-form").hidden = !wanted;
  if (wanted) byId("key").focus();
}

/** What a link would show if browsers sent the key along. */
async function showAnswer(url) {
  const dialog = byId("answer");
  byId("answer-url").textContent = "GET " + url;
  dialog.querySelector("pre").textContent = "loading …";
  dialog.showModal();
  try {
    const text = await getText(url, "application/json, text/plain");
    dialog.querySelector("pre").textContent = text.startsWith("{") ? JSON.stringify(JSON.parse(text), null, 1) : text;
  } catch (error) {
    dialog.querySelector("pre").textContent = error.message;
  }
}

let wasBad = false;

function tellFreshness(freshness) {
  askForKey();
  const pill = byId("freshness");
  const trouble = byId("trouble");
  const bad = failing.size > 0;
  const unreachable = [...failing.values()].some((e) => e.status === 0);
  if (bad) {
    const why = [...failing.values()][0];
    trouble.textContent = (unreachable ? "The server cannot be reached. " : "Not everything is up to date: " + words(why) + ". ")
      + "What is shown is the last that was answered; it is asked again every " + EVERY_MS / 1000 + " s.";
  } else if (wasBad) {
    announce("All figures are up to date again");
  }
  trouble.hidden = !bad;
  wasBad = bad;
  const behind = freshness && freshness.lag_ms !== null && Number(freshness.lag_ms) > 60000;
  pill.className = "pill " + (bad ? "bad" : paused || behind ? "near" : "good");
  pill.textContent = bad ? (unreachable ? "No connection" : "Not up to date")
    : paused ? "Paused"
    : !freshness?.as_of ? "Just started"
    : behind ? "As of " + clock(freshness.as_of, state.zone) + ", catching up"
    : "Live, as of " + clock(freshness.as_of, state.zone);
}

// ---- what can be chosen ----

function options(select, entries, chosen) {
  replace(select, entries.map(([value, text]) => el("option", { value, selected: value === chosen }, text)));
  select.value = chosen;
}

function drawChoosers() {
  options(byId("range"), Object.entries(RANGES), state.range);
  options(byId("group"), DIMENSIONS.map((d) => [d, label(d)]), state.group);
  byId("style").value = state.style;
  for (const custom of document.querySelectorAll(".custom")) custom.hidden = state.range !== "custom";
  byId("from").value = state.from ?? "";
  byId("to").value = state.to ?? "";
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zones = [...new Set(["UTC", here, state.zone, ...Intl.supportedValuesOf("timeZone")])];
  options(byId("zone"), zones.map((zone) => [zone, zone === here && here !== "UTC" ? zone + " (here)" : zone]), state.zone);
  replace(byId("filters"), Object.entries(state.filters).map(([dimension, value]) => el("button", {
    type: "button", class: "chip", "data-key": dimension,
    "aria-label": "Show all again, not only " + label(dimension) + " " + named(value),
    onclick: () => {
      const { [dimension]: gone, ...left } = state.filters;
      look({ filters: left });
    },
  }, label(dimension) + ": " + named(value) + " ×")),
  Object.keys(state.filters).length > 0 ? el("span", { class: "note" }, "narrows spend, not alerts and budgets") : null);
  drawTenants();
}

const ALL = "\u0000all";
let tenants = [];

function drawTenants() {
  const known = [...new Set([...tenants, ...(state.tenant === null ? [] : [state.tenant])])].sort();
  options(byId("tenant"), [[ALL, "all"], ...known.map((t) => [t, named(t)])], state.tenant ?? ALL);
}

async function loadTenants() {
  try {
    const answer = await getJson(address("/v1/spend", { from: interval({ ...state, range: "30d" }, Date.now()).from, group_by: "tenant", limit: 1000 }));
    tenants = answer.rows.map((row) => row.tenant);
    drawTenants();
  } catch (error) {
    // The panels say that there is no answer; the chooser has all tenants and the chosen one.
  }
}

function listen() {
  byId("tenant").addEventListener("change", (e) => look({ tenant: e.target.value === ALL ? null : e.target.value }));
  for (const id of ["range", "zone", "group", "style"]) byId(id).addEventListener("change", (e) => look({ [id]: e.target.value }));
  for (const id of ["from", "to"]) byId(id).addEventListener("change", (e) => e.target.value && look({ [id]: e.target.value }));
  for (const form of document.forms) {
    if (form.method !== "dialog") form.addEventListener("submit", (e) => e.preventDefault());
  }
  byId("key-form").addEventListener("submit", () => {
    useKey(byId("key").value.trim());
    byId("key").value = "";
    loadTenants();
    lookAnew();
  });
  byId("forget").addEventListener("click", () => { useKey(null); location.reload(); });
  document.addEventListener("click", (e) => {
    const link = e.target.closest("a[href^='/']");
    if (!link || key() === null) return;
    e.preventDefault();
    showAnswer(link.getAttribute("href"));
  });
  byId("pause").addEventListener("click", (e) => {
    paused = !paused;
    e.target.setAttribute("aria-pressed", String(paused));
    e.target.textContent = paused ? "Go on" : "Pause";
    announce(paused ? "Figures stay as they are" : "Figures are live");
    if (paused) { clearTimeout(timer); tellFreshness(null); } else refresh();
  });
  addEventListener("popstate", () => { state = read(location.search); lookAnew(); });
  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : paused || refresh()));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => series.redraw());
  let width = innerWidth;
  addEventListener("resize", () => { if (innerWidth !== width) { width = innerWidth; series.redraw(); } });
  setInterval(loadTenants, SLOW_EVERY_MS);
}

drawChoosers();
listen();
loadTenants();
refresh();
