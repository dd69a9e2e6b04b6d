// The list: one line for each event, newest first. One line has the cursor, one may be open.

import { element, shown, unseen } from "./dom.js";
import { duration, ending, localTime, message, newestFirst, resource, typeParts, when, who } from "./event.js";

/** Lines that are kept: the oldest give way to what arrives. */
const MOST = 2_000;

export class List {
  #rows;
  #onOpen;
  #events = [];
  #lines = new Map();
  #cursor = null;
  #opened = "";

  /** `onOpen` is told which event is to be opened. */
  constructor(rows, onOpen) {
    this.#rows = rows;
    this.#onOpen = onOpen;
    rows.addEventListener("click", (click) => {
      const line = click.target.closest(".line");
      // Whoever marks text does not mean to open anything.
      if (!line || String(getSelection())) return;
      this.#point(line);
      this.open();
    });
    rows.addEventListener("focusin", (focus) => this.#point(focus.target.closest(".line")));
  }

  get length() {
    return this.#events.length;
  }

  /** Empties it. */
  clear() {
    this.#events = [];
    this.#lines.clear();
    this.#cursor = null;
    this.#rows.replaceChildren();
  }

  /** Puts an event where it belongs; answers whether it was not there. */
  add(event, { isNew = false } = {}) {
    if (this.#lines.has(event.id)) return false;
    let place = this.#events.findIndex((other) => newestFirst(event, other) < 0);
    if (place < 0) place = this.#events.length;
    const line = lineOf(event, isNew);
    this.#rows.insertBefore(line, this.#rows.children[place] ?? null);
    this.#events.splice(place, 0, event);
    this.#lines.set(event.id, line);
    this.#mark(line);
    if (!this.#cursor) this.#point(line);
    return true;
  }

  /** Leaves out the oldest beyond what is kept. */
  trim() {
    for (const { id } of this.#events.splice(MOST)) {
      const line = this.#lines.get(id);
      if (line === this.#cursor) this.#point(this.#rows.children[0]);
      line.remove();
      this.#lines.delete(id);
    }
  }

  /** Whether it belongs to what is shown: not below the last line, where others may be missing. */
  reaches(event) {
    return this.#events.length === 0 || newestFirst(event, this.#events.at(-1)) < 0;
  }

  /** The event under the cursor. */
  get current() {
    return this.#events[this.#index()];
  }

  /** Moves the cursor by so many lines; beyond the end it stays. Answers whether it moved. */
  move(by) {
    const to = Math.min(Math.max(this.#index() + by, 0), this.#events.length - 1);
    const line = this.#rows.children[to];
    const moved = line !== undefined && line !== this.#cursor;
    if (moved) this.#point(line);
    return moved;
  }

  /** How many lines are to be seen at once. */
  get page() {
    const height = this.#cursor?.offsetHeight || 1;
    return Math.max(1, Math.floor(this.#rows.closest("#list").clientHeight / height) - 2);
  }

  /** Gives the line under the cursor the keyboard. */
  focus() {
    this.#cursor?.focus();
  }

  get hasFocus() {
    return this.#rows.contains(document.activeElement);
  }

  /** Opens what is under the cursor. */
  open() {
    if (this.current) this.#onOpen(this.current.id);
  }

  /** Shows which event is open, and puts the cursor there. */
  opened(id) {
    const before = this.#lines.get(this.#opened);
    this.#opened = id;
    if (before) this.#mark(before);
    const line = this.#lines.get(id);
    if (!line) return;
    this.#mark(line);
    this.#point(line);
  }

  #index() {
    return this.#cursor ? [...this.#rows.children].indexOf(this.#cursor) : -1;
  }

  #mark(line) {
    line.setAttribute("aria-selected", String(line.dataset.id === this.#opened));
  }

  #point(line) {
    if (!line || line === this.#cursor) return;
    if (this.#cursor) this.#cursor.tabIndex = -1;
    this.#cursor = line;
    line.tabIndex = 0;
    if (this.hasFocus && !line.contains(document.activeElement)) line.focus();
    line.scrollIntoView({ block: "nearest" });
  }
}

/** The line of an event. */
function lineOf(event, isNew) {
  const { date, time } = localTime(when(event));
  const { kind, words } = ending(event);
  const [stem, suffix] = typeParts(event);
  const cell = (name, text) => shown("span", { role: "gridcell", class: name }, text);

  const what = element("span", { role: "gridcell", class: "what" }, mark(kind));
  what.append(shown("span", { class: "type" }, stem));
  if (suffix) what.append(shown("span", { class: "suffix", "aria-hidden": "true" }, suffix));
  if (kind === "failed" || kind === "unknown") what.append(shown("span", { class: `ending ${kind}` }, words));
  if (event.severity === "high" || event.severity === "critical") {
    what.append(shown("span", { class: `severity ${event.severity}` }, event.severity));
  }
  if (kind === "requested" || kind === "completed") what.append(unseen(` ${words}`));
  const [year, day] = [date.slice(0, 5), date.slice(5)];

  return element(
    "div",
    { role: "row", class: isNew ? "line new" : "line", tabindex: -1, "data-id": event.id, "data-kind": kind },
    element("time", { role: "gridcell", class: "time", datetime: when(event), title: when(event) },
      element("span", { class: "date" }, element("span", { class: "year" }, year), day), " ", time),
    what,
    cell("resource", resource(event)),
    cell("who", who(event)),
    cell("took", duration(event["duration-ms"])),
    cell("message", event.failure?.message ?? message(event)),
  );
}

/** The mark of an ending. Its shape says it as well as its colour. */
export function mark(kind) {
  return element("span", { class: `mark ${kind}`, "aria-hidden": "true" });
}
