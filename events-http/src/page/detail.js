// One event: what it says, and the operation that it belongs to.

import * as api from "./api.js";
import { element, line, shown, visible } from "./dom.js";
import { duration, ending, isPartial, localTime, message, resource, type, typeParts, when, who, zone } from "./event.js";
import { mark } from "./list.js";
import { address, canBeAsked, quoted } from "./place.js";
import { treeOf } from "./tree.js";

export class Detail {
  #pane;
  #onOpen;
  #onClose;
  #asking = null;
  /** The event that is shown, and where its operation stands. */
  #event = null;
  #operation = null;
  /** The id of the event that is open, or nothing. */
  id = "";

  /** `onOpen` is told which other event is to be opened, `onClose` that this one is to be closed. */
  constructor(pane, onOpen, onClose) {
    this.#pane = pane;
    this.#onOpen = onOpen;
    this.#onClose = onClose;
  }

  /** Shows an event; done when all of it is there. */
  async open(id, { isFocused = false } = {}) {
    if (id === this.id) {
      if (isFocused) this.focus();
      return;
    }
    this.#asking?.abort();
    const { signal } = (this.#asking = new AbortController());
    const isTyping = this.#pane.contains(document.activeElement);
    this.id = id;
    this.#event = null;
    this.#pane.hidden = false;
    this.#pane.setAttribute("aria-busy", "true");
    this.#show(this.#head("", "", id), quiet("Loading…", "loading"));
    if (isFocused || isTyping) this.focus();
    try {
      const event = await api.event(id, { signal });
      const operation = element("div", { class: "operation" }, quiet("Loading…", "loading"));
      const keepsFocus = this.#pane.contains(document.activeElement);
      this.#show(...this.#bodyOf(event, operation));
      if (keepsFocus) this.focus();
      [this.#event, this.#operation] = [event, operation];
      await this.#fill(operation, event, signal);
    } catch (error) {
      if (signal.aborted) return;
      this.#show(this.#head("", "", id), this.#refused(error, id));
    }
    this.#pane.removeAttribute("aria-busy");
  }

  /** Asks for the operation again if one of these events belongs to it. */
  async arrived(events) {
    const event = this.#event;
    if (!event?.root || !events.some(({ root }) => root === event.root)) return;
    const isWalked = this.#operation.contains(document.activeElement);
    await this.#fill(this.#operation, event, this.#asking.signal).catch(() => {});
    if (isWalked && this.#event === event) this.#operation.querySelector('[role=treeitem][tabindex="0"]')?.focus();
  }

  close() {
    this.#asking?.abort();
    this.#event = null;
    this.id = "";
    this.#pane.hidden = true;
    this.#pane.replaceChildren();
  }

  focus() {
    this.#pane.querySelector("h2")?.focus();
  }

  /** The event that is shown, once it is. */
  get event() {
    return this.#event;
  }

  get hasFocus() {
    return this.#pane.contains(document.activeElement);
  }

  #show(...children) {
    this.#pane.replaceChildren(...children);
    this.#pane.scrollTop = 0;
  }

  #head(kind, words, title) {
    const close = element("button", { type: "button", class: "close", "aria-keyshortcuts": "Escape" }, "Close");
    close.addEventListener("click", this.#onClose);
    const heading = element("h2", { id: "detail-title", tabindex: -1 }, kind && mark(kind), element("span", {}, line(title)));
    const ended = words && shown("span", { class: `ending ${kind}` }, words);
    return element("div", { class: "detail-head" }, heading, ended, close);
  }

  #refused(error, id) {
    const again = element("button", { type: "button" }, "Try again");
    again.addEventListener("click", () => {
      this.id = "";
      this.open(id, { isFocused: true });
    });
    const said = element("p", { class: "said", role: "alert" });
    said.textContent = visible(error.message);
    return element("div", { class: "refused" }, said, !error.isFinal && again);
  }

  #bodyOf(event, operation) {
    const { kind, words } = ending(event);
    const took = duration(event["duration-ms"]);
    const head = this.#head(kind, [words, took && `after ${took}`].filter(Boolean).join(" "), typeParts(event).join(""));
    const sentence = element("p", { class: "sentence", dir: "auto" });
    sentence.textContent = visible(message(event));
    const parts = [head, sentence];
    if (event.failure?.message) {
      const failure = element("p", { class: "failure", dir: "auto" });
      failure.textContent = visible(event.failure.message);
      parts.push(failure);
    }
    if (isPartial(event)) {
      parts.push(quiet("You see that this event happened. What it says is for those who see the data of its resource."));
    } else {
      parts.push(section("Operation", operation));
    }
    parts.push(section("Event", factsOf(event)));
    if (event.details) parts.push(section("Details", pairsOf(event.details)));
    if (event.payload) parts.push(section("Payload", json(event.payload)));
    const { operations, ...document } = event;
    parts.push(element("details", {}, element("summary", {}, "Document"), json(document)));
    return parts;
  }

