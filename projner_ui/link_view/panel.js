// What stands around the drawing: why a span is where it is, the labels to choose from, the keys, the note.
import { colourOf, el, set } from "./draw.js";
import { mostDoubtful, projectionAt, sameSpan, spanAt, standingFor } from "./model.js";
import { phrase, scoreText } from "./text.js";

function term(list, name, ...content) {
  const value = el("dd");
  value.append(...content);
  list.append(el("dt", "", name), value);
}

const foreign = (text, side, className = "") => {
  const node = el("bdi", className, text);
  if (side) set(node, { lang: side.lang || "und", dir: side.dir || "ltr" });
  return node;
};

function marginText(margin) {
  if (margin === null || margin === undefined) return "no other place was considered";
  if (margin < 0) return `${scoreText(margin)} · the better place went to another entity`;
  return `${scoreText(margin)} · ${margin < 0.05 ? "a very close call" : margin < 0.15 ? "a close call" : "clear"}`;
}

/** What makes the pair doubtful: in one entity (its place among the projections), or in the pair as a whole. */
function drawDoubts(card, data, entity, name) {
  const own = (data.doubts || []).filter((doubt) => doubt.entity === entity);
  if (!own.length) return;
  card.append(el("p", "lv-term", name));
  const list = el("ul", "lv-doubts");
  own.forEach((doubt) => list.append(el("li", "", doubt.text)));
  card.append(list);
}

/**
 * "Why this span?" for one projection.
 *
 * @param now       the span that stands for it, or null
 * @param onChoose  called with a candidate
 */
export function drawWhy(panel, data, projection, now, onChoose) {
  panel.replaceChildren(el("h4", "", "Why this span?"));
  const card = el("div", "lv-whycard");
  panel.append(card);
  if (!projection) {
    card.append(el("p", "lv-quiet", data.projections.length
      ? "No projected entity stands here: this span was marked by hand, or has no counterpart in the source."
      : "Nothing was projected in this pair. Drag over words to mark an entity, then choose its label."));
    drawDoubts(card, data, null, "What makes the pair doubtful");
    return;
  }
  const { entity, target, candidates } = projection;
  const colour = colourOf(data.labels, entity.label);
  card.style.setProperty("--c", colour);
  const list = el("dl");
  if (data.source) {
    const words = foreign(phrase(data.source, entity.start, entity.end), data.source, "lv-entity");
    term(list, "Source entity", words, el("span", "lv-type", ` ${entity.label}`));
  }
  term(list, target ? "How it came here" : "Why it is not here", el("span", target ? "" : "lv-lost", projection.text || projection.reason));
  card.append(list);
  drawDoubts(card, data, data.projections.indexOf(projection), "What makes it doubtful");
  if (candidates.length) {
    card.append(el("p", "lv-term", "Candidates"));
    const most = Math.max(1, ...candidates.map((candidate) => candidate.score || 0));
    const box = set(el("div", "lv-candidates"), { role: "group", "aria-label": "Candidates: press one to use it" });
    candidates.forEach((candidate, n) => {
      const here = Boolean(now && sameSpan(now, { ...candidate, label: entity.label }));
      const button = set(el("button", here ? "lv-cand here" : "lv-cand"), {
        type: "button",
        "aria-pressed": here,
        "data-candidate": n,
      });
      const bar = el("span", "lv-score");
      const fill = el("i");
      fill.style.width = `${Math.round((100 * Math.max(0, candidate.score || 0)) / most)}%`;
      bar.append(fill);
      button.append(
        foreign(phrase(data.target, candidate.start, candidate.end), data.target),
        bar,
        el("span", "lv-num", scoreText(candidate.score)),
      );
      button.title = here ? "stands now" : "Use this span";
      button.onclick = () => onChoose(candidate);
      box.append(button);
    });
    card.append(box);
  }
  const rest = el("dl");
  if (target && candidates.length) term(rest, "Margin to the runner-up", marginText(projection.margin));
  if (!now && target) term(rest, "Now", "removed");
  else if (now && !(target && now.start === target.start && now.end === target.end)) {
    term(rest, "Now", foreign(phrase(data.target, now.start, now.end), data.target), " · changed");
  }
  if (rest.children.length) card.append(rest);
  drawDoubts(card, data, null, "What makes the pair doubtful");
}

