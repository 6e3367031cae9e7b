// Asks the server. Numbers in answers stay text, so that no digit of an amount is lost on the way through a double.

const LIMIT_MS = 15000;
const KEY = "spendstream.key";
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** What the server said instead of an answer, in words. */
export class Refusal extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/** "/v1/spend" and {zone: "UTC", feature: ["a"]} as an address; what is null or empty is left out. */
export function address(path, params = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    for (const one of [value].flat()) {
      if (one !== null && one !== undefined) query.append(name, one);
    }
  }
  const text = query.toString();
  return text ? path + "?" + text : path;
}

/** A value as a filter takes it: a comma in it is no separator. */
export function escaped(value) {
  return value === null ? "" : value.replace(/[\\,]/g, "\\$&");
}

/** JSON whose numbers are texts. */
export function parsed(text) {
  return JSON.parse(text.replace(STRING_OR_NUMBER, (token) => (token[0] === '"' ? token : '"' + token + '"')));
}

export async function getJson(url) {
  return parsed(await getText(url, "application/json"));
}

export async function getText(url, accept) {
  return (await send(url, { headers: { Accept: accept } })).text();
}

export async function postJson(url, body) {
  const response = await send(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(body),
  });
  return parsed(await response.text());
}

/** The API key that calls are made with, of this tab only; null: none. */
export function key() {
  try {
    return sessionStorage.getItem(KEY);
  } catch (error) {
    return null;
  }
}

export function useKey(text) {
  if (text === null) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, text);
}

function authorized(headers) {
  return key() === null ? headers : { ...headers, Authorization: "Bearer " + key() };
}

async function send(url, options) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), LIMIT_MS);
  let response;
  try {
    response = await fetch(url, { ...options, headers: authorized(options.headers), signal: stop.signal, cache: "no-store", redirect: "error" });
    if (response.ok) return response;
  } catch (error) {
    throw new Refusal(0, stop.signal.aborted ? "no answer within " + LIMIT_MS / 1000 + " s" : "the server cannot be reached");
  } finally {
    clearTimeout(timer);
  }
  throw new Refusal(response.status, await reason(response));
}

async function reason(response) {
  try {
    const problem = await response.json();
    const faults = (problem.errors || []).map((e) => [e.field, e.detail].filter(Boolean).join(" "));
    return [problem.detail, ...faults].join("; ");
  } catch (error) {
    return "the server answered " + response.status;
  }
}
