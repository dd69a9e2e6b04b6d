// Where the reader is: the filter, the resource whose history is read, the event that is open. The address says all of
// it, so that going back, reloading and handing it on work.

/** What the address says. */
export function place() {
  const parameters = new URLSearchParams(location.search);
  const part = (name) => parameters.get(name) ?? "";
  return { filter: part("filter"), resource: part("resource"), event: part("event") };
}

/** The address of a place, relative to the page. */
export function address(place) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(place)) if (value) parameters.set(name, value);
  const query = parameters.toString();
  return query ? `?${query}` : location.pathname;
}

/** Makes it the address: one more step to go back over, unless it takes the place of the last one. */
export function arrive(place, { replacing = false } = {}) {
  const there = address(place);
  if (replacing) history.replaceState(null, "", there);
  else if (there !== (location.search || location.pathname)) history.pushState(null, "", there);
}

/** The filters of a place, all of which have to hold. */
export function filters({ filter, resource }) {
  const all = [];
  if (filter.trim()) all.push(filter);
  if (resource) all.push(`resource/href=${quoted(resource)} or linked-identifiers=${quoted(resource)}`);
  return all;
}

/** A value of the filter language, which knows no way to write a quote inside the same quotes. */
export function quoted(text) {
  return text.includes("'") ? `"${text}"` : `'${text}'`;
}

/** Whether a text can be asked for. */
export const canBeAsked = (text) => !text.includes("\\") && !(text.includes("'") && text.includes('"'));
