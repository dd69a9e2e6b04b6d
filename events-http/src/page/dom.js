// Elements. What is put into them is text, whatever it looks like: nothing here reads markup.

/** An element with attributes and children; children that are none are left out. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== undefined && child !== null && child !== false));
  return made;
}

/** Text that only screen readers see. */
export function unseen(text) {
  const made = element("span", { class: "unseen" });
  made.textContent = text;
  return made;
}

// Control characters, what turns the direction of writing, and what has no width: they would let a text lie about
// what it says.
const HIDDEN = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** A text of an event with everything in it visible. */
export function visible(text) {
  return String(text).replace(HIDDEN, (hidden) => `\\u{${hidden.codePointAt(0).toString(16)}}`);
}

/** The same on one line. */
export function line(text) {
  return visible(text).replaceAll("\n", " ");
}

/** An element that shows a text of an event on one line, and all of it when it is pointed at. */
export function shown(name, attributes, text) {
  const made = element(name, { dir: "auto", ...attributes });
  made.textContent = line(text);
  if (made.textContent) made.title = made.textContent;
  return made;
}
