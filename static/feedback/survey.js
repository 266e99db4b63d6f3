/* Saves each change of a survey page by itself. Without it the button at the end does. */

const RETRY_MS = 5000;
const TYPING_MS = 800;

for (const form of document.querySelectorAll("form[data-autosave]")) {
  const status = form.querySelector("[data-status]");
  let timer = 0;
  let inFlight = null;
  let dirty = false;
  // Names of the fields that were changed here: the others may be newer elsewhere.
  const touched = new Set();

  const changed = (input) => {
    touched.add(input.name);
    dirty = true;
  };

  // For our own requests and for the button alike.
  form.addEventListener("formdata", ({ formData }) => {
    for (const name of touched) formData.append("touched", name);
  });

  const say = (what) => {
    status.textContent = what ? form.dataset[what] : "";
    status.dataset.state = what;
  };

  const later = (delay) => {
    clearTimeout(timer);
    timer = setTimeout(save, delay);
  };

  // One request at a time, so that an older answer never overtakes a newer one.
  async function save() {
    clearTimeout(timer);
    if (!dirty || inFlight) return;
    dirty = false;
    inFlight = new AbortController();
    say("saving");
    try {
      const response = await fetch(form.action || location.href, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        headers: { Accept: "application/json" },
        credentials: "omit",
        keepalive: true,
        signal: inFlight.signal,
      });
      if (response.ok) {
        say("saved");
      } else if (response.status >= 500 || response.status === 429) {
        throw new Error(`status ${response.status}`);
      } else {
        say("refused"); // closed, or a text too long: the button tells which
      }
    } catch (error) {
      if (error.name === "AbortError") return;
      dirty = true;
      say("failed");
      later(RETRY_MS);
    } finally {
      inFlight = null;
    }
    if (dirty && status.dataset.state !== "failed") save();
  }

  form.addEventListener("change", (event) => {
    changed(event.target);
    onlyOneSide(event.target);
    save();
  });
  form.addEventListener("input", (event) => {
    if (event.target.matches("textarea")) {
      changed(event.target);
      later(TYPING_MS);
    }
  });

  // A chosen answer that is tapped again is taken back.
  let chosen = null;
  form.addEventListener("pointerdown", (event) => remember(event.target));
  form.addEventListener("keydown", (event) => {
    if (event.key === " ") remember(event.target);
  });
  function remember(target) {
    const input = target.closest("label")?.control ?? target;
    chosen = input?.type === "radio" && input.checked ? input : null;
  }
  form.addEventListener("click", (event) => {
    if (chosen && event.target === chosen) {
      chosen.checked = false;
      changed(chosen);
      chosen = null;
      save();
    }
  });

  // "None of these" and one of these cannot both be meant.
  function onlyOneSide(input) {
    if (!input.checked) return;
    for (const other of input.closest("[data-wishes]")?.querySelectorAll(":checked") ?? []) {
      if ((other.name === "none") !== (input.name === "none")) {
        other.checked = false;
        touched.add(other.name);
      }
    }
  }

  // The button sends everything anyway.
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    dirty = false;
    inFlight?.abort();
  });
  // What was answered before this script was here. On a page that came back from the
  // history the browser restores what stood there once, which is no answer of now.
  if (performance.getEntriesByType("navigation")[0]?.type === "navigate") {
    const early = [...form.querySelectorAll("input[type=radio], input[type=checkbox]")]
      .filter((input) => input.checked !== input.defaultChecked);
    early.forEach(changed);
    save();
  }
  addEventListener("online", save);
  addEventListener("pagehide", save);
  document.addEventListener("visibilitychange", save);
}
