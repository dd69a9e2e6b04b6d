// What stands in place of the list when there is none.

import { element, visible } from "./dom.js";

/** Where people sign in, if anybody said so. */
const signIn = document.querySelector('meta[name="events-sign-in"]').content;

const STATES = {
  loading: { title: "Loading…" },
  "nothing-yet": { title: "No events yet", text: "What you may see appears here as it is recorded." },
  "nothing-found": { title: "No event matches", button: "Show all events" },
  "not-searched": { title: "Nothing was searched", text: "Mend the filter: what is wrong with it stands above." },
  unauthorised: {
    title: "You may not read events here",
    text: "Sign in as somebody who may.",
    button: "Try again",
  },
  failed: { title: "The events could not be read", button: "Try again" },
};

/** Shows a state, with what the server says of it; the empty name is none. */
export function showState(name, said = "", onButton) {
  const place = document.getElementById("state");
  place.hidden = name === "";
  place.dataset.state = name;
  if (!name) return place.replaceChildren();
  const { title, text, button } = STATES[name];
  const parts = [element("h2", {}, title)];
  if (text) parts.push(element("p", {}, text));
  if (said) {
    const words = element("p", { class: "said" });
    words.textContent = visible(said);
    parts.push(words);
  }
  if (name === "unauthorised" && signIn) {
    const from = new URLSearchParams({ from: location.pathname + location.search });
    parts.push(element("a", { class: "sign-in", href: `${signIn}?${from}` }, "Sign in"));
  }
  if (button) {
    const pressed = element("button", { type: "button" }, button);
    pressed.addEventListener("click", () => onButton?.());
    parts.push(pressed);
  }
  place.setAttribute("role", name === "failed" || name === "unauthorised" ? "alert" : "status");
  place.replaceChildren(...parts);
}
