// Building pages from text that is only ever text, and speaking to those who listen.

export const texts = JSON.parse(document.querySelector("#judge-texts").textContent);

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

export const say = (text, values = {}) =>
  Object.entries(values).reduce((all, [name, value]) => all.replaceAll(`{${name}}`, value), text);

const listeners = document.querySelector("#judge-say");
let later;
/** Tell a screen reader, once things have settled; what came before is not worth saying. */
export function announce(text, after = 100) {
  clearTimeout(later);
  later = setTimeout(() => {
    listeners.textContent = text;
    later = setTimeout(() => { listeners.textContent = ""; }, 3000);
  }, after);
}

const place = document.querySelector("#judge-status");
let told = "success";
/** The line that says how things stand. It changes with each tap, so only a change for
    better or worse that lasts is spoken. */
export function show(kind, text, waiting) {
  place.className = `notice notice--${kind} judge-status`;
  if (place.textContent !== text) place.textContent = text;
  if (waiting !== undefined) place.dataset.waiting = waiting;
  if (kind === told) return;
  setTimeout(() => {
    if (kind === told || place.textContent !== text) return;
    told = kind;
    announce(text);
  }, 1500);
}
export const unsentNow = () => Number(place.dataset.waiting || 0);