/** What an evaluation found wrong in this pair, each with a press that leads there: of a view. */
export function drawFound(view) {
  const { data, found } = view;
  const findings = data.findings || [];
  const evaluated = data.evaluated || {};
  const mark = JSON.stringify([data.pair, findings, evaluated]);
  if (mark === view.foundMark) return; // keep the buttons, and the focus on them
  view.foundMark = mark;
  found.hidden = !findings.length;
  found.classList.toggle("changed", Boolean(evaluated.changed));
  found.replaceChildren(foundHead(evaluated));
  const card = el("div", "lv-whycard");
  const list = el("ul");
  findings.forEach((finding) => {
    const button = set(el("button", "lv-finding"), { type: "button" });
    button.append(el("b", "", finding.name), set(el("span", "", finding.text), { dir: "ltr" }));
    button.onclick = () => view.go(finding.side, finding.index);
    const line = el("li");
    line.append(button);
    list.append(line);
  });
  card.append(list);
  found.append(card);
}

function foundHead(evaluated) {
  const head = el("h4", "", "What the evaluation found");
  if (evaluated.layer) head.append(" in ", el("bdi", "", evaluated.layer));
  if (evaluated.changed) head.append(el("span", "lv-since", "the pair was changed since"));
  return head;
}

/** Explain what is in focus of a view (the LinkView of view.js), else what was explained before. */
export function explain(view) {
  const { data, state, focus } = view;
  const span = spanAt(state[focus.side], focus.index);
  let projection = projectionAt(data.projections, state, focus);
  if (!projection && !span) projection = view.explained || mostDoubtful(data.projections);
  if (projection && !data.projections.includes(projection)) projection = mostDoubtful(data.projections);
  view.explained = projection;
  const now = projection && standingFor(projection, data.projections, state.target);
  const mark = JSON.stringify([data.pair, data.revision, projection, now, data.projections.length, data.doubts]);
  if (mark === view.whyMark) return; // keep the buttons, and the focus on them
  view.whyMark = mark;
  drawWhy(view.why, data, projection, now, (candidate) => view.choose(projection, candidate));
}

/** The labels beside a selection or a span. */
export function drawPop(pop, data, current, onLabel, onRemove) {
  pop.replaceChildren();
  for (const label of data.labels) {
    const button = set(el("button", current === label.name ? "lv-choice here" : "lv-choice"), {
      type: "button",
      "data-label": label.name,
      "aria-pressed": current === label.name,
    });
    button.style.setProperty("--c", colourOf(data.labels, label.name));
    button.append(el("i"), el("span", "", label.name));
    if (label.key) button.append(el("kbd", "", label.key.toUpperCase()));
    button.onclick = () => onLabel(label.name);
    pop.append(button);
  }
  if (!current) return;
  const remove = set(el("button", "lv-choice remove"), { type: "button", "data-do": "remove" });
  remove.append(el("span", "", "Remove"), el("kbd", "", "Del"));
  remove.onclick = onRemove;
  pop.append(remove);
}

/** What was refused, the verdict, whether all is saved, the note: of a view (the LinkView of view.js). */
export function drawStatus(view) {
  const { data, outbox, state } = view;
  const error = view.dropped ? "" : data.error || "";
  if (view.error.textContent !== error) view.error.textContent = error;
  view.error.hidden = !error;
  const verdicts = { right: "✓ right", "no-entity": "✓ no entity" };
  view.status.textContent = "";
  if (state.verdict) view.status.append(el("span", "lv-verdict", verdicts[state.verdict] || state.verdict));
  const saved = el("span", outbox.busy ? "lv-saving" : "lv-saved", outbox.busy ? "saving…" : "saved");
  view.status.append(set(saved, { "data-saved": !outbox.busy }));
  view.noteShown.textContent = state.note;
  view.noteShown.hidden = !state.note || !view.noteText.hidden;
}

