// How aligners are told apart where their links lie over each other: each by a hue, a dash pattern and a glyph.
import { el, set, svg } from "./draw.js";

const DASHES = ["none", "7 4", "0.1 3.8", "11 4 0.1 4"]; // by hue; with round caps 0.1 is a dot
const GLYPHS = {
  circle: "M-4 0A4 4 0 1 0 4 0A4 4 0 1 0 -4 0Z",
  square: "M-3.6-3.6H3.6V3.6H-3.6Z",
  diamond: "M0-5.2L5.2 0L0 5.2L-5.2 0Z",
  triangle: "M0-4.9L4.9 3.7H-4.9Z",
};

const hueOf = (aligner) => Math.abs(Math.trunc(aligner.hue) || 0) % DASHES.length;

/** One aligner's strand of a link, or of its sample in the legend. */
export function strand(aligner, d) {
  const path = svg("path", { class: "lv-strand", d });
  path.style.setProperty("--c", `var(--pn-a${hueOf(aligner)})`);
  path.style.setProperty("stroke-dasharray", DASHES[hueOf(aligner)]);
  return path;
}

export function glyphOf(aligner, [x, y]) {
  const glyph = svg("path", { class: "lv-glyph", transform: `translate(${x} ${y})`, d: GLYPHS[aligner.glyph] || GLYPHS.circle });
  glyph.style.setProperty("--c", `var(--pn-a${hueOf(aligner)})`);
  return glyph;
}

function sample(...content) {
  const box = svg("svg", { class: "lv-sample", width: 34, height: 14, "aria-hidden": "true" });
  box.append(...content);
  return box;
}

function entry(tag, name, content, text) {
  const node = set(el(tag, `lv-mark ${name}`), tag === "button" ? { type: "button" } : {});
  node.append(sample(...content), el("span", "", text));
  return node;
}

/**
 * The line that names what is drawn. A press of an aligner's name hides its links or shows them again; pointing at
 * it, by mouse or by Tab, lights them.
 *
 * @param off      names of the hidden aligners
 * @param onToggle called with a name
 * @param onPoint  called with the number of an aligner, or null
 */
export function drawLegend(legend, data, off, onToggle, onPoint) {
  const aligners = data.aligners || [];
  const left = aligners.filter(({ name }) => !off.has(name)).length;
  const buttons = aligners.map((aligner, k) => {
    const button = entry("button", "aligner", [strand(aligner, "M2 7H32"), glyphOf(aligner, [17, 7])], aligner.name);
    set(button, { "aria-pressed": !off.has(aligner.name), "data-aligner": k, dir: "auto" });
    button.title = off.has(aligner.name) ? "Hidden: press to show its links" : "Press to hide its links";
    button.onclick = () => onToggle(aligner.name);
    button.onpointerenter = button.onfocus = () => onPoint(off.has(aligner.name) ? null : k);
    button.onpointerleave = button.onblur = () => onPoint(null);
    return button;
  });
  const rest = [];
  const line = (name) => svg("path", { class: `lv-link ${name}`, d: "M2 7H32" });
  if (left > 1) rest.push(entry("span", "", [line("shared")], left === 2 ? "both" : `all ${left}`));
  for (const word of data.link_editing ? ["sure", "possible"] : []) {
    rest.push(entry("span", "", [line(`edited ${word}`)], `${word} link`));
  }
  const words = new Set((data.gold || []).map((link) => link[2]));
  for (const word of ["sure", "possible"]) {
    if (words.has(word)) rest.push(entry("span", "", [svg("path", { class: `lv-gold ${word}`, d: "M2 7H32" })], `gold, ${word}`));
  }
  const focused = buttons.findIndex((_, k) => legend.querySelector(`[data-aligner="${k}"]`)?.matches(":focus"));
  legend.replaceChildren(...buttons, ...rest);
  if (focused >= 0) buttons[focused].focus();
  legend.hidden = !legend.children.length;
}
