// What an edit does. Pure: a state and an operation in, the next state out; nothing is changed in place.
//
// A state is {source, target, links, verdict, note, past, future}; source and target are sorted spans {start, end,
// label} that do not overlap; links are those of links.js, or null where they are not edited. Operations are kept, not results: what was typed while an earlier edit was on its way is worked out
// again upon what the server answered.

import { linksOf, sameLinks, toggled } from "./links.js";

const FAINT = 0.1; // a link under this score is shown for its own two words alone
const SIDES = ["source", "target"];

export const sameSpan = (a, b) => a.start === b.start && a.end === b.end && a.label === b.label;
export const sameSpans = (a, b) => a.length === b.length && a.every((span, i) => sameSpan(span, b[i]));
export const sameExtent = (a, b) => a.start === b.start && a.end === b.end;
export const overlap = (a, b) => a.start < b.end && b.start < a.end;
export const spanAt = (spans, index) => spans.find((span) => span.start <= index && index < span.end) || null;

const sorted = (spans) => [...spans].sort((a, b) => a.start - b.start || a.end - b.end);
const plain = ({ start, end, label }) => ({ start, end, label });

/** Spans as they come from the server: sorted, stripped of scores, inside the sentence. */
export function spansOf(side) {
  const length = side ? side.tokens.length : 0;
  return sorted(((side && side.spans) || []).filter((s) => 0 <= s.start && s.start < s.end && s.end <= length).map(plain));
}

/**
 * Mark [start, end). A span that the new one contains, or that contains it, gives way whole; a span that it
 * crosses keeps what lies outside.
 */
export function put(spans, start, end, label) {
  const rest = [];
  for (const span of spans) {
    const within = start <= span.start && span.end <= end;
    const around = span.start <= start && end <= span.end;
    if (!overlap(span, { start, end })) rest.push(span);
    else if (within || around) continue;
    else if (span.start < start) rest.push({ ...span, end: start });
    else rest.push({ ...span, start: end });
  }
  return sorted([...rest, { start, end, label }]);
}

/** Drop every span that shares a token with [start, end). */
export function drop(spans, start, end) {
  return spans.filter((span) => !overlap(span, { start, end }));
}

/** Give the span `from` another extent; nothing happens where it is not there (any more). */
export function resize(spans, from, start, end) {
  const old = spans.find((span) => span.start === from.start && span.end === from.end);
  if (!old || start >= end) return spans;
  const others = spans.filter((span) => span !== old);
  return put(others, start, end, old.label);
}

function edited(state, op) {
  const spans = state[op.side];
  switch (op.op) {
    case "put":
      return put(spans, op.start, op.end, op.label);
    case "drop":
      return drop(spans, op.start, op.end);
    case "resize":
      return resize(spans, op.from, op.start, op.end);
    case "replace":
      return sorted(op.spans.map(plain));
    case "candidate": // take this place for an entity, and give up the one it has
      return put(op.from ? drop(spans, op.from.start, op.from.end) : spans, op.start, op.end, op.label);
    default:
      return spans;
  }
}

const snapshot = ({ source, target, links, verdict, note }) => ({ source, target, links, verdict, note });

function relinked(links, op) {
  if (op.op === "link") return toggled(links, op.source, op.target, op.strength);
  return links.filter(([i, j]) => i !== op.source || j !== op.target); // "unlink"
}

function changed(state, change) {
  return { ...state, ...change, past: [...state.past, snapshot(state)].slice(-200), future: [] };
}

/** The state after an operation. Undo and redo foresee what the server will answer, where they can. */
export function apply(state, op) {
  if (op.side === "links") {
    const links = relinked(state.links || [], op);
    return sameLinks(links, state.links) ? state : changed(state, { links });
  }
  if (op.side && SIDES.includes(op.side)) {
    const spans = edited(state, op);
    return sameSpans(spans, state[op.side]) ? state : changed(state, { [op.side]: spans });
  }
  switch (op.op) {
    case "verdict":
      if (op.now === state.verdict) return state;
      // with "no entity", what was marked goes; the server does the same, in one action
      return changed(state, op.now === "no-entity" ? { verdict: op.now, target: [] } : { verdict: op.now });
    case "note":
      return op.now === state.note ? state : changed(state, { note: op.now });
    case "undo": {
      if (!state.past.length) return state;
      const last = state.past[state.past.length - 1];
      return { ...last, past: state.past.slice(0, -1), future: [...state.future, snapshot(state)] };
    }
    case "redo": {
      if (!state.future.length) return state;
      const next = state.future[state.future.length - 1];
      return { ...next, past: [...state.past, snapshot(state)], future: state.future.slice(0, -1) };
    }
    default:
      return state;
  }
}

const triples = (spans) => spans.map((span) => [span.start, span.end, span.label]);

const KINDS = { source: "source_spans", target: "spans", links: "links" };

