// The links of a pair as lines, the gold links as shading under them.
import { colourOf, svg } from "./draw.js";
import { linkMiddle, linkPath } from "./geometry.js";
import { labelOfLink } from "./model.js";
import { glyphOf, strand } from "./overlay.js";

const STRANDS = 4; // px between the strands of one link

/** Links of `links` and `gold` between two bands each have a lane of their own: "3-5" -> 0, 1, 2, … */
function lanesOf(links, gold, layout) {
  const lanes = new Map();
  for (const [i, j] of [...links, ...gold]) {
    const [source, target] = [layout.tokens.source[i], layout.tokens.target[j]];
    const apart = source && target && source.band !== target.band;
    if (apart && !lanes.has(`${i}-${j}`)) lanes.set(`${i}-${j}`, lanes.size);
  }
  return lanes;
}

/** What it takes to draw the link between two words: functions of a lane's number and of a shift aside. */
function pen(i, j, layout, lanes) {
  const source = layout.tokens.source[i];
  const target = layout.tokens.target[j];
  if (!source || !target) return null;
  const right = layout.frame.left + layout.frame.room;
  const gutters = { left: layout.frame.left - 6, right: right + 6 };
  const lane = lanes.get(`${i}-${j}`) || 0;
  const aside = (box, dx) => (dx ? { ...box, x: box.x + dx } : box);
  return {
    apart: source.band !== target.band,
    path: (dx = 0, more = 0) => linkPath(aside(source, dx), aside(target, dx), layout.bands, gutters, lane + more),
    middle: (k, count, dx = 0, more = 0) =>
      linkMiddle(aside(source, dx), aside(target, dx), layout.bands, gutters, lane + more, k, count),
  };
}

/** A link as one line. */
function plainLink([i, j, score, look], hand, data, state) {
  const label = labelOfLink(state, [i, j]);
  const classes = ["lv-link"];
  if (look ? look.faint : score < data.threshold) classes.push("weak");
  if (look) classes.push(look.shared ? "shared" : look.strength ? `edited ${look.strength}` : "faint");
  const named = label && !look?.shared;
  if (named) classes.push("named");
  if (hand.apart) classes.push("apart");
  const path = svg("path", { class: classes.join(" "), d: hand.path(), "data-link": `${i}-${j}` });
  path.style.setProperty("--s", Math.max(0, Math.min(1, score)));
  if (named) path.style.setProperty("--c", colourOf(data.labels, label));
  return path;
}

/** Where strand n of `count` runs: about the middle, or on both sides of it where a link by hand runs there. */
function asideOf(n, count, beside) {
  return STRANDS * (beside ? Math.ceil((n + 1) / 2) * (n % 2 ? -1 : 1) : n - (count - 1) / 2);
}

/** A link that some aligners have and others don't: a strand and a glyph each. */
function severalStrands([i, j, , { by }], hand, data, beside) {
  const group = svg("g", { class: hand.apart ? "lv-strands apart" : "lv-strands", "data-link": `${i}-${j}` });
  const strands = [];
  const glyphs = [];
  by.forEach((k, n) => {
    const dx = asideOf(n, by.length, beside);
    strands.push(strand(data.aligners[k], hand.path(dx, n)));
    glyphs.push(glyphOf(data.aligners[k], hand.middle(hand.apart ? n : k, data.aligners.length, dx, n)));
  });
  group.append(...strands, ...glyphs);
  return group;
}

/** A line over a link that nobody sees, wide enough for a mouse or a finger to hit. */
function hitArea([i, j], hand) {
  const area = svg("path", { class: "lv-hit", d: hand.path(), "data-link": `${i}-${j}` });
  const title = svg("title");
  title.textContent = "Click to remove this link";
  area.append(title);
  return area;
}

/** Draw all links; returns one element for each, null for those that have no words to stand at. */
export function drawLinks(parts, data, state, layout) {
  const lanes = lanesOf(data.links, data.gold || [], layout);
  const areas = [];
  const byHand = new Set(data.links.filter((link) => link[3]?.strength).map(([i, j]) => `${i}-${j}`));
  const drawn = data.links.map((link) => {
    const hand = pen(link[0], link[1], layout, lanes);
    if (!hand) return null;
    if (link[3]?.strength) areas.push(hitArea(link, hand));
    if (!link[3]?.by || link[3].shared) return plainLink(link, hand, data, state);
    return severalStrands(link, hand, data, byHand.has(`${link[0]}-${link[1]}`));
  });
  // those of entities lie on top, and those that aligners dispute
  const above = (node) => node.matches(".named, .lv-strands, .edited");
  const there = drawn.filter(Boolean);
  parts.links.replaceChildren(...there.filter((node) => !above(node)), ...there.filter(above), ...areas);
  drawGold(parts, data, layout, lanes);
  return drawn;
}

/** Shading under the links: a full band where gold is sure, a hatched one where it is possible. */
function drawGold(parts, data, layout, lanes) {
  parts.shade.replaceChildren();
  for (const [i, j, word] of data.gold || []) {
    const hand = pen(i, j, layout, lanes);
    if (!hand) continue;
    const classes = ["lv-gold", word === "possible" ? "possible" : "sure", hand.apart ? "apart" : ""];
    parts.shade.append(svg("path", { class: classes.join(" ").trim(), d: hand.path(), "data-link": `${i}-${j}` }));
  }
}

/** The line that would be drawn between two words; null takes it away. */
export function drawPreview(parts, layout, ends) {
  parts.links.querySelector(".lv-preview")?.remove();
  const hand = ends && pen(ends.source, ends.target, layout, new Map());
  if (hand) parts.links.append(svg("path", { class: "lv-preview", d: hand.path() }));
}
