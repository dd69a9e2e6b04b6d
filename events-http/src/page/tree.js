// An operation and everything that followed from it: who called what, when, how long, and how it ended.

import { element, shown, unseen } from "./dom.js";
import { duration, ending, isLateEnding, localTime, resource, type, when } from "./event.js";
import { mark } from "./list.js";

/** Lines that are shown before somebody asks for more. */
const FIRST = 300;
/** Deeper than this nothing is moved further in. */
const DEEPEST = 12;

/** The tree of events, with the line that `current` belongs to marked. `onOpen` is told which event is to be opened. */
export function treeOf(events, current, onOpen) {
  const lines = walk(nodesOf(events));
  const begin = lines.reduce((least, { node }) => Math.min(least, node.begin), Infinity);
  const end = lines.reduce((most, { node }) => Math.max(most, node.end), begin + 1);
  const tree = element("ol", { role: "tree", class: "tree", "aria-label": "Operations, in the order of time" });
  let shownLines = 0;
  const show = (count) => {
    for (const line of lines.slice(shownLines, count)) tree.append(lineOf(line, begin, end, current));
    shownLines = Math.min(count, lines.length);
  };
  // The one that is open is always to be seen.
  show(Math.max(FIRST, lines.findIndex(({ node }) => node.ids.has(current)) + 1));
  const first = tree.querySelector('[aria-current="true"]') ?? tree.firstElementChild;
  if (first) first.tabIndex = 0;

  tree.addEventListener("click", (click) => {
    const line = click.target.closest("[role=treeitem]");
    if (line && !String(getSelection())) onOpen(line.dataset.id);
  });
  tree.addEventListener("keydown", (key) => {
    const line = key.target.closest("[role=treeitem]");
    if (!line || key.ctrlKey || key.altKey || key.metaKey) return;
    const next = {
      ArrowDown: line.nextElementSibling,
      ArrowUp: line.previousElementSibling,
      ArrowLeft: above(line),
      ArrowRight: levelOf(line.nextElementSibling) > levelOf(line) ? line.nextElementSibling : null,
      Home: tree.firstElementChild,
      End: tree.lastElementChild,
    };
    if (key.key === "Enter") onOpen(line.dataset.id);
    else if (!(key.key in next)) return;
    else if (next[key.key]) {
      line.tabIndex = -1;
      next[key.key].tabIndex = 0;
      next[key.key].focus();
    }
    key.preventDefault();
    key.stopPropagation();
  });
  if (shownLines === lines.length) return tree;
  const more = element("button", { type: "button" });
  more.textContent = `${lines.length - shownLines} more lines`;
  more.addEventListener("click", () => {
    show(lines.length);
    more.remove();
  });
  return element("div", {}, tree, more);
}

function above(line) {
  for (let other = line.previousElementSibling; other; other = other.previousElementSibling) {
    if (levelOf(other) < levelOf(line)) return other;
  }
  return null;
}

const levelOf = (line) => Number(line?.getAttribute("aria-level") ?? 0);

/** One node for an operation, with its opening, its closing and what became known late; one for a direct event. */
function nodesOf(events) {
  const nodes = new Map();
  const node = (id) => {
    if (!nodes.has(id)) nodes.set(id, { ids: new Set(), children: [] });
    return nodes.get(id);
  };
  for (const event of events) {
    const isClosing = event.phase === "completed" || event.phase === "failed";
    const isLate = isLateEnding(event);
    const one = node(isClosing || isLate ? event.parent : event.id);
    one[isClosing ? "closing" : isLate ? "late" : "opening"] = event;
    one.ids.add(event.id);
  }
  for (const one of nodes.values()) {
    one.head = one.opening ?? one.closing ?? one.late;
    const tail = one.closing ?? one.head;
    const instant = (event) => Date.parse(when(event)) || 0;
    one.end = instant(tail);
    // Of an operation whose opening is not to be seen, its duration says when it began.
    one.begin = one.opening ? instant(one.opening) : one.end - (tail["duration-ms"] ?? 0);
    one.isOpen = one.head.phase === "requested" && !one.closing;
  }
  return nodes;
}

/** The nodes in the order in which they are read, each with its depth. */
function walk(nodes) {
  const roots = [];
  for (const node of nodes.values()) {
    const parent = node.opening ? nodes.get(node.opening.parent) : undefined;
    if (parent && parent !== node) {
      node.parent = parent;
      parent.children.push(node);
    } else roots.push(node);
  }
  const inTime = (one, other) => one.begin - other.begin || (one.head.id < other.head.id ? -1 : 1);
  const lines = [];
  const met = new Set();
  const rest = roots.sort(inTime).reverse().map((node) => ({ node, depth: 0 }));
  while (rest.length) {
    const line = rest.pop();
    if (met.has(line.node)) continue;
    met.add(line.node);
    lines.push(line);
    const children = line.node.children.sort(inTime).reverse();
    rest.push(...children.map((node) => ({ node, depth: line.depth + 1 })));
  }
  return lines;
}

function lineOf({ node, depth }, begin, end, current) {
  const { head, closing, late, isOpen } = node;
  // What became known late is how it ended.
  const { kind, words } = isOpen ? { kind: "requested", words: "open" } : ending(late ?? closing ?? head);
  const isCurrent = node.ids.has(current);
  const line = element("li", {
    role: "treeitem",
    "aria-level": depth + 1,
    "aria-current": isCurrent && "true",
    tabindex: -1,
    "data-id": (closing ?? head).id,
    "data-kind": kind,
  });
  line.style.setProperty("--depth", Math.min(depth, DEEPEST));
  const took = duration((late ?? closing)?.["duration-ms"] ?? NaN);
  const time = localTime(when(head));
  const ended = element("span", { class: `ending ${kind}` });
  ended.textContent = late && closing ? `${words}, late` : words;
  if (late && closing) ended.title = `Known late: it was recorded as ${ending(closing).words} before.`;
  line.append(
    element("span", { class: "what" }, mark(kind), shown("span", { class: "type" }, type(head))),
    // Mostly it is that of what stands above.
    shown("span", { class: "resource" }, node.parent && resource(node.parent.head) === resource(head) ? "" : resource(head)),
    element("span", { class: "bar", "aria-hidden": "true" }, barOf(node, begin, end, kind)),
    element("span", { class: "took" }, took || unseen("no duration")),
    ended,
  );
  line.title = [`${time.date} ${time.time}`, isOpen && head.deadline && `open until ${localTime(head.deadline).time}`].filter(Boolean).join(", ");
  return line;
}

/** Where in the time of the whole it stands. */
function barOf(node, begin, end, kind) {
  const whole = end - begin;
  const from = (100 * (node.begin - begin)) / whole;
  const wide = node.isOpen ? 100 - from : (100 * (node.end - node.begin)) / whole;
  const bar = element("span", { class: `span ${kind}` });
  bar.style.setProperty("--from", `${Math.min(from, 100)}%`);
  bar.style.setProperty("--wide", `${Math.min(wide, 100)}%`);
  return bar;
}