/** The main keys, each a button for the mouse as well. */
export function drawKeys(bar, data, act) {
  bar.replaceChildren();
  const add = (name, keys, text, colour) => {
    const button = set(el("button", colour ? "lv-key label" : "lv-key"), { type: "button", "data-do": name });
    keys.forEach((key) => button.append(el("kbd", "", key)));
    if (colour) {
      button.style.setProperty("--c", colour);
      button.append(el("i"));
    }
    button.append(el("span", "", text));
    button.onclick = () => act(name);
    bar.append(button);
  };
  if (data.link_editing) {
    add("mark", ["Enter"], "mark a word, then link it");
    add("possible", ["?"], "a possible link");
    add("undo", ["Z"], "undo");
    add("redo", ["Shift", "Z"], "redo");
    if (data.quiet) return;
    add("next", ["J"], "next");
    add("previous", ["K"], "previous");
    return;
  }
  add("right", ["Enter"], "right, next");
  add("none", ["0"], "no entity, next");
  for (const { name, key } of data.labels) add(`label:${name}`, key ? [key.toUpperCase()] : [], name, colourOf(data.labels, name));
  add("longer", ["Shift", "←", "→"], "longer");
  add("remove", ["Del"], "remove");
  add("undo", ["Z"], "undo");
  const layers = (data.layers || []).filter((layer) => layer.key);
  if (layers.length) add(`copy:${layers[0].name}`, layers.map((layer) => layer.key), "copy a layer");
  add("next", ["J"], "next");
  add("previous", ["K"], "previous");
  add("note", ["N"], data.note ? "note ·" : "note");
  add("help", ["?"], "all keys");
}

const ALL_KEYS = [
  ["Deciding", [
    [["Enter"], "right as it stands, and the next pair"],
    [["0"], "no entity in this sentence (spans go), and the next pair"],
    [["J", "PageDown"], "next pair, nothing decided"],
    [["K", "PageUp"], "previous pair"],
    [["N"], "note"],
  ]],
  ["Moving", [
    [["←", "→"], "next word, as the eye sees it (also right to left)"],
    [["↑", "↓"], "to the linked word above or below"],
    [[",", "."], "previous, next entity"],
    [["Home", "End"], "first, last word"],
    [["Esc"], "drop the selection; fade nothing"],
  ]],
  ["Spans", [
    [["a label’s key"], "set the label of the span or selection, or make a span here"],
    [["Shift", "←→"], "on an entity: longer on that side; elsewhere: select words"],
    [["Alt", "←→"], "on an entity: shorter, its far end follows the arrow"],
    [["Space"], "start a selection on this word"],
    [["Del", "⌫"], "remove the span"],
    [["Z"], "undo"],
    [["Shift", "Z"], "redo"],
  ]],
];

export function drawHelp(help, data) {
  help.replaceChildren();
  const layers = (data.layers || []).filter((layer) => layer.key);
  const copies = layers.map((layer) => [[layer.key], `copy the spans of ${layer.name}`]);
  const labels = data.labels.filter((label) => label.key).map((label) => [[label.key.toUpperCase()], label.name]);
  for (const [name, rows] of [...ALL_KEYS, ["Labels", labels], ["Layers", copies]]) {
    if (!rows.length) continue;
    const part = el("section");
    part.append(el("h4", "", name));
    for (const [keys, what] of rows) {
      const row = el("div", "lv-helprow");
      const box = el("span", "lv-kbds");
      keys.forEach((key) => box.append(el("kbd", "", key)));
      row.append(box, el("span", "", what));
      part.append(row);
    }
    help.append(part);
  }
  const mouse = el("section");
  mouse.append(el("h4", "", "Mouse"), el("p", "", "Drag over words to select them, drag an edge of a span to move it, click a word for its labels."));
  help.append(mouse);
}
