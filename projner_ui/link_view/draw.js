// Drawing one pair. Text that users brought reaches the page as textContent or setAttribute and in no other way.
import { cutBands, place, spanBoxes } from "./geometry.js";
import { linkedTo } from "./links.js";
import { overlap, sameSpan, spanAt } from "./model.js";
import { glyphs, hidden, phrase } from "./text.js";

const SVG = "http://www.w3.org/2000/svg";
const JOINERS = new Set(["U+200C", "U+200D", "U+FE0F", "U+FE0E", "U+00AD"]); // part of good spelling, or of an emoji
const SPACE = 3; // between two tokens
const GUTTER = 26; // for links between bands, on either side
const NARROW_GUTTER = 22; // the same in a quiet view
const DENSE = 70; // tokens of both sentences from which everything is set closer
const MOST_TOKENS = 2000; // drawn of one sentence; a browser drowns in more

export function el(tag, className = "", text = null) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== null) node.textContent = text;
  return node;
}

export function svg(tag, attributes = {}) {
  return set(document.createElementNS(SVG, tag), attributes);
}

export function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

function at(node, { x, y, w, h }) {
  node.style.left = `${x}px`;
  node.style.top = `${y}px`;
  if (w !== undefined) node.style.width = `${w}px`;
  if (h !== undefined) node.style.height = `${h}px`;
  return node;
}

export const colourOf = (labels, name) => {
  const label = labels.find((entry) => entry.name === name);
  return label ? `var(--pn-c${label.colour % 8})` : "var(--lv-dim)";
};

export const shownTokens = (side) => (side ? side.tokens.slice(0, MOST_TOKENS) : []);

/** The empty stage: layers of one drawing, from the back to the front. */
export function buildStage() {
  const stage = el("div", "lv-stage");
  const shade = svg("svg", { class: "lv-links lv-shade", "aria-hidden": "true" });
  const links = svg("svg", { class: "lv-links", "aria-hidden": "true" });
  const under = set(el("div", "lv-under"), { "aria-hidden": "true" });
  const rows = {};
  for (const side of ["source", "target"]) {
    rows[side] = set(el("div", "lv-row"), {
      role: "listbox",
      "aria-orientation": "horizontal",
      "aria-multiselectable": "true",
      "data-side": side,
    });
  }
  const names = el("div", "lv-names");
  const over = set(el("div", "lv-over"), { "aria-hidden": "true" });
  const pop = set(el("div", "lv-pop"), { role: "group", "aria-label": "Label for the selection" });
  pop.hidden = true;
  stage.append(shade, links, under, rows.source, rows.target, names, over, pop);
  return { stage, shade, links, under, rows, names, over, pop };
}

/** Token elements for a new pair; they stay until the next. */
export function buildTokens(parts, data) {
  const elements = { source: [], target: [] };
  for (const side of ["source", "target"]) {
    const row = parts.rows[side];
    row.replaceChildren();
    const sentence = data[side];
    if (!sentence) continue;
    set(row, { lang: sentence.lang || "und", dir: sentence.dir || "ltr" });
    row.setAttribute("aria-label", `${sentence.name || sentence.lang}, ${side} sentence`);
    shownTokens(sentence).forEach((token, i) => {
      const { text, stand } = glyphs(token);
      const node = set(el("span", stand ? "lv-tok stand" : "lv-tok", text), {
        role: "option",
        tabindex: "-1",
        "data-side": side,
        "data-index": i,
      });
      const unseen = hidden(token);
      if (unseen.length) node.title = `${stand ? "" : `${token} – `}contains ${unseen.slice(0, 8).join(" ")}`;
      if (unseen.some((point) => !JOINERS.has(point)) && !stand) node.classList.add("unseen");
      if (token.length > 40 && !unseen.length) node.title = token.slice(0, 500);
      row.append(node);
      elements[side].push(node);
    });
  }
  return elements;
}

function breakCosts(sentence, spans) {
  const costs = new Array(sentence.tokens.length).fill(0.15);
  sentence.tokens.forEach((token, i) => {
    if (i && /^\p{P}+$/u.test(sentence.tokens[i - 1])) costs[i] = 0; // after punctuation is a good place
    if (/^\p{P}+$/u.test(token)) costs[i] = 1;
  });
  for (const span of spans) for (let i = span.start + 1; i < span.end; i++) costs[i] = 8;
  return costs;
}

