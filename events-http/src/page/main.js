// The page: newest events, a filter, a history, one event, and what arrives.

import * as api from "./api.js";
import { Detail } from "./detail.js";
import { visible } from "./dom.js";
import { resource, zone } from "./event.js";
import { Follower } from "./follow.js";
import { List } from "./list.js";
import { arrive, canBeAsked, filters, place } from "./place.js";
import { showState } from "./state.js";

const PAGE = 100;
const part = (id) => document.getElementById(id);
const [filter, filterError, live, older, newer] = ["filter", "filter-error", "live", "older", "newer"].map(part);
const scroller = part("list");

const list = new List(part("rows"), (id) => openEvent(id));
const detail = new Detail(part("detail"), (id) => openEvent(id), closeEvent);
let here = { filter: "", resource: "", event: "" };
let follower = null;
let searching = new AbortController();
/** What arrived and is not shown yet: until the next frame, or the end of the search, which may find it too. */
let arrivals = [];
let isSearching = false;
let frame = 0;
let count = 0;
let unread = 0;
/** Whether the reader stopped the tail. */
let isPaused = false;

// ---- Searching

/** Asks for the newest events of the place, and follows what comes after them. */
async function search() {
  searching.abort();
  const { signal } = (searching = new AbortController());
  follower?.stop();
  arrivals = [];
  isSearching = true;
  list.clear();
  older.hidden = true;
  setUnread(0);
  showError("");
  showState("loading");
  part("count").textContent = "";
  part("events").setAttribute("aria-busy", "true");
  const asked = filters(here);
  const follow = (follower = new Follower(asked, (event) => follower === follow && arrived(event), (state, why) => follower === follow && showLive(state, why)));
  try {
    // Its place first: what is stored while the search runs arrives behind it.
    if (!isPaused) await follow.start();
    if (signal.aborted) return;
    const found = await api.search(asked, 1, PAGE, { signal });
    showState("");
    for (const event of found.resources) list.add(event);
    setCount(found.count);
    part("told").textContent = `${part("count").textContent} found`;
    list.opened(here.event);
    if (isPaused) showLive("paused");
  } catch (error) {
    if (signal.aborted) return;
    failed(error, asked.length > 0);
  }
  part("events").setAttribute("aria-busy", "false");
  isSearching = false;
  showArrivals();
}

function failed(error, isFiltered) {
  follower?.stop();
  showLive("off");
  if (error.status === 400 && isFiltered) {
    showError(error.message);
    showState("not-searched");
  } else if (error.isAboutCaller) {
    showState("unauthorised", error.message, search);
  } else {
    showState("failed", error.message, search);
  }
}

async function showOlder() {
  const { signal } = searching;
  older.disabled = true;
  try {
    // What arrived meanwhile moved the rows: those that are here already are passed over.
    const found = await api.search(filters(here), list.length + 1, list.length + PAGE, { signal });
    for (const event of found.resources) list.add(event);
    setCount(found.count);
  } catch (error) {
    if (!signal.aborted) showState("failed", error.message, showOlder);
  } finally {
    older.disabled = false;
  }
}

function setCount(number) {
  count = number;
  older.hidden = list.length >= count;
  const written = new Intl.NumberFormat("en").format(count);
  part("count").textContent = `${written} ${count === 1 ? "event" : "events"}`;
  if (count === 0) showState(filters(here).length ? "nothing-found" : "nothing-yet", "", () => go({ filter: "", resource: "" }));
}

function showError(text) {
  filterError.hidden = !text;
  filterError.textContent = visible(text);
  if (text) filter.setAttribute("aria-invalid", "true");
  else filter.removeAttribute("aria-invalid");
}

// ---- Following

function arrived(event) {
  arrivals.push(event);
  // However fast they come, the list changes once for what the reader sees at once.
  if (!isSearching && frame === 0) frame = requestAnimationFrame(showArrivals);
}

function showArrivals() {
  frame = 0;
  if (isSearching || arrivals.length === 0) return;
  const isAway = scroller.scrollTop > 8;
  const isWhole = list.length >= count;
  let [added, above] = [0, 0];
  for (const event of arrivals) {
    const isAbove = list.reaches(event);
    // Below the last line others are missing, which are asked for before it.
    if ((isAbove || isWhole) && !list.add(event, { isNew: true })) continue;
    added += 1;
    if (isAbove) above += 1;
  }
  detail.arrived(arrivals);
  arrivals = [];
  if (added === 0) return;
  showState("");
  list.trim();
  setCount(count + added);
  if (isAway && above > 0) setUnread(unread + above);
}

function setUnread(number) {
  unread = number;
  newer.hidden = number === 0;
  newer.textContent = number === 1 ? "1 new event" : `${number} new events`;
}

const LIVE = {
  connecting: "Connecting",
  following: "Live",
  lost: "Reconnecting",
  refused: "Not live",
  paused: "Paused",
  off: "Not live",
};

