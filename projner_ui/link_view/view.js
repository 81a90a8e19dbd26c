// The link view itself: what is in focus, what the hand and the keys do, when to draw.
import { buildStage, buildTokens, drawGround, drawLinks, drawSpans, el, layOut, light, nameTokens, set } from "./draw.js";
import { endDrag, onDown, onMove, onUp, preview } from "./hand.js";
import { onKey, stretch } from "./keys.js";
import { lit, mostDoubtful, projectionAt, spanAt, standingFor } from "./model.js";
import { Outbox } from "./outbox.js";
import { drawHelp, drawKeys, drawWhy } from "./panel.js";
import { phrase } from "./text.js";

const RETRY = 15000; // ms after which an action without an answer is sent again; Python drops it if it had it
const WIDE = 860; // px from which the reasons stand beside the drawing

class LinkView {
  constructor(root) {
    this.root = root;
    this.outbox = new Outbox(`${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`, (action) => {
      clearTimeout(this.retry);
      const attempt = () => {
        this.trigger("action", action);
        this.retry = setTimeout(attempt, RETRY);
      };
      attempt();
    });
    this.focus = { side: "target", index: 0 };
    this.anchor = null; // where a selection on the focused side began; null for none
    this.hover = null;
    this.quiet = false; // Esc: nothing lit until the next move
    this.drag = null;
    this.paths = [];
    this.build();
    this.listen();
  }

  build() {
    const { root } = this;
    set(root, { role: "group" });
    this.parts = buildStage();
    this.error = set(el("div", "lv-error"), { role: "alert" });
    this.card = el("div", "lv-card");
    this.why = set(el("aside", "lv-why"), { "aria-label": "Why this span?" });
    this.keys = set(el("div", "lv-keys"), { role: "toolbar", "aria-label": "Keys" });
    this.status = el("div", "lv-status");
    this.note = el("div", "lv-note");
    this.help = set(el("div", "lv-help"), { role: "region", "aria-label": "All keys" });
    this.help.hidden = true;
    this.live = set(el("div", "lv-live"), { "aria-live": "polite", role: "status" });
    this.noteText = set(el("textarea"), { rows: 2, "aria-label": "Note on this pair", placeholder: "Note on this pair" });
    this.noteShown = el("button", "lv-noteshown");
    this.noteShown.type = "button";
    this.noteShown.onclick = () => this.openNote();
    this.noteText.hidden = true;
    this.note.append(this.noteShown, this.noteText);
    const main = el("div", "lv-main");
    this.card.append(this.error, this.parts.stage, this.note);
    main.append(this.card, this.why);
    const foot = el("div", "lv-foot");
    foot.append(this.keys, this.status);
    root.replaceChildren(main, foot, this.help, this.live);
  }

  listen() {
    const { root, parts } = this;
    root.onkeydown = (event) => onKey(this, event);
    root.onkeyup = (event) => event.stopPropagation();
    // There is no `onfocusin` to assign to. A view listens once in its life, so nothing stacks up.
    root.addEventListener("focusin", (event) => {
      const token = event.target.closest(".lv-tok");
      if (token && !this.moving) this.setFocus(token.dataset.side, Number(token.dataset.index), { keep: true });
      this.active = true;
      if (this.layout && !this.moving) this.drawFocus();
    });
    root.addEventListener("focusout", (event) => {
      if (!event.relatedTarget || !root.contains(event.relatedTarget)) {
        this.active = false;
        if (this.layout && !this.moving) this.drawFocus();
      }
    });
    parts.stage.onpointerdown = (event) => onDown(this, event);
    parts.stage.onpointermove = (event) => onMove(this, event);
    parts.stage.onpointerup = (event) => onUp(this, event);
    parts.stage.onpointercancel = () => endDrag(this);
    parts.stage.onpointerleave = () => this.setHover(null);
    this.noteText.onblur = () => this.closeNote(true);
    this.observer = new ResizeObserver(() => {
      if (this.data && Math.abs(root.clientWidth - this.seenWidth) > 1) this.relayout();
    });
    this.observer.observe(root);
    document.fonts?.ready.then(() => this.data && this.relayout());
  }

  destroy() {
    this.observer.disconnect();
    clearTimeout(this.retry);
  }

  // ---------------------------------------------------------------- what Python sends

  update(data, trigger) {
    this.trigger = trigger;
    const first = !this.data;
    const old = this.data;
    const { fresh, failed } = this.outbox.receive(data);
    if (!this.outbox.inFlight) clearTimeout(this.retry);
    this.data = { ...data, links: data.links || [], layers: data.layers || [], projections: data.projections || [] };
    this.dropped = false;
    this.theme();
    const renewed = fresh || first || tokensDiffer(old, data);
    if (renewed) {
      this.anchor = null;
      this.quiet = false;
      this.hover = null;
      this.drag = null;
      this.parts.pop.hidden = true;
      this.noteText.hidden = true;
      this.elements = buildTokens(this.parts, this.data);
      this.root.setAttribute("aria-label", `Pair ${data.position + 1}: links and entities`);
      this.focus = this.startingPoint();
      this.cuts = null;
    }
    this.relayout(!renewed);
    drawKeys(this.keys, this.data, (name) => this.act(name));
    drawHelp(this.help, this.data);
    if (renewed) {
      const free = !document.activeElement || document.activeElement === document.body;
      if (this.active || free) this.focusToken();
    }
    if (failed) this.say(data.error);
    setTimeout(() => this.outbox.pump(), 0);
  }