/**
 * What to tell the server of an operation upon `state`, or null where it would change nothing.
 *
 * @param untouched {source, target, links}: true where nothing was corrected yet, so that `was` is null
 */
export function toAction(state, op, untouched = {}) {
  if (op.side) {
    const next = apply(state, op);
    if (next === state) return null;
    const value = (of) => (op.side === "links" ? of.links : triples(of[op.side]));
    return { kind: KINDS[op.side], was: untouched[op.side] ? null : value(state), now: value(next) };
  }
  if (op.op === "note") return op.now === state.note ? null : { kind: "note", was: state.note, now: op.now };
  if (op.op === "verdict") {
    const action = { kind: "verdict", was: state.verdict, now: op.now };
    return op.then ? { ...action, then: op.then } : action;
  }
  return op.op === "move" ? { kind: "move", to: op.to } : { kind: op.op };
}

/** The state that Python sent. */
export function stateOf(data, past = [], future = []) {
  return {
    source: spansOf(data.source),
    target: spansOf(data.target),
    links: linksOf(data),
    verdict: data.verdict || null,
    note: data.note || "",
    past,
    future,
  };
}

/**
 * Whether an operation leaves the pair: what is typed after it is meant for a pair that nobody has seen yet.
 */
export const leaves = (op) => op.op === "move" || (op.op === "verdict" && Boolean(op.then));

/**
 * What a token in focus lights up: itself, its entity, what is linked to them, and the entities there.
 *
 * @returns {source: Set, target: Set, links: Set of indices into links}
 */
export function lit(state, links, focus, threshold) {
  const other = focus.side === "source" ? "target" : "source";
  const at = focus.side === "source" ? 0 : 1;
  const span = spanAt(state[focus.side], focus.index);
  const start = span ? span.start : focus.index;
  const end = span ? span.end : focus.index + 1;
  const found = { source: new Set(), target: new Set(), links: new Set() };
  for (let i = start; i < end; i++) found[focus.side].add(i);
  const facing = new Set(); // words of the entities over there
  links.forEach((link, k) => {
    const own = link[at] === focus.index;
    if (link[at] < start || link[at] >= end || (link[2] < Math.min(threshold, FAINT) && !own)) return;
    found.links.add(k);
    found[other].add(link[1 - at]);
    const there = span && link[2] >= threshold && spanAt(state[other], link[1 - at]);
    if (there && there.label === span.label) for (let i = there.start; i < there.end; i++) facing.add(i);
  });
  links.forEach((link, k) => {
    if (!facing.has(link[1 - at]) || link[2] < FAINT) return;
    found.links.add(k); // its words that are linked elsewhere: often the very question
    found[focus.side].add(link[at]);
  });
  for (const i of facing) found[other].add(i);
  return found;
}

/** The entity that a link belongs to: the source side says, else the target side; null for none. */
export function labelOfLink(state, [i, j]) {
  const span = spanAt(state.source, i) || spanAt(state.target, j);
  return span ? span.label : null;
}

/** The token on the other side that is linked best; null where none is. */
export function counterpart(links, focus) {
  const at = focus.side === "source" ? 0 : 1;
  let best = null;
  for (const link of links) if (link[at] === focus.index && (!best || link[2] > best[2])) best = link;
  return best ? best[1 - at] : null;
}

/** The projection that explains what is in focus: by the source entity, or by the target span; null for none. */
export function projectionAt(projections, state, focus) {
  const covers = (span) => span && span.start <= focus.index && focus.index < span.end;
  if (focus.side === "source") return projections.find((p) => covers(p.entity)) || null;
  const direct = projections.find((p) => covers(p.target));
  if (direct) return direct;
  const span = spanAt(state.target, focus.index);
  if (!span) return null;
  const touches = (p) => p.target && overlap(p.target, span) && p.entity.label === span.label;
  return (
    projections.find(touches) ||
    projections.find((p) => p.entity.label === span.label && p.candidates.some((c) => overlap(c, span))) ||
    null
  );
}

/** The projection a reviewer should look at first: one that failed, else the closest call. */
export function mostDoubtful(projections) {
  const sure = (p) => (p.target ? Math.min(p.score ?? 1, 0.5 + (p.margin ?? 0.5)) : -1);
  return projections.reduce((worst, p) => (!worst || sure(p) < sure(worst) ? p : worst), null);
}

/** The span that now stands for a projection; null where there is none. */
export function standingFor(projection, projections, spans) {
  const near = (place) => place && spans.find((s) => s.label === projection.entity.label && overlap(s, place));
  const direct = near(projection.target);
  if (direct) return direct;
  const others = projections.filter((p) => p !== projection && p.target).map((p) => p.target);
  const found = projection.candidates.map(near).filter((s) => s && !others.some((place) => overlap(place, s)));
  return found[0] || null;
}
