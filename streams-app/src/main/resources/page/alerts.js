// Open alerts: what is wrong in a sentence, who causes it, the query that shows it, and who looks after it.

import { address, postJson } from "./api.js";
import { apiLink, bar, el, empty, show } from "./dom.js";
import { ago, label, moment, named, words } from "./format.js";
import { count, dollars, nanos } from "./money.js";

const CONTRIBUTORS = 3;
const NAME_KEY = "spendstream.name";
const SEVERITIES = ["critical", "warning", "info"];

export const call = (tenant) => address("/v1/alerts", { state: "OPEN,ESCALATED", tenant, limit: 200 });

/** A phone has less room. */
const shownAtFirst = () => (innerWidth < 640 ? 3 : 5);

let all = false;
let answering = null;

/**
 * As people want them: what they are told of first, and of that the severest; what somebody looks after last. Of what
 * concerns the same budget or scope the first comes with the first of others, so that none hides the rest.
 */
export function ordered(alerts) {
  const rank = (a) => (a.acknowledged ? 10 : 0) + (a.notify ? 0 : 5) + SEVERITIES.indexOf(a.severity);
  const sorted = [...alerts].sort((a, b) => rank(a) - rank(b) || Date.parse(b.opened_at) - Date.parse(a.opened_at));
  const seen = new Map();
  const nth = new Map();
  for (const alert of sorted) {
    const about = alert.budget ?? JSON.stringify(alert.scope);
    nth.set(alert, seen.get(about) ?? 0);
    seen.set(about, nth.get(alert) + 1);
  }
  const tier = (a) => (rank(a) >= 10 ? 2 : rank(a) >= 5 ? 1 : 0);
  return sorted.sort((a, b) => tier(a) - tier(b) || nth.get(a) - nth.get(b));
}

export function draw(panel, answer, url, zone, nowMs, again) {
  const links = apiLink(url, "the open alerts");
  if (panel.contains(document.activeElement) && document.activeElement.tagName === "INPUT") return;
  const alerts = ordered(answer.alerts);
  if (alerts.length === 0) {
    show(panel, links, empty("Nothing is open: no budget is passed and no spending is odd."));
    return;
  }
  const redraw = () => draw(panel, answer, url, zone, nowMs, again);
  const first = shownAtFirst();
  const many = alerts.length > first;
  const counts = SEVERITIES.map((s) => [alerts.filter((a) => a.severity === s).length, s]).filter(([n]) => n > 0);
  show(panel, links,
    el("p", { class: "note" }, counts.map(([n, s]) => n + " " + s).join(", ") + (answer.truncated ? ", and more" : "")),
    el("ul", { class: "alerts" }, (all ? alerts : alerts.slice(0, first)).map((alert) => item(alert, zone, nowMs, redraw, again))),
    many ? el("button", { type: "button", "data-key": "all-alerts", "aria-expanded": String(all), onclick: () => { all = !all; redraw(); } },
      all ? "Show the first " + first : "Show all " + alerts.length) : null);
}

function item(alert, zone, nowMs, redraw, again) {
  return el("li", { class: "alert " + alert.severity + (alert.acknowledged ? " acknowledged" : "") },
    el("p", { class: "alert-head" },
      el("span", { class: "tag " + alert.severity }, alert.severity), " ",
      el("strong", {}, words(alert.kind)), " ",
      el("span", { class: "note" }, "since ", el("time", { datetime: alert.opened_at }, moment(alert.opened_at, zone)),
        ", " + ago(alert.opened_at, nowMs))),
    sentence(alert),
    contributors(alert),
    el("p", { class: "alert-foot" },
      alert.action ? el("span", { class: "tag" }, "action: " + alert.action.replaceAll("_", " ")) : null,
      alert.labels.reason ? el("span", { class: "tag" }, "likely " + alert.labels.reason.replaceAll("_", " ")) : null,
      alert.labels.owner ? el("span", { class: "tag" }, "owner " + alert.labels.owner) : null,
      alert.labels.part_of ? el("span", { class: "tag" }, "part of another alert") : null,
      alert.silenced ? el("span", { class: "tag" }, "silenced") : null,
      query(alert), apiLink(address("/v1/alerts", { id: alert.id }), "this alert"),
      answering === alert.id ? null : acknowledgement(alert, zone, redraw)),
    answering === alert.id ? form(alert, redraw, again) : null);
}

/** The first sentence says what; the rest is there for who wants it. */
function sentence(alert) {
  return el("p", { class: "summary" }, alert.summary);
}

function contributors(alert) {
  if (alert.contributors.length === 0) return null;
  const money = ["cost", "cost_per_request", "cost_share"].includes(alert.measure);
  return el("ul", { class: "contributors", "aria-label": "Who contributes most" }, alert.contributors.slice(0, CONTRIBUTORS).map((c) =>
    el("li", {}, bar(Number(c.share ?? 0), alert.severity),
      el("span", {}, label(c.field) + " ", el("b", {}, named(c.value)), " " + (money ? dollars(nanos(c.amount)) : count(c.amount))
        + (c.share === null || c.share === undefined ? "" : ", " + (Number(c.share) * 100).toFixed(0) + "\u00a0%")))));
}

/** Only an address of this API is a link, whatever the label says. */
function query(alert) {
  const url = alert.labels.query;
  return url?.startsWith("/v1/") ? el("a", { class: "api", href: url }, "Query that shows it") : null;
}

function acknowledgement(alert, zone, redraw) {
  if (alert.acknowledged) {
    const { by, at, comment } = alert.acknowledged;
    return el("span", { class: "tag good" }, by + " looks after it since " + moment(at, zone) + (comment ? ": " + comment : ""));
  }
  return el("button", {
    type: "button", "data-key": "ack-" + alert.id,
    onclick: () => { answering = alert.id; redraw(); document.getElementById("ack-by")?.focus(); },
  }, "Acknowledge");
}

function form(alert, redraw, again) {
  const by = el("input", { id: "ack-by", name: "by", required: true, maxlength: 256, autocomplete: "name", value: remembered() });
  const comment = el("input", { name: "comment", maxlength: 1000 });
  const failed = el("p", { class: "bad", role: "alert" });
  const close = () => { answering = null; document.activeElement?.blur(); };
  return el("form", {
    class: "ack",
    onsubmit: async (event) => {
      event.preventDefault();
      try {
        await postJson("/v1/alerts/" + encodeURIComponent(alert.id) + "/acknowledge",
          { by: by.value, ...(comment.value ? { comment: comment.value } : {}) });
        remember(by.value);
        close();
        again("You look after: " + words(alert.kind));
      } catch (error) {
        failed.textContent = "Not acknowledged: " + error.message;
      }
    },
  },
  el("label", {}, "Your name ", by), el("label", {}, "Comment ", comment), el("button", { type: "submit" }, "I look after it"),
  el("button", { type: "button", onclick: () => { close(); redraw(); } }, "Cancel"), failed);
}

function remembered() {
  try {
    return localStorage.getItem(NAME_KEY) ?? "";
  } catch (error) {
    return "";
  }
}

function remember(name) {
  try {
    localStorage.setItem(NAME_KEY, name);
  } catch (error) {
    // A browser that keeps nothing: the name is typed again.
  }
}
