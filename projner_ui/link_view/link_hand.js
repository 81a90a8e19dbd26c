// Links by hand: a word is marked, then a word of the other side is linked to it. The view is the LinkView of view.js.
import { el, set, svg } from "./draw.js";
import { drawPreview } from "./lines.js";
import { linkAt, toggled } from "./links.js";
import { phrase } from "./text.js";

const word = (view, { side, index }) => phrase(view.data[side], index, index + 1);
const across = (side) => (side === "source" ? "target" : "source");

/** The two words as {source, target}, where they stand on different sides; else null. */
function pairOf(one, other) {
  return one && other && one.side !== other.side ? { [one.side]: one.index, [other.side]: other.index } : null;
}

/** Mark a word; or, where one of the other side is marked, link the two or take their link away. */
export function touch(view, place, possible) {
  const { mark } = view;
  const pair = pairOf(mark, place);
  if (!view.data.source || !view.elements[place.side].length) return;
  if (!pair) {
    const same = mark && mark.index === place.index;
    view.mark = same ? null : { side: place.side, index: place.index };
    view.say(same ? "" : `${word(view, place)} marked: now a word of the other sentence`);
    return void view.drawFocus();
  }
  const strength = possible ? "possible" : "sure";
  const { links } = view.outbox.shown;
  const now = linkAt(toggled(links, pair.source, pair.target, strength), pair.source, pair.target);
  const said = !now ? "no longer linked" : now[2] === "possible" ? "possibly linked" : "linked";
  view.mark = null;
  view.edit({ op: "link", side: "links", ...pair, strength }, `${word(view, mark)}, ${word(view, place)}: ${said}`);
}

export function onLinkDown(view, event) {
  const area = event.target.closest(".lv-hit");
  const token = event.target.closest(".lv-tok");
  event.preventDefault();
  view.hover = null;
  if (token) {
    const place = { side: token.dataset.side, index: Number(token.dataset.index) };
    view.go(place.side, place.index);
    if (view.data.link_editing) touch(view, place, event.shiftKey);
    return;
  }
  view.mark = null;
  if (!area) return void view.drawFocus();
  view.aimed = null;
  const [source, target] = area.dataset.link.split("-").map(Number);
  const words = `${phrase(view.data.source, source, source + 1)}, ${phrase(view.data.target, target, target + 1)}`;
  view.edit({ op: "unlink", side: "links", source, target }, `${words}: no longer linked`);
  view.focusToken({ preventScroll: true }); // so that Z is heard here
}

/** Enter or Space marks and links, ? or Shift makes the link a possible one; false where the key says nothing. */
export function onMarkKey(view, key, event) {
  if (key !== "Enter" && key !== " " && key !== "?") return false;
  if (event.repeat) return true;
  if (key === "?" && !pairOf(view.mark, view.focus)) view.say("Mark a word with Enter first, then walk to its counterpart.");
  else touch(view, view.focus, key === "?" || event.shiftKey);
  return true;
}

/** Show which link a click would remove. */
export function aim(view, area) {
  const aimed = area ? area.dataset.link : null;
  if (aimed === (view.aimed || null)) return;
  view.aimed = aimed;
  view.drawFocus(); // nothing else is lit meanwhile
  view.paths.forEach((path) => path?.classList.toggle("aim", aimed !== null && path.dataset.link === aimed));
  view.parts.links.querySelector(".lv-cross")?.remove();
  if (!area) return;
  const { x, y } = area.getPointAtLength(area.getTotalLength() / 2);
  const cross = svg("g", { class: "lv-cross", transform: `translate(${x} ${y})` });
  cross.append(svg("circle", { r: 8 }), svg("path", { d: "M-3.4-3.4L3.4 3.4M3.4-3.4L-3.4 3.4" }));
  view.parts.links.append(cross);
}

/** The marked word, and the link that a click or Enter would draw. */
export function drawMark(view) {
  const { data, elements, mark, parts } = view;
  if (!data.link_editing) return;
  parts.stage.classList.toggle("marking", Boolean(mark));
  for (const side of ["source", "target"]) {
    elements[side].forEach((node, i) => {
      const marked = Boolean(mark && mark.side === side && mark.index === i);
      node.classList.toggle("marked", marked);
      node.classList.toggle("open", Boolean(mark && mark.side !== side));
      node.setAttribute("aria-selected", marked);
    });
  }
  drawPreview(parts, view.layout, pairOf(mark, view.hover || view.focus));
}

/** What to do next, in a line above the drawing. */
export function drawHint(view) {
  const { data, hint, mark } = view;
  hint.hidden = !data.link_editing;
  const stand = JSON.stringify([data.pair, mark]);
  if (hint.hidden || hint.dataset.stand === stand) return;
  hint.dataset.stand = stand;
  const key = (name) => el("kbd", "", name);
  if (!data.source) hint.replaceChildren("There is no source sentence to link to yet.");
  else if (!mark) {
    hint.replaceChildren(
      el("b", "", "Click a word, then its counterpart"), " to link them, or to unlink them; hold ", key("Shift"),
      " for a possible link. Click a line to remove it. By keys: ", key("←"), key("→"), key("↑"), key("↓"), " ", key("Enter"),
    );
  } else {
    const side = data[across(mark.side)];
    const marked = set(el("bdi", "lv-marked", word(view, mark)), { lang: data[mark.side].lang || "und" });
    hint.replaceChildren(
      marked, " is marked. ", el("b", "", `Now click the ${side.name || side.lang} word it goes with`), " or walk there and press ",
      key("Enter"), "; ", key("?"), " for a possible link, ", key("Esc"), " to let go.",
    );
  }
}
