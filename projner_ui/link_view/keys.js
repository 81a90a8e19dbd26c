// What each key does. The view is the LinkView of view.js.
import { nearestInLine, stepOf } from "./geometry.js";
import { onMarkKey, touch } from "./link_hand.js";
import { counterpart, spanAt } from "./model.js";
import { closeNote, openNote } from "./note.js";
import { keyOf, phrase } from "./text.js";

export function onKey(view, event) {
  if (event.ctrlKey || event.metaKey || event.isComposing) return;
  if (!view.data.quiet) event.stopPropagation(); // a quiet view leaves the page the keys that it has no use for
  if (event.target === view.noteText) {
    if (event.key === "Escape" || (event.key === "Enter" && !event.shiftKey)) {
      event.preventDefault();
      closeNote(view, event.key === "Enter");
    }
    return;
  }
  const key = keyOf(event);
  if (key === "Tab") return;
  if (event.target.closest("button") && (key === "Enter" || key === " ")) return;
  if (event.altKey && key !== "ArrowLeft" && key !== "ArrowRight") return;
  if (!pressed(view, key, event)) return;
  event.preventDefault();
  event.stopPropagation();
  view.used = event.key;
}

/** A key that was pressed here and meant nothing to the page means nothing to it when it is let go either. */
export function onKeyUp(view, event) {
  if (!view.data.quiet || view.used === event.key) event.stopPropagation();
  view.used = null;
}

/** Do what a key or its button says. */
export function act(view, name) {
  const [what, argument] = name.split(/:(.*)/s);
  const acts = {
    right: () => view.verdict("right"),
    none: () => view.verdict("no-entity"),
    label: () => view.label(argument),
    longer: () => stretch(view, view.data[view.focus.side].dir === "rtl" ? "ArrowLeft" : "ArrowRight", false),
    remove: () => view.remove(),
    mark: () => touch(view, view.focus, false),
    possible: () => touch(view, view.focus, true),
    undo: () => view.edit({ op: "undo" }, "undone"),
    redo: () => view.edit({ op: "redo" }, "done again"),
    copy: () => view.copy(view.data.layers.find((layer) => layer.name === argument)),
    note: () => openNote(view),
    help: () => (view.help.hidden = !view.help.hidden),
    next: () => view.edit({ op: "move", to: "next" }),
    previous: () => view.edit({ op: "move", to: "previous" }),
  };
  acts[what]();
}

/** Do what a key says; false where it says nothing here. */
function pressed(view, key, event) {
  const { data } = view;
  const { side, index } = view.focus;
  const label = data.labels.find((entry) => entry.key && entry.key === key);
  const layer = data.layers.find((entry) => entry.key && entry.key === key);
  const span = spanAt(view.state[side], index);
  if (data.link_editing && onMarkKey(view, key, event)) return true;
  if (key === "ArrowLeft" || key === "ArrowRight") onArrow(view, key, event);
  else if (key === "ArrowUp" || key === "ArrowDown") cross(view, key);
  else if (key === "Home") view.go(side, 0);
  else if (key === "End") view.go(side, view.elements[side].length - 1);
  else if (key === "," || key === ".") nextEntity(view, key === "." ? 1 : -1);
  else if (key === "Escape") letGo(view);
  else if (view.reading) return onReadingKey(view, key, event);
  else if (key === " ") view.anchor === null ? select(view, index) : view.go(side, index);
  else if (key === "?") act(view, "help");
  else if (event.repeat && (key === "Enter" || key === "0")) return true; // a key held down decides one pair, not ten
  else if (key === "Enter") view.verdict("right");
  else if (key === "Delete" || key === "Backspace") span || view.anchor !== null ? view.remove() : view.say("no span here");
  else if (key === "z") act(view, event.shiftKey ? "redo" : "undo");
  else if (key === "n") act(view, "note");
  else if (key === "j" || key === "PageDown") act(view, "next");
  else if (key === "k" || key === "PageUp") act(view, "previous");
  else if (label) view.label(label.name);
  else if (layer) view.copy(layer);
  else if (key === "0") view.verdict("no-entity");
  else return false;
  return true;
}

/** The keys of a view whose spans are not edited; a quiet one stands among others and leaves the pair to them. */
function onReadingKey(view, key, event) {
  if (key === "z" && view.data.link_editing) act(view, event.shiftKey ? "redo" : "undo");
  else if ((key === "j" || key === "PageDown") && !view.data.quiet) act(view, "next");
  else if ((key === "k" || key === "PageUp") && !view.data.quiet) act(view, "previous");
  else return false;
  return true;
}

function onArrow(view, key, event) {
  const { side, index } = view.focus;
  if (view.reading) return void view.go(side, index + stepOf(key, view.data[side].dir));
  if (event.altKey) return void stretch(view, key, true);
  if (event.shiftKey && stretch(view, key, false)) return;
  const to = index + stepOf(key, view.data[side].dir);
  if (event.shiftKey) {
    if (view.anchor === null) view.anchor = index;
    view.go(side, to, { keep: true });
  } else view.go(side, to);
}

function select(view, index) {
  view.anchor = index;
  view.drawFocus();
}

function letGo(view) {
  if (view.mark) view.mark = null;
  else if (!view.help.hidden) view.help.hidden = true;
  else if (view.anchor !== null || !view.parts.pop.hidden) {
    view.anchor = null;
    view.parts.pop.hidden = true;
  } else view.quiet = !view.quiet;
  view.drawFocus();
}

/** Up and down: to the linked word, or past the other edge to the next band. */
function cross(view, key) {
  const { focus, layout } = view;
  const inward = (focus.side === "source") === (key === "ArrowDown");
  const other = focus.side === "source" ? "target" : "source";
  const box = layout.tokens[focus.side][focus.index];
  if (!box) return;
  const middle = box.x + box.w / 2;
  if (inward) {
    const linked = counterpart(view.shown.links, focus);
    const beside = nearestInLine(layout.tokens[other], layout.bands[box.band][other], middle);
    const to = linked !== null && view.elements[other][linked] ? linked : beside;
    if (to !== null) view.go(other, to);
    return;
  }
  const step = key === "ArrowDown" ? 1 : -1;
  for (let k = box.band + step; layout.bands[k]; k += step) {
    for (const side of [other, focus.side]) {
      const to = nearestInLine(layout.tokens[side], layout.bands[k][side], middle);
      if (to !== null) return void view.go(side, to);
    }
  }
}

function nextEntity(view, step) {
  const { side, index } = view.focus;
  const spans = view.state[side];
  const found =
    step > 0 ? spans.find((span) => span.start > index) : [...spans].reverse().find((span) => span.end <= index);
  if (found) view.go(side, found.start);
}

/** Move an edge of the span in focus the arrow's way; true where there is a span to move. */
export function stretch(view, arrow, shorter) {
  const { side, index } = view.focus;
  const span = spanAt(view.state[side], index);
  if (!span || view.anchor !== null) return false;
  const step = stepOf(arrow, view.data[side].dir);
  let { start, end } = span;
  if ((step > 0) !== shorter) end += step;
  else start += step;
  start = Math.max(0, start);
  end = Math.min(view.elements[side].length, end);
  if (start >= end || (start === span.start && end === span.end)) return true;
  const said = `${span.label}: ${phrase(view.data[side], start, end)}`;
  if (view.edit({ op: "resize", side, from: { start: span.start, end: span.end }, start, end }, said)) {
    const inside = shorter ? Math.max(start, Math.min(end - 1, index)) : step > 0 ? end - 1 : start;
    view.go(side, inside);
  }
  return true;
}
