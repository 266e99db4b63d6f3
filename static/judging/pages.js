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

/** The cards of one round: nothing leads from one into another, which may ask other things. */
export const besides = (state, { round }) => state.cards.filter((card) => card.round === round);

/** Where to go from a card: what is to score, from here on and around; then whom to visit again. */
export function following(state, card) {
  const cards = besides(state, card);
  const place = cards.indexOf(card);
  const others = [...cards.slice(place + 1), ...cards.slice(0, place)];
  return others.find(toScore) ?? others.find(({ status }) => comesBack(status));
}

/** The cards of demos that are on now. */
export const onNow = (state) => state.cards.filter((card) =>
  state.rounds.some((round) => round.id === card.round && round.now_on === card.project.id));

const clock = (state) => Date.now() + (state.skew ?? 0);
const isAhead = (state, round) => !state.opens_at || clock(state) < Date.parse(state.opens_at) || round?.has_begun === false;
export const isOver = (state, round) => Boolean(round?.is_closed) || clock(state) >= Date.parse(state.closes_at);

/** Its round, where there are several to confuse it with. */
function nameOfRound(state, card) {
  const numbers = new Set(state.cards.map(({ round }) => round));
  return numbers.size > 1 ? `${state.rounds.find(({ id }) => id === card.round)?.name} · ` : "";
}

/** Why what is scored now does not count at once, if it does not. */
function closedText(state, card) {
  const round = state.rounds.find(({ id }) => id === card.round);
  if (isOver(state, round)) return texts.isClosed;
  return isAhead(state, round) ? texts.notBegun : "";
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

/** The rounds that this judge has cards of: those that are over come last. */
function parts(state) {
  const found = state.rounds.map((round) => ({
    round, isOver: isOver(state, round),
    cards: state.cards.filter((card) => card.round === round.id && !isConflict(card)),
  })).filter(({ cards }) => cards.length);
  return [...found.filter(({ isOver }) => !isOver), ...found.filter(({ isOver }) => isOver)];
}

/** When it closes, in the reader's words and on the phone's clock. */
function openUntil(state, round) {
  if (isAhead(state, round)) return texts.notOpen;
  if (!state.closes_at) return "";
  const time = new Date(state.closes_at).toLocaleString(document.documentElement.lang || [],
    { weekday: "short", hour: "2-digit", minute: "2-digit", timeZone: state.event.zone });
  return say(texts.openUntil, { time });
}

export function listPage({ state, refused, others, takeBack }) {
  const all = parts(state);
  const going = all.filter(({ isOver }) => !isOver);
  const counted = going.flatMap(({ cards }) => cards);
  const done = counted.filter(({ status }) => status === "done");
  const left = counted.filter(toScore);
  const again = counted.filter(({ status }) => comesBack(status));
  const on = new Set(onNow(state));
  const item = (card) => make("li", { class: "row" },
    make("a", { class: "judge-list__link", href: `#card-${card.id}` },
      make("span", { class: "judge-list__mark", "aria-hidden": "true" }, marks[card.status]),
      make("span", {},
        make("strong", { dir: "auto" }, card.project.title), card.starred ? make("span", { "aria-label": texts.starred, role: "img" }, " ★") : null,
        make("small", { class: "muted" }, ["todo", "done"].includes(card.status)
          ? whereIs(card.project) : `${whereIs(card.project)} · ${texts.status[card.status]}`),
        on.has(card) ? make("span", { class: "tag tag--accent" }, texts.nowOn) : null)));
  const list = (cards) => make("ol", { class: "rows judge-list" }, cards.map(item));
  const group = (title, cards) => cards.length ? [make("h3", {}, title), list(cards)] : [];
  const progress = say(texts.progress, { done: done.length, all: counted.length });
  const stepped = state.stepped_back?.filter(({ until }) => clock(state) < Date.parse(until)) ?? [];
  const waiting = state.cards.filter(isConflict);
  return [
    make("h1", { dir: "auto" }, state.event.name),
    counted.length ? make("p", { class: "lede" }, [progress,
      left.length && say(texts.left, { n: left.length }),
      again.length && say(texts.again, { n: again.length })].filter(Boolean).join(" · ")) : null,
    counted.length ? make("progress", { max: counted.length, value: done.length, "aria-label": progress }) : null,
    all.length && !going.length ? notice(texts.allOver) : null,
    counted.length && done.length === counted.length ? notice(texts.allDone, "notice--success") : null,
    refused.length ? make("section", {}, make("h2", {}, texts.notSaved), make("ul", { class: "rows" }, kept(state, refused))) : null,
    ...going.map(({ round, cards }) => make("section", {},
      make("h2", { dir: "auto" }, round.name), make("p", { class: "muted" }, openUntil(state, round)),
      ...group(texts.groupLeft, cards.filter(toScore)),
      ...group(texts.groupAgain, cards.filter(({ status }) => comesBack(status))),
      ...group(texts.groupDone, cards.filter(({ status }) => status === "done")))),
    waiting.length || stepped.length ? make("section", {}, make("h2", {}, texts.groupConflict),
      waiting.length ? list(waiting) : null,
      ...stepped.length ? [
        make("p", { class: "muted" }, texts.takeBackHelp),
        make("ul", { class: "rows" }, stepped.map(({ id, title }) => make("li", { class: "row" },
          make("strong", { dir: "auto" }, title),
          make("button", { type: "button", class: "button button--small", onclick: () => takeBack(id) }, texts.takeBack)))),
      ] : []) : null,
    ...all.filter(({ isOver }) => isOver).map(({ round, cards }) =>
      make("details", {}, make("summary", {}, say(texts.roundOver, { round: round.name })), list(cards))),
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
  const cards = besides(state, card);
  const place = cards.indexOf(card);
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
      make("span", {}, `${place + 1} / ${cards.length}`),
      button({ id: "star", "aria-pressed": String(card.starred), onclick: act.star }, card.starred ? texts.unstar : texts.star)),
    make("h1", { tabindex: "-1", id: "card-title", dir: "auto" }, card.project.title),
    make("p", { class: "judge-where muted" }, `${nameOfRound(state, card)}${whereIs(card.project)}`,
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
