// What browsers of before 2022 lack, made of what they have. See docs/browsers.md.

/** A signal that gives a request up after so many milliseconds. */
export function patience(milliseconds) {
  const control = new AbortController();
  setTimeout(() => control.abort(), milliseconds);
  return control.signal;
}

/** A copy of what a phone keeps: lists, plain objects and what is in them. */
export function copy(value) {
  if (Array.isArray(value)) return value.map(copy);
  if (value?.constructor === Object)
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, copy(one)]));
  return value; // of bytes nobody changes a part
}

/** Tells the other tabs of this browser, as BroadcastChannel does. */
export function channel(name) {
  if (typeof BroadcastChannel === "function") return new BroadcastChannel(name);
  const others = {
    postMessage(data) {
      try {
        localStorage.setItem(name, JSON.stringify({ data, at: Date.now() }));
        localStorage.removeItem(name); // other tabs hear of it; nothing stays
      } catch { /* storage may be forbidden: then each tab asks the server */ }
    },
  };
  addEventListener("storage", ({ key, newValue }) => {
    if (key === name && newValue) others.onmessage?.(JSON.parse(newValue));
  });
  return others;
}