/** Where everything stands, for this width. Bands are cut by the spans of the moment and stay while one edits. */
export function layOut({ parts, elements, data, state, width, cuts }) {
  const tokens = elements.source.length + elements.target.length;
  parts.stage.classList.toggle("dense", tokens > DENSE);
  const nameWidth = data.quiet ? 0 : width < 520 ? 60 : (data.layers || []).length ? 104 : 84;
  const gutter = data.quiet ? NARROW_GUTTER : GUTTER;
  parts.stage.style.setProperty("--lv-longest", `${Math.max(60, width - nameWidth - 2 * gutter)}px`);
  const measured = {};
  for (const side of ["source", "target"]) {
    let height = 0;
    const widths = elements[side].map((node) => {
      const box = node.getBoundingClientRect();
      height = Math.max(height, box.height);
      return Math.ceil(box.width * 2) / 2;
    });
    measured[side] = { widths, height, dir: data[side] ? data[side].dir : "ltr" };
  }
  const whole = Math.max(80, width - nameWidth - 4);
  const total = (widths) => widths.reduce((sum, w) => sum + w + SPACE, -SPACE);
  const oneBand = total(measured.source.widths) <= whole && total(measured.target.widths) <= whole;
  const frame = oneBand
    ? { left: nameWidth, room: whole, space: SPACE }
    : { left: nameWidth + gutter, room: Math.max(80, width - nameWidth - 2 * gutter), space: SPACE };
  const side = (name) => ({
    widths: measured[name].widths,
    costs: data[name] ? breakCosts(data[name], state[name]) : [],
  });
  const bandsCut =
    cuts || cutBands({ source: side("source"), target: side("target"), links: data.links, space: SPACE, room: frame.room });
  const layers = data.layers || [];
  const layerRows = (k) => {
    const [start, end] = bandsCut[k].target;
    return layers.some((layer) => layer.spans.some((span) => overlap(span, { start, end }))) ? layers.length : 0;
  };
  const heights = { tag: 18, gap: bandsCut.length > 1 ? 76 : 112, between: 20, layer: 20 };
  if (tokens > DENSE) Object.assign(heights, { tag: 16, gap: 60, between: 12, layer: 18 });
  if (data.quiet) heights.gap = bandsCut.length > 1 ? 58 : 84;
  if (data.aligners) heights.gap += 14; // room for a line of glyphs each
  if (!data.source) heights.gap = 0;
  // no wider than the longest line: in a pair of two directions the lines end at the same edge, and links are short
  const lineWidth = (name) => (cut) => total(measured[name].widths.slice(...cut[name]));
  const longest = Math.max(80, ...bandsCut.map(lineWidth("source")), ...bandsCut.map(lineWidth("target")));
  frame.room = Math.min(frame.room, longest);
  const layout = place({ cuts: bandsCut, source: measured.source, target: measured.target, frame, heights, layerRows });
  return { ...layout, frame, heights, nameWidth, width, cuts: bandsCut };
}

/** Put tokens, names and layers where the layout says. */
export function drawGround(parts, elements, data, state, layout, onCopy) {
  parts.stage.style.height = `${layout.height}px`;
  for (const layer of [parts.shade, parts.links]) set(layer, { width: layout.width, height: layout.height });
  for (const side of ["source", "target"]) {
    elements[side].forEach((node, i) => at(node, { x: layout.tokens[side][i].x, y: layout.tokens[side][i].y }));
  }
  parts.names.replaceChildren();
  if (data.quiet) return;
  layout.bands.forEach((band, k) => {
    const line = (side, top) => {
      if (!data[side] || band[side][1] <= band[side][0]) return;
      const name = el("span", "lv-name", data[side].name || data[side].lang);
      name.title = `${data[side].name || data[side].lang} · ${side}`;
      const height = layout.tokens[side][band[side][0]].h;
      if (k) name.setAttribute("aria-hidden", "true");
      parts.names.append(at(name, { x: 0, y: top, w: layout.nameWidth - 10, h: height }));
    };
    line("source", band.sourceTop);
    line("target", band.targetTop);
    if (!band.layerRows) return;
    data.layers.forEach((layer, row) => {
      const button = el("button", "lv-layer");
      button.type = "button";
      button.title = `Copy the spans of ${layer.name}`;
      if (layer.key) button.append(el("kbd", "", layer.key));
      button.append(el("span", "", layer.name));
      button.tabIndex = -1; // its key does the same
      button.onclick = () => onCopy(layer);
      const y = band.layersTop + row * layout.heights.layer;
      parts.names.append(at(button, { x: 0, y, w: layout.nameWidth - 8, h: layout.heights.layer }));
    });
  });
}

/** How far a label may run: to the next span on its line, or to the line's end. */
function labelRoom(box, others, layout, dir) {
  const { left, room } = layout.frame;
  if (dir === "rtl") {
    const edges = others.filter((o) => o.band === box.band && o.x + o.w < box.x + box.w).map((o) => o.x + o.w);
    return box.x + box.w - Math.max(left, ...edges) - 4;
  }
  const edges = others.filter((o) => o.band === box.band && o.x > box.x).map((o) => o.x);
  return Math.min(left + room, ...edges) - box.x - 4;
}