function showLive(state, why = "") {
  live.dataset.state = state;
  part("live-word").textContent = LIVE[state];
  live.setAttribute("aria-label", `${LIVE[state]}. ${state === "paused" || state === "refused" ? "Follow what happens" : "Pause what arrives"}`);
  const said = { lost: "The connection is lost. What happens meanwhile is fetched when it is back.", refused: why }[state] ?? "";
  part("live-why").textContent = visible(said);
}

function toggleLive() {
  if (follower === null || live.dataset.state === "off") return;
  if (follower.isRunning) {
    isPaused = true;
    follower.stop();
    showLive("paused");
  } else if (follower.place) {
    isPaused = false;
    follower.start();
  } else {
    // It never knew where it was: the list may have a gap.
    isPaused = false;
    search();
  }
}

// ---- Going somewhere

/** Goes to another place, which keeps of this one what is not said. */
function go(to, { replacing = false } = {}) {
  arrive({ ...here, ...to }, { replacing });
  return settle();
}

/** Shows what the address says. */
async function settle(isFocused = false) {
  const there = place();
  const isOther = there.filter !== here.filter || there.resource !== here.resource || follower === null;
  here = there;
  if (isOther) {
    filter.value = there.filter;
    part("history").hidden = !there.resource;
    part("history-of").textContent = visible(there.resource);
    document.title = there.resource ? `${visible(there.resource)} · Events` : "Events";
  }
  const searched = isOther && search();
  document.body.classList.toggle("is-open", there.event !== "");
  const opened = there.event && detail.open(there.event, { isFocused });
  if (!there.event && detail.id) {
    const hadFocus = detail.hasFocus;
    detail.close();
    if (hadFocus) list.focus();
  }
  list.opened(there.event);
  await Promise.all([searched, opened]);
}

function openEvent(id) {
  // Walking from one to the next is one step to go back over.
  arrive({ ...here, event: id }, { replacing: here.event !== "" });
  return settle(true);
}

function closeEvent() {
  go({ event: "" });
}

function showHistory() {
  const event = detail.event ?? list.current;
  const href = event && resource(event);
  if (href && canBeAsked(href)) go({ filter: "", resource: href, event: "" });
}

// ---- Keys

const walking = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };

function isWriting(target) {
  return target.matches("input, textarea, select, [contenteditable]");
}

document.addEventListener("keydown", (key) => {
  if (key.defaultPrevented || key.ctrlKey || key.altKey || key.metaKey || part("keys").open) return;
  if (isWriting(key.target)) {
    if (key.key === "Escape") leaveFilter();
    else if (key.key === "ArrowDown") list.focus();
    else return;
    return key.preventDefault();
  }
  if (!pressed(key)) return;
  key.preventDefault();
});

/** Does what a key means; answers whether it means anything. */
function pressed({ key, target }) {
  const isInList = list.hasFocus || target === document.body;
  if (key === "/") return filter.focus(), filter.select(), true;
  if (key === "?") return part("keys").showModal(), true;
  if (key === "p") return toggleLive(), true;
  if (key === "h") return showHistory(), true;
  if (key === "Escape") return here.event && closeEvent(), here.event !== "";
  const isLetter = key === "j" || key === "k";
  if (!isInList && !isLetter) return false;
  if (key in walking) return walk(walking[key]);
  if (key === "PageDown" || key === "PageUp") return walk(key === "PageDown" ? list.page : -list.page);
  if (key === "Home" || key === "End") return walk(key === "End" ? Infinity : -Infinity);
  if (key === "Enter") return list.open(), true;
  return false;
}

function walk(by) {
  const isReading = detail.hasFocus;
  if (!list.move(by) && by > 0 && !older.hidden && !older.disabled) showOlder();
  if (isReading) list.open();
  else list.focus();
  return true;
}

function leaveFilter() {
  filter.value = here.filter;
  list.focus();
  if (document.activeElement === filter) filter.blur();
}

// ---- Beginning

part("filter-form").addEventListener("submit", (submit) => {
  submit.preventDefault();
  if (filter.value === here.filter) search();
  else go({ filter: filter.value });
});
part("history-end").addEventListener("click", () => go({ resource: "" }));
part("keys-button").addEventListener("click", () => part("keys").showModal());
live.addEventListener("click", toggleLive);
older.addEventListener("click", showOlder);
newer.addEventListener("click", () => {
  scroller.scrollTop = 0;
  setUnread(0);
});
scroller.addEventListener("scroll", () => scroller.scrollTop <= 8 && setUnread(0), { passive: true });
addEventListener("popstate", () => settle());
document.addEventListener("click", (click) => {
  const link = click.target.closest("a[data-go]");
  if (!link || click.button !== 0 || click.ctrlKey || click.metaKey || click.shiftKey || click.altKey) return;
  click.preventDefault();
  history.pushState(null, "", link.href);
  settle();
});
// A page that nobody looks at keeps no connection: browsers have few of them for all their pages of one server.
document.addEventListener("visibilitychange", () => {
  if (isPaused || !follower?.place) return;
  if (document.hidden) follower.stop();
  else if (!follower.isRunning) follower.start();
});

part("zone").textContent = zone();
showLive("connecting");
settle();
