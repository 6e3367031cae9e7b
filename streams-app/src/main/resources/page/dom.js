// Makes elements. Whatever the server sent goes in as text, never as markup.

/** An element: attributes by name (class, id, …; functions listen: onclick), then children: texts, elements, null. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

export const byId = (id) => document.getElementById(id);

/** For screen readers only. */
export const unseen = (text) => el("span", { class: "hidden" }, text);

/** A bar as long as a fraction from 0 to 1; what it says is said in words beside it. */
export function bar(fraction, kind = "") {
  const fill = el("span", { class: "fill " + kind });
  fill.style.width = Math.max(0, Math.min(1, fraction)) * 100 + "%";
  return el("span", { class: "bar", "aria-hidden": "true" }, fill);
}

/** The link to the very call that a panel's figures come from. */
export function apiLink(url, what, short = "") {
  return el("a", { class: "api", href: url, title: url }, short ? "API: " + short : "API", unseen(" call behind " + what));
}

/** Puts new content in, unless it is what is there: so nothing is said or flickers that has not changed. */
export function replace(holder, ...content) {
  const fresh = el("div", {}, ...content);
  if (fresh.innerHTML === holder.innerHTML && !holder.querySelector("canvas")) return;
  const focused = holder.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  const open = [...holder.querySelectorAll("details[open]")].map((d) => d.dataset.key);
  holder.replaceChildren(...fresh.childNodes);
  for (const details of holder.querySelectorAll("details")) {
    if (open.includes(details.dataset.key)) details.open = true;
  }
  if (focused) [...holder.querySelectorAll("[data-key]")].find((e) => e.dataset.key === focused)?.focus();
}

/** A panel's body: content, or in words why there is none. */
export function show(panel, links, ...content) {
  replace(panel.querySelector(".body"), ...content);
  showLinks(panel, links);
}

export function showLinks(panel, links) {
  const head = panel.querySelector(".head");
  const fresh = el("span", { class: "links" }, links);
  const old = head.querySelector(".links");
  if (old?.outerHTML === fresh.outerHTML) return;
  if (old && !old.contains(document.activeElement)) old.replaceWith(fresh);
  else if (!old) head.append(fresh);
}

export const empty = (text) => el("p", { class: "empty" }, text);
