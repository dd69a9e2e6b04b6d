// What an event says, put as people read it. Of an event that the caller sees only in part, most is missing.

export const when = (event) => event.timestamp ?? event.created ?? "";
export const type = (event) => event["event-type"] ?? event.name ?? "";
export const resource = (event) => event.resource?.href ?? "";
export const message = (event) => event.message ?? event.description ?? "";

/** Whether all that its viewer may see are the common attributes. */
export const isPartial = (event) => event["event-type"] === undefined;

export function who(event) {
  const caller = event["authn-info"];
  if (!caller) return "";
  return caller["user-id"] ?? caller["active-claim"] ?? "anonymous";
}

/** Whether it says how an operation ended after it had been closed without anybody knowing. */
export const isLateEnding = (event) => event.parent !== undefined && type(event).endsWith(".late-ending");

/** How it ended: the kind decides how it looks, the words say it. */
export function ending(event) {
  if (event.phase === "requested") return { kind: "requested", words: "requested" };
  if (event.failure) {
    const { reason, status } = event.failure;
    // Nobody knows how these ended.
    const kind = reason === "abandoned" ? "unknown" : "failed";
    return { kind, words: status === undefined ? reason : `${reason} ${status}` };
  }
  if (event.phase === "failed" || event.success === false) return { kind: "failed", words: "failed" };
  if (event.phase === "completed" || isLateEnding(event)) return { kind: "completed", words: "completed" };
  return { kind: "occurred", words: "" };
}

/** The type of the operation, and what an ending appends to it. */
export function typeParts(event) {
  const whole = type(event);
  const suffix = [".requested", ".completed", ".failed"].find((suffix) => whole.endsWith(suffix));
  const ends = event.phase === "completed" || event.phase === "failed";
  return suffix && ends ? [whole.slice(0, -suffix.length), suffix] : [whole, ""];
}

/** A duration as people say it: `340 ms`, `1.2 s`, `3 min 05 s`, `2 h 10 min`, `4 d 02 h`. */
export function duration(milliseconds) {
  if (!Number.isFinite(milliseconds)) return "";
  const two = (number) => String(Math.floor(number)).padStart(2, "0");
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ${two((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86400)} d ${two((seconds % 86400) / 3600)} h`;
}

/** Date and time of day where the reader is. */
export function localTime(timestamp) {
  const time = new Date(timestamp);
  if (Number.isNaN(time.getTime())) return { date: "", time: String(timestamp) };
  const two = (number) => String(number).padStart(2, "0");
  return {
    date: `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`,
    time: `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, "0")}`,
  };
}

/** How far the reader's clock is from UTC: `UTC+02:00`. */
export function zone() {
  const minutes = -new Date().getTimezoneOffset();
  if (minutes === 0) return "UTC";
  const two = (number) => String(number).padStart(2, "0");
  const distance = Math.abs(minutes);
  return `UTC${minutes < 0 ? "−" : "+"}${two(Math.floor(distance / 60))}:${two(distance % 60)}`;
}

/** Newest first, as the server orders them. */
export function newestFirst(one, other) {
  const [a, b] = [when(one), when(other)];
  if (a !== b) return a < b ? 1 : -1;
  return one.id < other.id ? 1 : one.id > other.id ? -1 : 0;
}
