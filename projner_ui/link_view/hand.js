// What the mouse, a pen or a finger does. The view is the LinkView of view.js.
import { nearest } from "./geometry.js";
import { aim, onLinkDown } from "./link_hand.js";
import { resize, sameExtent, spanAt } from "./model.js";
import { drawPop } from "./panel.js";

function point(view, event) {
  const box = view.parts.stage.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

export function onDown(view, event) {
  if (event.button !== 0 || event.target.closest(".lv-pop, button")) return;
  if (view.reading) return onLinkDown(view, event);
  const edge = event.target.closest(".lv-edge");
  const token = event.target.closest(".lv-tok");
  view.parts.pop.hidden = true;
  if (!edge && !token) {
    view.anchor = null;
    return void view.drawFocus();
  }
  event.preventDefault();
  view.hover = null;
  const { side } = (edge || token).dataset;
  if (edge) {
    const span = spanAt(view.state[side], Number(edge.dataset.start));
    view.drag = { kind: "edge", side, edge: edge.dataset.edge, from: span, start: span.start, end: span.end };
  } else {
    const index = Number(token.dataset.index);
    view.drag = { kind: "select", side, from: index, moved: false };
    view.go(side, index);
  }
  view.parts.stage.setPointerCapture(event.pointerId);
  view.parts.stage.classList.add(edge ? "resizing" : "selecting");
}

export function onMove(view, event) {
  const { drag, layout } = view;
  if (!drag) {
    aim(view, event.target.closest?.(".lv-hit"));
    const token = event.target.closest?.(".lv-tok");
    return view.setHover(token ? { side: token.dataset.side, index: Number(token.dataset.index) } : null);
  }
  const index = nearest(layout.tokens[drag.side], ...point(view, event));
  if (drag.kind === "select") {
    if (index === drag.from && !drag.moved) return;
    drag.moved = true;
    view.anchor = drag.from;
    view.focus = { side: drag.side, index };
    view.drawFocus();
    return;
  }
  const start = drag.edge === "start" ? Math.min(index, drag.from.end - 1) : drag.from.start;
  const end = drag.edge === "end" ? Math.max(index + 1, drag.from.start + 1) : drag.from.end;
  if (start === drag.start && end === drag.end) return;
  Object.assign(drag, { start, end });
  view.draw();
}

export function onUp(view) {
  const { drag } = view;
  if (!drag) return;
  endDrag(view);
  if (drag.kind === "edge") {
    const { side, from, start, end } = drag;
    if (!sameExtent(from, { start, end })) {
      view.edit({ op: "resize", side, from: { start: from.start, end: from.end }, start, end }, "moved");
    }
    view.go(side, Math.max(start, Math.min(end - 1, view.focus.side === side ? view.focus.index : start)));
    return;
  }
  view.focusToken({ preventScroll: true });
  openPop(view);
}

export function endDrag(view) {
  view.drag = null;
  view.parts.stage.classList.remove("resizing", "selecting");
  view.draw();
}

function openPop(view) {
  const { data, parts, layout } = view;
  const { side, start, end } = view.extent();
  if (!data[side] || data[side].editable === false) return;
  const span = spanAt(view.state[side], start);
  const current = span && span.start === start && span.end === end ? span.label : null;
  drawPop(
    parts.pop,
    data,
    current,
    (name) => {
      view.label(name);
      view.focusToken();
    },
    () => {
      view.remove();
      view.focusToken();
    },
  );
  parts.pop.hidden = false;
  const box = layout.tokens[side][side === "target" ? end - 1 : start];
  const first = layout.tokens[side][start];
  const left = Math.min(first.band === box.band ? first.x : box.x, box.x);
  const x = Math.max(0, Math.min(left, layout.width - parts.pop.offsetWidth));
  parts.pop.style.left = `${x}px`;
  parts.pop.style.top = `${box.y + box.h + (side === "target" ? layout.heights.tag : 6)}px`;
}

/** The state with the edge that is being dragged. */
export function preview(view, state) {
  if (!view.drag || view.drag.kind !== "edge") return state;
  const { side, from, start, end } = view.drag;
  return { ...state, [side]: resize(state[side], from, start, end) };
}
