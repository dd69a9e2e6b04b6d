// Following the trail: Server-Sent Events, read by hand. An `EventSource` neither says why it was refused nor where it
// is, so nothing could be paused without receiving something twice.

import { open } from "./api.js";

// A heartbeat is due long before.
const SILENCE = 60_000;
const WAITS = [500, 1_000, 2_000, 5_000, 10_000];

export class Follower {
  #filters;
  #onEvent;
  #onState;
  #stop = null;
  /** The place in the trail up to which everything has arrived. */
  place = "";

  /** `onState` is told: connecting, following, lost, or refused with the reason. */
  constructor(filters, onEvent, onState) {
    this.#filters = filters;
    this.#onEvent = onEvent;
    this.#onState = onState;
  }

  get isRunning() {
    return this.#stop !== null;
  }

  /** Follows from now on, or from where it stopped. Done when that place is known, or cannot be found out now. */
  start() {
    this.stop();
    const stop = (this.#stop = new AbortController());
    return new Promise((begun) => {
      stop.signal.addEventListener("abort", begun);
      this.#run(stop, begun).finally(begun);
    });
  }

  /** Stops, and remembers the place. */
  stop() {
    this.#stop?.abort();
    this.#stop = null;
  }

  async #run(stop, begun) {
    this.#onState("connecting");
    for (let failures = 0; !stop.signal.aborted; failures++) {
      let isOver = false;
      let heard = 0;
      try {
        for await (const message of this.#messages(stop.signal)) {
          // A comment says nothing of the trail.
          if (!message.id) continue;
          // The first heartbeat says that there is a connection, what comes behind it that the trail can be read.
          if (heard++ > 0) failures = 0;
          this.place = message.id;
          if (message.data) this.#onEvent(JSON.parse(message.data));
          else this.#onState("following");
          begun();
        }
        isOver = true;
      } catch (error) {
        if (stop.signal.aborted) return;
        if (error.isFinal) {
          this.#stop = null;
          // It may be about the place.
          this.place = "";
          this.#onState("refused", error.message);
          return;
        }
      }
      if (stop.signal.aborted) return;
      begun();
      // A tail ends now and then, for the rights of its reader to be asked again: nothing is wrong as long as another begins.
      if (!isOver || failures > 0) this.#onState("lost");
      await pause(WAITS[Math.min(failures, WAITS.length - 1)], stop.signal);
    }
  }

  /** What one connection brings. */
  async *#messages(outer) {
    const silence = new AbortController();
    const headers = { accept: "text/event-stream", ...(this.place && { "last-event-id": this.place }) };
    const signal = AbortSignal.any([outer, silence.signal]);
    const filters = this.#filters.map((filter) => ["filter", filter]);
    let timer = setTimeout(() => silence.abort(), SILENCE);
    try {
      const response = await open("event/tail", filters, { headers, signal });
      let text = "";
      for await (const part of chunks(response.body.pipeThrough(new TextDecoderStream()))) {
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), SILENCE);
        text += part;
        const blocks = text.split("\n\n");
        text = blocks.pop();
        for (const block of blocks) yield read(block);
      }
    } finally {
      clearTimeout(timer);
      // However it ends, the connection does.
      silence.abort();
    }
  }
}

/** Not every browser iterates over a stream. */
async function* chunks(stream) {
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** The fields of a block. */
function read(block) {
  const message = { id: "", data: "" };
  for (const line of block.split("\n")) {
    const [, name, value] = /^([^:]*):? ?(.*)$/s.exec(line);
    if (name === "id") message.id = value;
    if (name === "data") message.data += value;
  }
  return message;
}

function pause(milliseconds, signal) {
  return new Promise((done) => {
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      done();
    });
  });
}