/** Ribbons with their labels and handles on both sides, and the ribbons of the layers. */
export function drawSpans(parts, data, state, layout, failed) {
  parts.under.replaceChildren();
  parts.over.replaceChildren();
  for (const side of ["source", "target"]) {
    if (!data[side]) continue;
    const { dir, editable } = data[side];
    const pieces = state[side].map((span) => spanBoxes(span, layout.tokens[side]));
    const starts = pieces.map((boxes) => boxes[0]).filter(Boolean);
    state[side].forEach((span, n) => {
      const colour = colourOf(data.labels, span.label);
      const lost = side === "source" && failed.some((entity) => sameSpan(entity, span));
      pieces[n].forEach((box) => {
        const ends = `${box.first ? " first" : ""}${box.last ? " last" : ""}${lost ? " lost" : ""}`;
        const ribbon = set(el("div", `lv-rib${ends}`), { dir, "data-side": side, "data-start": span.start });
        ribbon.style.setProperty("--c", colour);
        parts.under.append(at(ribbon, box));
      });
      const first = pieces[n][0];
      if (!first) return;
      const tag = set(el("div", "lv-tag", lost ? `${span.label} · not projected` : span.label), {
        dir,
        "data-side": side,
        "data-start": span.start,
      });
      tag.style.setProperty("--c", colour);
      tag.title = tag.textContent;
      const room = Math.max(22, labelRoom(first, starts, layout, dir));
      const x = dir === "rtl" ? first.x + first.w - room : first.x;
      const y = side === "source" ? first.y - layout.heights.tag + 1 : first.y + first.h;
      parts.under.append(at(tag, { x, y, w: room, h: layout.heights.tag - 1 }));
      if (editable === false) return;
      for (const edge of ["start", "end"]) {
        const box = edge === "start" ? first : pieces[n][pieces[n].length - 1];
        const atRight = (edge === "end") === (dir !== "rtl");
        const handle = set(el("div", "lv-edge"), { "data-side": side, "data-edge": edge, "data-start": span.start });
        handle.style.setProperty("--c", colour);
        parts.over.append(at(handle, { x: (atRight ? box.x + box.w : box.x) - 5, y: box.y, w: 10, h: box.h }));
      }
    });
  }
  (data.layers || []).forEach((layer, row) => {
    for (const span of layer.spans) {
      const differs = !state.target.some((mine) => sameSpan(mine, span));
      for (const box of spanBoxes(span, layout.tokens.target)) {
        const bar = set(el("div", differs ? "lv-bar differs" : "lv-bar", box.first ? span.label : ""), {
          dir: data.target.dir || "ltr",
          "data-layer": layer.name,
          "data-start": span.start,
          "data-end": span.end,
        });
        bar.title = `${layer.name}: ${span.label} ${phrase(data.target, span.start, span.end)}`;
        bar.style.setProperty("--c", colourOf(data.labels, span.label));
        const y = layout.bands[box.band].layersTop + row * layout.heights.layer + 2;
        parts.over.append(at(bar, { x: box.x, y, w: box.w, h: layout.heights.layer - 4 }));
      }
    }
  });
}

/** What a screen reader says of every token. */
export function nameTokens(elements, data, state) {
  for (const side of ["source", "target"]) {
    const sentence = data[side];
    if (!sentence) continue;
    const other = side === "source" ? data.target : data.source;
    const mine = side === "source" ? 0 : 1;
    const linked = elements[side].map(() => []);
    for (const link of data.links) {
      if (link[2] < data.threshold || !linked[link[mine]] || !other) continue;
      linked[link[mine]].push(linkedTo(link, other.tokens[link[1 - mine]], data.aligners));
    }
    elements[side].forEach((node, i) => {
      const span = spanAt(state[side], i);
      const entity = span ? `, ${span.label} entity, word ${i - span.start + 1} of ${span.end - span.start}` : "";
      const links = linked[i].length ? `, linked to ${linked[i].slice(0, 4).join(", ")}` : ", not linked";
      const what = glyphs(sentence.tokens[i]).stand ? `invisible token ${node.textContent}` : sentence.tokens[i];
      node.setAttribute("aria-label", `${what}${entity}${links}`);
      node.classList.toggle("e", Boolean(span));
    });
  }
}

/** Light up `found` and fade the rest; null lights nothing and fades nothing. */
export function light(parts, elements, paths, found) {
  parts.stage.classList.toggle("lit", Boolean(found));
  for (const side of ["source", "target"]) {
    elements[side].forEach((node, i) => node.classList.toggle("hot", Boolean(found && found[side].has(i))));
    for (const node of parts.under.querySelectorAll(`[data-side="${side}"]`)) {
      node.classList.toggle("hot", Boolean(found && found[side].has(Number(node.dataset.start))));
    }
  }
  for (const bar of parts.over.querySelectorAll(".lv-bar")) {
    let hot = false;
    for (let i = Number(bar.dataset.start); found && i < Number(bar.dataset.end); i++) hot ||= found.target.has(i);
    bar.classList.toggle("hot", hot);
  }
  for (const band of parts.shade.children) {
    const [i, j] = band.dataset.link.split("-").map(Number);
    band.classList.toggle("hot", Boolean(found && found.source.has(i) && found.target.has(j)));
  }
  paths.forEach((path, k) => {
    if (!path) return;
    const hot = Boolean(found && found.links.has(k));
    path.classList.toggle("hot", hot);
    if (hot) parts.links.append(path); // on top of all others
  });
}
