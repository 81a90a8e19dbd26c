// Which links there are to draw, and what an edit of them does. Pure.
//
// A link comes as [source, target, score] or, of several aligners, [source, target, score, mask]: bit k of the mask
// says that aligner k links the two. Links that are edited are sorted [source, target, "sure" | "possible"].

const linkKey = ([i, j]) => `${i}-${j}`;
const sortedLinks = (links) => [...links].sort((a, b) => a[0] - b[0] || a[1] - b[1]);

export const sameLinks = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/**
 * The links that a reviewer edits: those that stand, else the machine's decided ones, of several aligners those that
 * all share; null where links are not edited here.
 */
export function linksOf(data) {
  if (!data.link_editing || !data.source) return null;
  const all = (1 << (data.aligners || []).length) - 1;
  const decided = (data.links || []).filter(([, , score, mask]) => (data.aligners ? mask === all : score >= data.threshold));
  const inside = ([i, j]) => 0 <= i && i < data.source.tokens.length && 0 <= j && j < data.target.tokens.length;
  const found = new Map();
  for (const [i, j, ...rest] of (data.standing || decided).filter(inside)) {
    found.set(linkKey([i, j]), [i, j, rest.includes("possible") ? "possible" : "sure"]);
  }
  return sortedLinks(found.values());
}

export const linkAt = (links, source, target) => links.find(([i, j]) => i === source && j === target) || null;

/** Link two words so strongly; where they are linked just so, take the link away. */
export function toggled(links, source, target, strength) {
  const old = linkAt(links, source, target);
  const rest = links.filter((link) => link !== old);
  return old && old[2] === strength ? rest : sortedLinks([...rest, [source, target, strength]]);
}

/**
 * The links to draw: those of `data`, or, where aligners lie over each other or links are edited, with a fourth
 * element that says how: {by, shared} names the aligners that link the two, of those not `off`; {strength} is a link
 * that is edited; {faint} is one that the machine only weighed, or that a reviewer took away.
 */
export function linksShown(data, edited, off = new Set()) {
  const { aligners, links, threshold } = data;
  if (!aligners && !edited) return links;
  const visible = (aligners || []).map((_, k) => k).filter((k) => !off.has(aligners[k].name));
  const known = new Set((edited || []).map(linkKey));
  const shown = [];
  for (const [i, j, score, mask] of links) {
    if (aligners) {
      const by = visible.filter((k) => (mask >> k) & 1);
      const shared = by.length > 1 && by.length === visible.length;
      if (by.length) shown.push([i, j, Math.max(score, threshold), { by, shared }]);
    } else if (!known.has(linkKey([i, j]))) {
      shown.push([i, j, Math.min(score, threshold - 0.01), { faint: true }]);
    }
  }
  for (const [i, j, strength] of edited || []) shown.push([i, j, 1, { strength }]);
  return shown;
}

/** What a screen reader says of one link of a word. */
export function linkedTo(link, word, aligners) {
  const look = link[3];
  if (look?.strength === "possible") return `possibly ${word}`;
  if (look?.by && !look.shared) return `${word} (${look.by.map((k) => aligners[k].name).join(", ")})`;
  return word;
}

/** What lights up of one aligner: as `lit` of model.js. */
export function linkedBy(links, aligner) {
  const found = { source: new Set(), target: new Set(), links: new Set() };
  links.forEach(([i, j, , look], k) => {
    if (!look?.by?.includes(aligner)) return;
    found.source.add(i);
    found.target.add(j);
    found.links.add(k);
  });
  return found;
}
