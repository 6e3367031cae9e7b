// Times and names, for reading.

/** "not given" where events gave nothing. */
export const named = (value) => (value === null || value === "" ? "(not given)" : value);

const LABELS = {
  feature: "feature", model: "model", provider: "provider", team: "team", project: "project",
  environment: "environment", tenant: "tenant", user: "user", user_tier: "user tier", service_tier: "service tier",
  operation: "operation",
};

export const label = (dimension) => LABELS[dimension] ?? dimension;

export function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** "budget_burn_rate" as "Budget burn rate". */
export const words = (name) => capital(name.replaceAll("_", " "));

/** A moment in a zone: "22 Nov, 15:31". */
export function moment(time, zone) {
  return format(time, zone, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/** "Sun 22 Nov". */
export function day(time, zone) {
  return format(time, zone, { weekday: "short", day: "numeric", month: "short" });
}

export function clock(time, zone) {
  return format(time, zone, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
}

function format(time, zone, options) {
  return new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }).format(new Date(time));
}

/** How long ago, or ahead: "3 h ago", "in 2 days". */
export function ago(time, nowMs) {
  const ms = nowMs - Date.parse(time);
  const text = duration(Math.abs(ms));
  return ms >= 0 ? text + " ago" : "in " + text;
}

export function duration(ms) {
  const minutes = Math.round(ms / 60000);
  if (ms < 90000) return Math.round(ms / 1000) + " s";
  if (minutes < 90) return minutes + " min";
  const hours = Math.round(minutes / 60);
  return hours < 48 ? hours + " h" : Math.round(hours / 24) + " days";
}
