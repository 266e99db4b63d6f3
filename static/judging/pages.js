// The two pages of a judge: the list, and one project. Drawn from the state alone.

import { make, say, texts } from "./dom.js";
import { comesBack, isConflict, rubricOf } from "./store.js";

const marks = { todo: "○", started: "◐", done: "●", absent: "↻", busy: "↻", trouble: "↻", conflict: "–" };
const toScore = ({ status }) => status === "todo" || status === "started";

function whereIs({ team, table }) {
  return table ? `${team} · ${say(texts.table, { table })}` : team;
}

/** A field and its value in the reader's words. */
export function nameOf(state, card, field) {
  const [name, id] = field.split(".");
  return id ? rubricOf(state, card).find((one) => one.id === Number(id))?.name ?? id : texts[name];
}
export const shown = (value) =>
  value === true ? "★" : value === false ? "☆" : value == null || value === "" ? "–" : texts.status[value] ?? String(value);

/** Where to go from a card: what is to score, from here on and around; then whom to visit again. */
export function following({ cards }, card) {
  const place = cards.indexOf(card);
  const others = [...cards.slice(place + 1), ...cards.slice(0, place)];
  return others.find(toScore) ?? others.find(({ status }) => comesBack(status));
}

/** The cards of demos that are on now. */
export const onNow = (state) => state.cards.filter((card) =>
  state.rounds.some((round) => round.id === card.round && round.now_on === card.project.id));

/** Why what is scored now does not count at once, if it does not. */
function closedText(state, card) {
  const round = state.rounds.find(({ id }) => id === card?.round);
  const now = Date.now() + (state.skew ?? 0);
  if (!state.opens_at || now < Date.parse(state.opens_at) || round?.has_begun === false) return texts.notBegun;
  return now >= Date.parse(state.closes_at) || round?.is_closed ? texts.isClosed : "";
}
const notice = (text, kind = "") => text && make("p", { class: `notice ${kind}` }, text);

/** What was scored and could not be delivered, to be read and copied. */
export function kept(state, entries) {
  return entries.map(({ card, payload, refused: why }) => {
    const known = state?.cards.find(({ id }) => id === card);
    const values = Object.entries(payload.scores).filter(([, value]) => value != null)
      .map(([id, value]) => `${known ? nameOf(state, known, `scores.${id}`) : id}: ${value}`);
    for (const field of ["notes", "feedback"])
      if (payload[field]) values.push(`${texts[field]}: ${payload[field]}`);
    return make("li", { class: "row" },
      make("div", {},
        make("strong", {}, known?.project.title ?? say(texts.card, { n: card })),
        make("div", {}, values.join(" · ") || "–"),
        why ? make("small", { class: "muted" }, why) : null));
  });
}

export function listPage({ state, refused, others }) {
  const all = state.cards.filter((card) => !isConflict(card));
  const done = all.filter(({ status }) => status === "done");
  const left = all.filter(toScore);
  const again = all.filter(({ status }) => comesBack(status));
  const on = new Set(onNow(state));
  const item = (card) => make("li", { class: "row" },
    make("a", { class: "judge-list__link", href: `#card-${card.id}` },
      make("span", { class: "judge-list__mark", "aria-hidden": "true" }, marks[card.status]),
      make("span", {},
        make("strong", {}, card.project.title), card.starred ? make("span", { "aria-label": texts.starred, role: "img" }, " ★") : null,
        make("small", { class: "muted" }, ["todo", "done"].includes(card.status)
          ? whereIs(card.project) : `${whereIs(card.project)} · ${texts.status[card.status]}`),
        on.has(card) ? make("span", { class: "tag tag--accent" }, texts.nowOn) : null)));
  const group = (title, cards) => cards.length
    ? [make("h2", {}, title), make("ol", { class: "rows judge-list" }, cards.map(item))] : null;
  const progress = say(texts.progress, { done: done.length, all: all.length });
  return [
    make("h1", {}, state.event.name),
    make("p", { class: "lede" }, [progress,
      left.length && say(texts.left, { n: left.length }),
      again.length && say(texts.again, { n: again.length })].filter(Boolean).join(" · ")),
    all.length ? make("progress", { max: all.length, value: done.length, "aria-label": progress }) : null,
    notice(closedText(state)),
    all.length && done.length === all.length ? notice(texts.allDone, "notice--success") : null,
    refused.length ? make("section", {}, make("h2", {}, texts.notSaved), make("ul", { class: "rows" }, kept(state, refused))) : null,
    group(texts.groupLeft, left), group(texts.groupAgain, again), group(texts.groupDone, done),
    group(texts.groupConflict, state.cards.filter(isConflict)),
    state.cards.length ? null : make("div", { class: "empty" }, make("p", {}, texts.noCards)),
    others ? make("p", { class: "muted" }, say(texts.others, { n: others })) : null,
  ];
}

