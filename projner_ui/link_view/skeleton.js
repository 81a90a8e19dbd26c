// The elements that a view is made of, and the ground it stands on.
import { buildStage, el, set } from "./draw.js";
import { openNote } from "./note.js";

/** Make the elements of a view (the LinkView of view.js) and put them into its root. */
export function buildSkeleton(view) {
  const { root } = view;
  set(root, { role: "group" });
  view.parts = buildStage();
  view.error = set(el("div", "lv-error"), { role: "alert" });
  view.legend = set(el("div", "lv-legend"), { role: "group", "aria-label": "What is drawn" });
  view.downloads = set(el("div", "lv-downloads"), { role: "group", "aria-label": "Download this drawing" });
  view.hint = el("p", "lv-hint");
  view.card = el("div", "lv-card");
  view.why = set(el("aside", "lv-why"), { "aria-label": "Why this span?" });
  view.found = set(el("aside", "lv-found"), { "aria-label": "What the evaluation found" });
  view.found.hidden = true;
  view.keys = set(el("div", "lv-keys"), { role: "toolbar", "aria-label": "Keys" });
  view.status = el("div", "lv-status");
  view.note = el("div", "lv-note");
  view.help = set(el("div", "lv-help"), { role: "region", "aria-label": "All keys" });
  view.help.hidden = true;
  view.live = set(el("div", "lv-live"), { "aria-live": "polite", role: "status" });
  view.noteText = set(el("textarea"), { rows: 2, "aria-label": "Note on this pair", placeholder: "Note on this pair" });
  view.noteShown = el("button", "lv-noteshown");
  view.noteShown.type = "button";
  view.noteShown.onclick = () => openNote(view);
  view.noteText.hidden = true;
  view.note.append(view.noteShown, view.noteText);
  const main = el("div", "lv-main");
  const head = el("div", "lv-head");
  head.append(view.legend, view.downloads);
  view.card.append(view.error, head, view.hint, view.parts.stage, view.note);
  const side = el("div", "lv-side");
  side.append(view.found, view.why);
  main.append(view.card, side);
  const foot = el("div", "lv-foot");
  foot.append(view.keys, view.status);
  root.replaceChildren(main, foot, view.help, view.live);
}

/** Any CSS colour as it is on this node, as [r, g, b, a], each up to 255. */
export function rgba(node, colour) {
  const plain = /^rgba?\((\d+), (\d+), (\d+)(?:, ([\d.]+))?\)$/.exec(colour);
  if (plain) return [Number(plain[1]), Number(plain[2]), Number(plain[3]), 255 * Number(plain[4] ?? 1)];
  const probe = el("span");
  probe.style.color = colour;
  node.append(probe);
  const canvas = document.createElement("canvas").getContext("2d");
  canvas.fillStyle = getComputedStyle(probe).color;
  probe.remove();
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data];
}

/** Whether the background behind a node is "dark" or "light". */
export function themeOf(node) {
  const [r, g, b] = rgba(node, "var(--st-background-color, #fff)");
  return 0.2126 * r + 0.7152 * g + 0.0722 * b < 128 ? "dark" : "light";
}
