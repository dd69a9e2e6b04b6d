// Asking the server.

const base = document.querySelector('meta[name="events-api"]').content;

/** An answer that is none, with what the server says of it. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }

  /** It is about who asks. */
  get isAboutCaller() {
    return this.status === 401 || this.status === 403;
  }

  /** Asking the same again is pointless. */
  get isFinal() {
    return this.status >= 400 && this.status < 500 && this.status !== 408 && this.status !== 429;
  }
}

/** A response that went well. Parameters are pairs, and those without a value are left out. */
export async function open(path, parameters, { headers, signal } = {}) {
  const query = new URLSearchParams(parameters.filter(([, value]) => value !== undefined));
  const url = `${base}/${path}${query.size ? `?${query}` : ""}`;
  let response;
  try {
    response = await fetch(url, { headers, signal, cache: "no-store" });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refusal(0, "The server cannot be reached.");
  }
  if (response.ok) return response;
  throw new Refusal(response.status, await said(response));
}

/** The same, read as JSON. */
export async function ask(path, parameters = [], { signal } = {}) {
  const response = await open(path, parameters, { headers: { accept: "application/json" }, signal });
  try {
    return await response.json();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refusal(0, "The answer of the server ended too early.");
  }
}

/** What a page of a search asks for. */
export const search = (filters, first, last, options) =>
  ask("event", [...filters.map((filter) => ["filter", filter]), ["orderby", "timestamp:desc"], ["first", first], ["last", last]], options);

/** An event, and everything that followed from the same root. The id is that of an event, never another path. */
export const event = (id, options) => ask(`event/${segment(id)}`, [], options);
export const tree = (id, options) => ask(`event/${segment(id)}/tree`, [], options);

const segment = (id) => encodeURIComponent(id.replace(/^event\//, ""));

async function said(response) {
  const text = await response.text().catch(() => "");
  try {
    const { message } = JSON.parse(text);
    if (typeof message === "string" && message) return message;
  } catch {
    // A proxy in between answered.
  }
  return `The server answered ${response.status} ${response.statusText}`.trim();
}
