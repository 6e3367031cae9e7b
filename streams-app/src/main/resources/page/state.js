// What is shown: it lives in the page's address, so that it can be shared and the back button works.

export const DIMENSIONS = [
  "feature", "model", "provider", "team", "project", "environment", "tenant", "user_tier", "service_tier", "operation",
];

export const RANGES = {
  "24h": "Last 24 hours",
  "7d": "Last 7 days",
  "14d": "Last 14 days",
  "30d": "Last 30 days",
  today: "Today",
  month: "This month",
  custom: "From … to …",
};

const DEFAULTS = { range: "7d", zone: "UTC", group: "feature", style: "stacked" };
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** The state that an address has; what it does not say, or says wrongly, is as usual. */
export function read(search) {
  const params = new URLSearchParams(search);
  const one = (name, accepted) => (accepted(params.get(name) ?? "") ? params.get(name) : DEFAULTS[name]);
  const filters = {};
  for (const dimension of DIMENSIONS.filter((d) => d !== "tenant")) {
    if (params.has(dimension)) filters[dimension] = params.get(dimension);
  }
  const state = {
    tenant: params.get("tenant"),
    range: one("range", (v) => Object.hasOwn(RANGES, v)),
    from: DATE.test(params.get("from")) ? params.get("from") : null,
    to: DATE.test(params.get("to")) ? params.get("to") : null,
    zone: one("zone", isZone),
    group: one("group", (v) => DIMENSIONS.includes(v)),
    style: one("style", (v) => ["stacked", "lines"].includes(v)),
    filters,
  };
  if (state.range === "custom" && !(state.from && state.to && state.from <= state.to)) {
    state.to = state.to ?? dateIn(state.zone, Date.now());
    state.from = state.from && state.from <= state.to ? state.from : addDays(state.to, -6);
  }
  return state;
}

/** The address of a state; what is as usual is left out. */
export function write(state) {
  const params = new URLSearchParams();
  if (state.tenant !== null) params.set("tenant", state.tenant);
  for (const name of Object.keys(DEFAULTS)) {
    if (state[name] !== DEFAULTS[name]) params.set(name, state[name]);
  }
  if (state.range === "custom") {
    params.set("from", state.from);
    params.set("to", state.to);
  }
  for (const [dimension, value] of Object.entries(state.filters)) params.set(dimension, value);
  const text = params.toString();
  return text ? "?" + text : location.pathname;
}

/** Start and end as a query takes them: dates of the zone, or moments. */
export function interval(state, nowMs) {
  const today = dateIn(state.zone, nowMs);
  switch (state.range) {
    case "today":
      return { from: today, to: null };
    case "month":
      return { from: today.slice(0, 8) + "01", to: null };
    case "custom":
      return { from: state.from, to: addDays(state.to, 1) };
    case "24h":
      return { from: quarterBefore(nowMs - DAY_MS), to: null };
    default:
      return { from: addDays(today, 1 - parseInt(state.range, 10)), to: null };
  }
}

export const DAY_MS = 86400000;
const QUARTER_MS = 900000;

/** The start of a moment's quarter-hour, in RFC 3339. */
export function quarterBefore(ms) {
  return new Date(Math.floor(ms / QUARTER_MS) * QUARTER_MS).toISOString().replace(".000Z", "Z");
}

/** The date there, such as "2026-11-22". */
export function dateIn(zone, ms) {
  const parts = new Intl.DateTimeFormat("en", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" })
    .formatToParts(ms);
  const part = (type) => parts.find((p) => p.type === type).value;
  return part("year") + "-" + part("month") + "-" + part("day");
}

export function addDays(date, days) {
  return new Date(Date.parse(date + "T00:00:00Z") + days * DAY_MS).toISOString().slice(0, 10);
}

function isZone(zone) {
  try {
    return zone !== "" && !!new Intl.DateTimeFormat("en", { timeZone: zone });
  } catch (error) {
    return false;
  }
}