  async #fill(operation, event, signal) {
    if (isPartial(event)) return;
    try {
      const { resources, cut } = await api.tree(event.id, { signal });
      const parts = [treeOf(resources, event.id, (id) => this.#onOpen(id))];
      if (cut) parts.unshift(quiet("A limit of the server cut this: the oldest events may be missing.", "cut"));
      // One that stands alone is no operation.
      operation.parentElement.hidden = resources.length === 1 && event.phase === "occurred" && !cut;
      operation.replaceChildren(...parts);
    } catch (error) {
      if (signal.aborted) throw error;
      operation.replaceChildren(quiet(error.message, "said"));
    }
  }
}

/** What stands in every event. */
function factsOf(event) {
  const caller = event["authn-info"] ?? {};
  const links = event["linked-identifiers"] ?? [];
  return list([
    ["Time", moment(when(event))],
    ["Resource", resource(event) && historyLink(resource(event))],
    ["Caller", who(event) && filterLink("authn-info/user-id", caller["user-id"], who(event))],
    ["Acting as", caller["active-claim"] !== caller["user-id"] && caller["active-claim"]],
    ["Session", caller["session-id"]],
    ["Category", [event.category, event.subcategory].filter(Boolean).join(" / ")],
    ["Severity", event.severity],
    ["Deadline", event.deadline && moment(event.deadline)],
    ["Links", links.length > 0 && element("ul", {}, ...links.map((link) => element("li", {}, historyLink(link))))],
    ["Tags", event.tags?.join(", ")],
    ["Rights", event["acl-fallback"] && "the look-up failed: only its owners see it"],
    ["Id", event.id],
    ["Trace", event.traceparent],
  ]);
}

function moment(timestamp) {
  const { date, time } = localTime(timestamp);
  return `${date} ${time} ${zone()}`;
}

const pairsOf = (details) => {
  if (typeof details !== "object" || Array.isArray(details)) return json(details);
  return list(Object.entries(details).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]));
};

function list(pairs) {
  const facts = element("dl", { class: "facts" });
  for (const [name, value] of pairs) {
    if (value === undefined || value === null || value === false || value === "") continue;
    const told = element("dd", { dir: "auto" });
    if (value instanceof Node) told.append(value);
    else told.textContent = visible(value);
    facts.append(shown("dt", {}, name), told);
  }
  return facts;
}

function historyLink(href) {
  if (!canBeAsked(href)) return shown("span", {}, href);
  const link = shown("a", { href: address({ resource: href }), "data-go": true }, href);
  link.title = "History of this resource";
  return link;
}

function filterLink(attribute, value, text) {
  if (!value || !canBeAsked(value)) return shown("span", {}, text);
  const link = shown("a", { href: address({ filter: `${attribute}=${quoted(value)}` }), "data-go": true }, text);
  link.title = "What this caller did";
  return link;
}

function section(title, content) {
  return element("section", {}, element("h3", {}, title), content);
}

function json(value) {
  const text = element("pre", { tabindex: 0 });
  text.textContent = visible(JSON.stringify(value, null, 2));
  return text;
}

function quiet(text, name = "quiet") {
  const made = element("p", { class: name });
  made.textContent = visible(text);
  return made;
}
