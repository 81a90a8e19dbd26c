// The link view itself: what is in focus, what the hand and the keys do, when to draw.
import { buildTokens, drawGround, drawSpans, layOut, light, nameTokens } from "./draw.js";
import { drawDownloads } from "./figure.js";
import { endDrag, onDown, onMove, onUp, preview } from "./hand.js";
import { act, onKey, onKeyUp } from "./keys.js";
import { drawLinks } from "./lines.js";
import { aim, drawHint, drawMark } from "./link_hand.js";
import { linkedBy, linksShown } from "./links.js";
import { lit, mostDoubtful, spanAt, standingFor } from "./model.js";
import { closeNote } from "./note.js";
import { Outbox } from "./outbox.js";
import { drawLegend } from "./overlay.js";
import { drawFound, drawHelp, drawKeys, drawStatus, explain } from "./panel.js";
import { buildSkeleton, themeOf } from "./skeleton.js";
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
    this.used = null; // the key that was last pressed for this view
    this.mark = null; // {side, index}: the word that the next link starts from
    this.off = new Set(); // names of aligners that are not drawn
    this.pointed = null; // the number of the aligner whose name is pointed at
    buildSkeleton(this);
    this.listen();
  }

  listen() {
    const { root, parts } = this;
    root.onkeydown = (event) => onKey(this, event);
    root.onkeyup = (event) => onKeyUp(this, event);
    // There is no `onfocusin` to assign to. A view listens once in its life, so nothing stacks up.
    root.addEventListener("focusin", (event) => {
      const token = event.target.closest(".lv-tok");
      if (token && !this.moving) this.setFocus(token.dataset.side, Number(token.dataset.index), { keep: true });
      this.active = Boolean(token) || !this.reading; // beside a drawing to be read, a button is no word in focus
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
    parts.stage.onpointerleave = () => {
      aim(this, null);
      this.setHover(null);
    };
    this.noteText.onblur = () => closeNote(this, true);
    this.onEcho = ({ detail }) => this.hearEcho(detail);
    document.addEventListener("lv-hover", this.onEcho);
    this.observer = new ResizeObserver(() => {
      if (this.data && Math.abs(root.clientWidth - this.seenWidth) > 1) this.relayout();
    });
    this.observer.observe(root);
    document.fonts?.ready.then(() => this.data && this.relayout());
  }

  destroy() {
    this.observer.disconnect();
    document.removeEventListener("lv-hover", this.onEcho);
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
    this.reading = Boolean(data.quiet || data.link_editing); // spans are shown and not edited
    if (this.reading) {
      this.data.layers = []; // they are there to copy from
      for (const side of ["source", "target"]) this.data[side] &&= { ...data[side], editable: false };
    }
    this.root.classList.toggle("quiet", Boolean(data.quiet));
    this.root.classList.toggle("linking", Boolean(data.link_editing));
    this.dropped = false;
    this.root.dataset.theme = themeOf(this.root);
    const renewed = fresh || first || unlike(old, data);
    if (renewed) {
      this.anchor = null;
      this.mark = null;
      this.quiet = false;
      this.hover = this.echo = null;
      this.drag = null;
      this.parts.pop.hidden = true;
      this.parts.stage.classList.remove("marking");
      this.noteText.hidden = true;
      this.elements = buildTokens(this.parts, this.data);
      this.root.setAttribute("aria-label", `Pair ${data.position + 1}: links and entities`);
      this.focus = this.startingPoint();
      this.cuts = null;
    }
    this.relayout(!renewed);
    drawKeys(this.keys, this.data, (name) => act(this, name));
    drawDownloads(this);
    drawFound(this);
    drawHelp(this.help, this.data);
    if (renewed) {
      const free = !document.activeElement || document.activeElement === document.body;
      if (this.active || (free && !data.quiet)) this.focusToken(); // of several quiet views none takes the keys
    }
    if (failed) this.say(data.error);
    setTimeout(() => this.outbox.pump(), 0);
  }

  /** Where a reviewer should look first: what an evaluation found, the entity that failed, the closest call. */
  startingPoint() {
    const { data } = this;
    if (data.findings?.length) return { side: data.findings[0].side, index: data.findings[0].index };
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
    this.root.classList.toggle("wide", this.seenWidth >= WIDE && !this.reading);
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
    this.shown = { ...data, links: linksShown(data, state.links, this.off) };
    this.paths = drawLinks(parts, this.shown, state, layout);
    nameTokens(elements, this.shown, state);
    drawLegend(this.legend, data, this.off, (name) => this.turn(name), (k) => this.point(k));
    this.drawFocus();
    drawStatus(this);
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
    const token = this.drag || this.mark || this.aimed ? null : this.hover || this.echo || (this.active && !this.quiet ? focus : null);
    const { links } = this.shown;
    const found = token && elements[token.side].length ? lit(this.state, links, token, data.threshold) : null;
    const worth = found && (found.links.size || spanAt(this.state[token.side], token.index));
    light(parts, elements, this.paths, this.pointed !== null ? linkedBy(links, this.pointed) : worth ? found : null);
    drawMark(this);
    drawHint(this);
    if (!this.reading) explain(this);
  }

  /** Hide an aligner's links, or show them again. */
  turn(name) {
    if (!this.off.delete(name)) this.off.add(name);
    this.pointed = null;
    this.draw();
  }

  point(aligner) {
    if (aligner === this.pointed) return;
    this.pointed = aligner;
    this.drawFocus();
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
    const { quiet, pair } = this.data;
    if (quiet) document.dispatchEvent(new CustomEvent("lv-hover", { detail: { from: this, pair, token } }));
  }

  /** A word is pointed at in a view beside this one, of the same pair: it lights up here as well. */
  hearEcho({ from, pair, token }) {
    if (from === this || !this.layout || !this.data.quiet || this.data.pair !== pair) return;
    this.echo = token;
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

}

/** Whether two sendings of a pair have other tokens, or other things to edit. */
function unlike(a, b) {
  const side = (sentence) => sentence && [sentence.tokens, sentence.dir];
  const mark = (data) => JSON.stringify([side(data.source), side(data.target), Boolean(data.link_editing)]);
  return mark(a) !== mark(b);
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