  theme() {
    const [r, g, b] = rgbOf(this.root);
    this.root.dataset.theme = 0.2126 * r + 0.7152 * g + 0.0722 * b < 128 ? "dark" : "light";
  }

  /** Where a reviewer should look first: the entity that failed or was the closest call. */
  startingPoint() {
    const { data } = this;
    const worst = mostDoubtful(data.projections);
    if (worst && worst.target) return { side: "target", index: worst.target.start };
    if (worst && data.source) return { side: "source", index: worst.entity.start };
    const span = this.outbox.shown.target[0];
    return { side: "target", index: span ? span.start : 0 };
  }

  // ---------------------------------------------------------------- drawing

  relayout(keepCuts = false) {
    this.seenWidth = this.root.clientWidth;
    if (!this.seenWidth) return;
    this.root.classList.toggle("wide", this.seenWidth >= WIDE);
    const { data, elements, parts } = this;
    const state = this.outbox.shown;
    const width = parts.stage.clientWidth;
    const cuts = keepCuts && this.layout && this.layout.width === width ? this.layout.cuts : null;
    this.layout = layOut({ parts, elements, data, state, width, cuts });
    drawGround(parts, elements, data, state, this.layout, (layer) => this.copy(layer));
    this.draw();
  }

  /** All that an edit changes. */
  draw() {
    const { data, parts, elements, layout } = this;
    if (!layout) return;
    const state = preview(this, this.outbox.shown);
    this.state = state;
    const failed = data.projections
      .filter((p) => !p.target && !standingFor(p, data.projections, state.target))
      .map((p) => p.entity);
    drawSpans(parts, data, state, layout, failed);
    this.paths = drawLinks(parts, data, state, layout);
    nameTokens(elements, data, state);
    this.drawFocus();
    this.drawStatus();
  }

  drawFocus() {
    const { data, elements, parts, focus } = this;
    const range = this.selection();
    for (const side of ["source", "target"]) {
      elements[side].forEach((node, i) => {
        const here = side === focus.side && i === focus.index;
        const chosen = Boolean(range && range.side === side && range.start <= i && i < range.end);
        node.tabIndex = here ? 0 : -1;
        node.classList.toggle("at", here && Boolean(this.active));
        node.classList.toggle("chosen", chosen);
        node.setAttribute("aria-selected", chosen);
      });
    }
    const token = this.drag ? null : this.hover || (this.active && !this.quiet ? focus : null);
    const found = token && elements[token.side].length ? lit(this.state, data.links, token, data.threshold) : null;
    const worth = found && (found.links.size || spanAt(this.state[token.side], token.index));
    light(parts, elements, this.paths, worth ? found : null);
    this.drawWhy();
  }

  drawWhy() {
    const { data, state, focus } = this;
    const span = spanAt(state[focus.side], focus.index);
    let projection = projectionAt(data.projections, state, focus);
    if (!projection && !span) projection = this.explained || mostDoubtful(data.projections);
    if (projection && !data.projections.includes(projection)) projection = mostDoubtful(data.projections);
    this.explained = projection;
    const now = projection && standingFor(projection, data.projections, state.target);
    const mark = JSON.stringify([data.pair, data.revision, projection, now, data.projections.length]);
    if (mark === this.whyMark) return; // keep the buttons, and the focus on them
    this.whyMark = mark;
    drawWhy(this.why, data, projection, now, (candidate) => this.choose(projection, candidate));
  }

  drawStatus() {
    const { data, outbox, state } = this;
    const saying = this.error.textContent;
    const error = this.dropped ? "" : data.error || "";
    if (saying !== error) this.error.textContent = error;
    this.error.hidden = !error;
    const verdicts = { right: "✓ right", "no-entity": "✓ no entity" };
    this.status.textContent = "";
    if (state.verdict) this.status.append(el("span", "lv-verdict", verdicts[state.verdict] || state.verdict));
    const saved = set(el("span", outbox.busy ? "lv-saving" : "lv-saved", outbox.busy ? "saving…" : "saved"), {
      "data-saved": !outbox.busy,
    });
    this.status.append(saved);
    this.noteShown.textContent = state.note;
    this.noteShown.hidden = !state.note || !this.noteText.hidden;
  }

  say(text) {
    this.live.textContent = text;
  }

  // ---------------------------------------------------------------- focus and selection

  setFocus(side, index, { keep = false } = {}) {
    const length = this.elements[side].length;
    if (!length) return;
    if (side !== this.focus.side || !keep) this.anchor = null;
    this.focus = { side, index: Math.max(0, Math.min(length - 1, index)) };
    this.quiet = false;
  }

