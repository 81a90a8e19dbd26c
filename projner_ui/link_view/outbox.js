// Edits on their way to Python: drawn at once, sent one at a time, each worked out upon what the last answer said.
import { apply, leaves, stateOf, toAction } from "./model.js";

export class Outbox {
  /** @param send called with one action; never again before `receive` has seen the answer */
  constructor(client, send) {
    this.client = client;
    this.send = send;
    this.seq = 0;
    this.waiting = []; // [{op, pair, position, action?}], the first is the one in flight, if one is
    this.inFlight = null; // the action that was sent
    this.pair = null;
    this.position = null;
    this.base = null; // the state that Python sent
  }

  /** What to draw: Python's state and upon it what it has not answered yet. */
  get shown() {
    const open = this.waiting.filter((entry) => !entry.action);
    return open.reduce((state, entry) => apply(state, entry.op), this.base);
  }

  get busy() {
    return this.waiting.length > 0;
  }

  /** Whether the pair is about to change: edits would fall on a pair that nobody has seen. */
  get leaving() {
    return this.waiting.some((entry) => leaves(entry.op));
  }

  /** Take an operation; false where the pair is about to change and it was not taken. */
  push(op) {
    if (this.leaving) return false;
    this.waiting.push({ op, pair: this.pair, position: this.position });
    this.pump();
    return true;
  }

  pump() {
    while (!this.inFlight && this.waiting.length) {
      const { op, pair, position, action } = this.waiting[0];
      const next = action || toAction(this.base, op, this.untouched);
      if (!next) {
        this.waiting.shift(); // it changes nothing
        continue;
      }
      this.inFlight = { seq: ++this.seq, client: this.client, pair, position, ...next };
      this.send(this.inFlight);
    }
  }

  /**
   * Take what Python sent.
   *
   * @returns {fresh, failed}: whether this is another pair; whether the action in flight was refused
   */
  receive(data) {
    const fresh = data.pair !== this.pair || data.position !== this.position;
    const { answered } = data;
    const settled =
      Boolean(this.inFlight && answered) && answered.client === this.client && answered.seq >= this.inFlight.seq;
    const failed = settled && Boolean(data.error);
    let state = this.base;
    if (settled) {
      const { op, action } = this.waiting.shift();
      this.inFlight = null;
      if (failed) this.waiting = []; // they were made upon what was refused
      else if (!action) state = apply(state, op);
    }
    if (fresh && state) this.settleFor(state);
    const keep = !fresh && state;
    this.pair = data.pair;
    this.position = data.position;
    this.base = stateOf(data, keep ? state.past : [], keep ? state.future : []);
    this.untouched = {
      source: data.source ? data.source.corrected === false : false,
      target: data.target.corrected === false,
      links: data.corrected_links === false,
    };
    return { fresh, failed };
  }

  /** The pair was changed from outside while edits waited: they are still sent, for the pair they were made on. */
  settleFor(state) {
    let upon = state;
    const untouched = { ...this.untouched };
    const kept = [];
    for (const entry of this.waiting) {
      const { op } = entry;
      if (entry.action || (this.inFlight && entry === this.waiting[0])) kept.push({ ...entry, action: entry.action || this.inFlight });
      else if (op.side || op.op === "note" || op.op === "verdict") {
        const action = toAction(upon, { ...op, then: undefined }, untouched);
        if (action) kept.push({ ...entry, action });
      }
      if (op.side) untouched[op.side] = false;
      upon = apply(upon, op);
    }
    this.waiting = kept;
  }
}