function criterion(card, one, change) {
  const chosen = card.scores[one.id];
  // A yes or no is worth a word on its button.
  const isWord = one.values.length < 4 && one.values.every(({ label }) => label && label.length < 15);
  // All texts take the same place, so nothing moves below the thumb; one can be seen.
  const level = make("p", { class: "judge-level" },
    one.values.map(({ value, label }) => make("span", { "data-value": value }, isWord ? "" : label)),
    make("span", { "data-value": "" }, one.description));
  const showLevel = (value) => {
    const span = level.querySelector(`[data-value="${value}"]`);
    for (const other of level.children)
      other.toggleAttribute("hidden", other !== (span?.textContent ? span : level.lastChild));
  };
  showLevel(chosen ?? "");
  return make("fieldset", { class: "judge-criterion" },
    make("legend", {}, one.name),
    make("div", { class: `scale scale--big ${isWord ? "scale--words" : ""}` }, one.values.map(({ value, label }) =>
      make("label", {}, make("input", {
        type: "radio", id: `score-${one.id}-${value}`, name: `score-${one.id}`, value, checked: value === chosen,
        "aria-label": isWord ? label : label ? `${value}: ${label}` : String(value),
        onchange: () => {
          showLevel(value);
          navigator.vibrate?.(10);
          change({ [`scores.${one.id}`]: value });
        },
      }), make("span", {}, isWord ? label : String(value))))),
    level);
}

/** One project. `act` has what can be done; `opened` remembers which parts are open. */
export function cardPage({ state, card, canUndo, opened, act }) {
  const place = state.cards.indexOf(card);
  const button = (attributes, text) => make("button", { type: "button", class: "button button--small", ...attributes }, text);
  const mark = (name) => button({
    id: `mark-${name}`, "data-mark": name, "aria-pressed": String(card.status === name),
    onclick: () => act.mark(name),
  }, texts.mark[name]);
  const text = (name) => {
    const area = make("textarea", { id: `text-${name}`, rows: 3, maxlength: 5000, "aria-describedby": `help-${name}` });
    area.value = card[name];
    act.type(name, area);
    return make("div", { class: "field" }, make("label", { for: area.id }, texts[name]), area,
      make("small", { id: `help-${name}`, class: "muted" }, texts.help[name]));
  };
  const more = (id, ...content) => make("details", {
    id: `more-${id}`, open: opened.has(id),
    ontoggle: ({ target }) => { opened[target.open ? "add" : "delete"](id); },
  }, ...content);
  const bar = make("nav", { class: "judge-bar", "aria-label": texts.move },
    make("button", { type: "button", id: "go-back", class: "button", disabled: place === 0, onclick: act.back }, texts.previous),
    make("button", { type: "button", id: "judge-undo", class: "button", disabled: !canUndo, onclick: act.undo }, texts.undo),
    make("button", { type: "button", id: "go-on", class: "button button--primary", onclick: act.forward },
      following(state, card) ? texts.following : texts.finish));
  const head = [
    make("p", { class: "judge-top" },
      make("a", { href: "#", id: "go-list" }, texts.all),
      make("span", {}, `${place + 1} / ${state.cards.length}`),
      button({ id: "star", "aria-pressed": String(card.starred), onclick: act.star }, card.starred ? texts.unstar : texts.star)),
    make("h1", { tabindex: "-1", id: "card-title" }, card.project.title),
    make("p", { class: "judge-where muted" }, whereIs(card.project),
      onNow(state).includes(card) ? make("span", { class: "tag tag--accent" }, texts.nowOn) : null),
  ];
  if (isConflict(card)) return [...head, notice(texts.next.conflict), bar];
  const reason = make("input", { id: "reason", maxlength: 200, autocomplete: "off" });
  return [
    ...head,
    notice(closedText(state, card)),
    ...rubricOf(state, card).map((one) => criterion(card, one, act.change)),
    make("div", { class: "actions judge-marks", role: "group", "aria-label": texts.cannot },
      mark("absent"), mark("busy"), mark("trouble")),
    comesBack(card.status) ? notice(texts.next[card.status]) : null,
    card.project.tagline ? make("p", { class: "judge-tagline" }, card.project.tagline) : null,
    more("words", make("summary", {}, texts.words), text("notes"), text("feedback")),
    more("conflict", make("summary", {}, texts.conflict),
      make("p", {}, texts.conflictHelp),
      make("div", { class: "field" }, make("label", { for: "reason" }, texts.reason), reason),
      button({ id: "step-back", class: "button button--danger", onclick: () => act.stepBack(reason.value) }, texts.conflictGo)),
    bar,
  ];
}