  focusToken(options) {
    const node = this.elements[this.focus.side][this.focus.index];
    if (!node) return;
    this.moving = true;
    node.focus({ preventScroll: true });
    this.moving = false;
    if (!options?.preventScroll) node.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.active = true;
    this.drawFocus();
  }

  go(side, index, { keep = false } = {}) {
    this.parts.pop.hidden = true;
    this.setFocus(side, index, { keep });
    this.focusToken();
  }

  setHover(token) {
    const same = token && this.hover ? token.side === this.hover.side && token.index === this.hover.index : token === this.hover;
    if (same || !this.layout) return;
    this.hover = token;
    this.drawFocus();
  }

  /** The selected words, {side, start, end}; null where none are. */
  selection() {
    if (this.anchor === null) return null;
    const { side, index } = this.focus;
    return { side, start: Math.min(this.anchor, index), end: Math.max(this.anchor, index) + 1 };
  }

  /** What a key of a label acts on: the selection, else the span in focus, else the word. */
  extent() {
    const { side, index } = this.focus;
    const span = spanAt(this.state[side], index);
    return this.selection() || { side, start: span ? span.start : index, end: span ? span.end : index + 1 };
  }

  // ---------------------------------------------------------------- edits

  edit(op, said) {
    if (op.side && this.data[op.side].editable === false) {
      this.say(`The ${op.side} sentence can't be changed here.`);
      return false;
    }
    if (!this.outbox.push(op)) return false;
    this.dropped = true; // an error of the last action has been read
    this.anchor = op.side ? null : this.anchor;
    this.parts.pop.hidden = true;
    this.draw();
    if (said) this.say(said);
    return true;
  }

  label(name) {
    const { side, start, end } = this.extent();
    if (!this.elements[side].length) return;
    this.edit({ op: "put", side, start, end, label: name }, `${name}: ${phrase(this.data[side], start, end)}`);
  }

  remove() {
    const { side, start, end } = this.extent();
    this.edit({ op: "drop", side, start, end }, "removed");
  }

  copy(layer) {
    this.edit({ op: "replace", side: "target", spans: layer.spans }, `spans of ${layer.name}`);
  }

  choose(projection, { start, end }) {
    const from = standingFor(projection, this.data.projections, this.outbox.shown.target);
    const { label } = projection.entity;
    const said = `${label}: ${phrase(this.data.target, start, end)}`;
    if (this.edit({ op: "candidate", side: "target", from, start, end, label }, said)) this.go("target", start);
  }

  verdict(now) {
    this.edit({ op: "verdict", now, then: "next" }, now === "right" ? "right, next" : "no entity, next");
  }

  act(name) {
    const [what, argument] = name.split(/:(.*)/s);
    const acts = {
      right: () => this.verdict("right"),
      none: () => this.verdict("no-entity"),
      label: () => this.label(argument),
      longer: () => stretch(this, this.data[this.focus.side].dir === "rtl" ? "ArrowLeft" : "ArrowRight", false),
      remove: () => this.remove(),
      undo: () => this.edit({ op: "undo" }, "undone"),
      redo: () => this.edit({ op: "redo" }, "done again"),
      copy: () => this.copy(this.data.layers.find((layer) => layer.name === argument)),
      note: () => this.openNote(),
      help: () => (this.help.hidden = !this.help.hidden),
      next: () => this.edit({ op: "move", to: "next" }),
      previous: () => this.edit({ op: "move", to: "previous" }),
    };
    acts[what]();
  }

  openNote() {
    this.parts.pop.hidden = true;
    this.noteText.hidden = false;
    this.noteShown.hidden = true;
    this.noteText.value = this.outbox.shown.note;
    this.noteText.focus();
  }

  closeNote(save) {
    if (this.noteText.hidden) return;
    const text = this.noteText.value.trim();
    const had = this.root.getRootNode().activeElement === this.noteText;
    this.noteText.hidden = true;
    if (save && text !== this.outbox.shown.note) this.edit({ op: "note", now: text }, "note kept");
    else this.draw();
    if (had) this.focusToken();
  }

}

function tokensDiffer(a, b) {
  const tokens = (data) => JSON.stringify([data.source && [data.source.tokens, data.source.dir], data.target.tokens, data.target.dir]);
  return tokens(a) !== tokens(b);
}

/** The background behind a node, as [r, g, b]. */
function rgbOf(node) {
  const probe = el("span");
  probe.style.color = "var(--st-background-color, #fff)";
  node.append(probe);
  const canvas = document.createElement("canvas").getContext("2d");
  canvas.fillStyle = getComputedStyle(probe).color;
  probe.remove();
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
}

const views = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".lv");
  if (!views.has(root)) views.set(root, new LinkView(root));
  const view = views.get(root);
  view.update(data, setTriggerValue);
  return () => {
    view.destroy();
    views.delete(root);
  };
}
