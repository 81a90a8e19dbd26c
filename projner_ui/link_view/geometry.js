// Where everything stands, in CSS pixels. Pure: widths in, boxes and paths out.
//
// A long pair is cut into bands, as in an interlinear gloss: each band has one line of source tokens, a gap, and one
// line of target tokens. Links run in the gaps alone; a link between two bands leaves through a gutter at the side.
// So no link ever crosses a word.

const WORK_LIMIT = 3e7; // steps of the exact search; beyond, lines are filled greedily

/** For each token, the index after the last token that still fits on a line that starts with it. */
export function lineEnds(widths, space, room) {
  const ends = new Array(widths.length);
  let end = 0;
  let used = 0; // widths of [start, end) with the spaces between
  for (let start = 0; start < widths.length; start++) {
    if (end <= start) {
      end = start + 1;
      used = widths[start];
    }
    while (end < widths.length && used + space + widths[end] <= room) used += space + widths[end++];
    ends[start] = end;
    used -= widths[start] + space;
  }
  return ends;
}

/** Sums of link scores: at [i * (m + 1) + j], over the links with source < i and target < j. */
function summed(n, m, links) {
  const sums = new Float64Array((n + 1) * (m + 1));
  for (const [i, j, score] of links) {
    if (i < n && j < m) sums[(i + 1) * (m + 1) + j + 1] += score;
  }
  for (let i = 1; i <= n; i++) {
    for (let j = 1; j <= m; j++) {
      const at = i * (m + 1) + j;
      sums[at] += sums[at - 1] + sums[at - m - 1] - sums[at - m - 2];
    }
  }
  return sums;
}

function greedy(ends) {
  const lines = [];
  for (let at = 0; at < ends.length; at = ends[at]) lines.push([at, ends[at]]);
  return lines;
}

/**
 * Cut a pair into bands so that as much link score as possible stays within a band.
 *
 * @param source  {widths, costs}: widths of the tokens; costs[i] is the price of a line break before token i
 * @param target  the same
 * @param links   [[i, j, score], …]
 * @param space   between two tokens of a line
 * @param room    width of a line
 * @param perBand what one more band costs, in links' worth of score
 * @returns [{source: [start, end], target: [start, end]}, …], which cover both sentences in order
 */
export function cutBands({ source, target, links, space, room, perBand = 6 }) {
  const n = source.widths.length;
  const m = target.widths.length;
  const ends = [lineEnds(source.widths, space, room), lineEnds(target.widths, space, room)];
  if ((!n || ends[0][0] === n) && (!m || ends[1][0] === m)) return [{ source: [0, n], target: [0, m] }];
  const longest = ends.map((list) => Math.max(1, ...list.map((end, start) => end - start)));
  if (!n || !m || (n + 1) * (m + 1) * longest[0] * longest[1] > WORK_LIMIT) {
    const lines = ends.map(greedy);
    return Array.from({ length: Math.max(lines[0].length, lines[1].length) }, (_, k) => ({
      source: lines[0][k] || [n, n],
      target: lines[1][k] || [m, m],
    }));
  }
  const sums = summed(n, m, links);
  const row = m + 1;
  const cost = new Float64Array((n + 1) * row).fill(Infinity);
  const from = new Int32Array((n + 1) * row);
  const fill = (widths) => {
    const total = new Float64Array(widths.length + 1);
    widths.forEach((width, i) => (total[i + 1] = total[i] + width + space));
    return total;
  };
  const along = [fill(source.widths), fill(target.widths)];
  cost[0] = 0;
  for (let i = 0; i <= n; i++) {
    const lastI = i < n ? ends[0][i] : n;
    for (let j = 0; j <= m; j++) {
      const here = i * row + j;
      if (cost[here] === Infinity) continue;
      const lastJ = j < m ? ends[1][j] : m;
      for (let k = i; k <= lastI; k++) {
        const usedS = (along[0][k] - along[0][i]) / room;
        const breakS = k < n ? source.costs?.[k] || 0 : 0;
        for (let l = j; l <= lastJ; l++) {
          if (k === i && l === j) continue;
          const usedT = (along[1][l] - along[1][j]) / room;
          const inside = sums[k * row + l] - sums[i * row + l] - sums[k * row + j] + sums[here];
          const uneven = Math.abs(usedS - usedT) * 0.6 + Math.abs(k / n - l / m) * 1.5;
          const price = perBand - inside + breakS + (l < m ? target.costs?.[l] || 0 : 0) + uneven;
          const there = k * row + l;
          if (cost[here] + price < cost[there]) {
            cost[there] = cost[here] + price;
            from[there] = here;
          }
        }
      }
    }
  }
  const bands = [];
  for (let at = (n + 1) * row - 1; at > 0; at = from[at]) {
    const before = from[at];
    bands.unshift({
      source: [Math.floor(before / row), Math.floor(at / row)],
      target: [before % row, at % row],
    });
  }
  return bands;
}

/**
 * The box of every token.
 *
 * @param cuts    bands, from cutBands
 * @param source  {widths, height, dir}; target the same
 * @param frame   {left, room, space}: where lines begin, how wide they are, what is between tokens
 * @param heights {tag, gap, between, layer}: of a label strip, of the gap for links, between bands, of a layer's row
 * @param layerRows how many layer rows stand under the target line of band k: (k) => number
 */
export function place({ cuts, source, target, frame, heights, layerRows }) {
  const tokens = { source: [], target: [] };
  const bands = [];
  let y = 0;
  const line = (side, sentence, [start, end], top, band) => {
    let x = sentence.dir === "rtl" ? frame.left + frame.room : frame.left;
    for (let i = start; i < end; i++) {
      const width = Math.min(sentence.widths[i], frame.room);
      if (sentence.dir === "rtl") x -= width;
      tokens[side].push({ x, y: top, w: width, h: sentence.height, band });
      x += sentence.dir === "rtl" ? -frame.space : width + frame.space;
    }
  };
  cuts.forEach((cut, k) => {
    const band = { top: y, source: cut.source, target: cut.target };
    const hasSource = cut.source[1] > cut.source[0];
    const hasTarget = cut.target[1] > cut.target[0];
    if (hasSource) y += heights.tag;
    band.sourceTop = y;
    line("source", source, cut.source, y, k);
    if (hasSource) y += source.height;
    band.gapTop = y;
    y += hasSource || hasTarget ? heights.gap : 0;
    band.gapBottom = y;
    band.targetTop = y;
    line("target", target, cut.target, y, k);
    if (hasTarget) y += target.height + heights.tag;
    band.layersTop = y;
    band.layerRows = hasTarget ? layerRows(k) : 0;
    y += band.layerRows * heights.layer;
    band.bottom = y;
    bands.push(band);
    y += heights.between;
  });
  return { tokens, bands, height: bands.length ? bands[bands.length - 1].bottom : 0 };
}

/** A span's boxes: one a line it stands on, in reading order, the ends marked. */
export function spanBoxes(span, boxes) {
  const pieces = [];
  for (let i = span.start; i < Math.min(span.end, boxes.length); i++) {
    const box = boxes[i];
    const last = pieces[pieces.length - 1];
    if (last && last.band === box.band) {
      const right = Math.max(last.x + last.w, box.x + box.w);
      last.x = Math.min(last.x, box.x);
      last.w = right - last.x;
    } else {
      pieces.push({ x: box.x, y: box.y, w: box.w, h: box.h, band: box.band, first: false, last: false });
    }
  }
  if (pieces.length) {
    pieces[0].first = true;
    pieces[pieces.length - 1].last = true;
  }
  return pieces;
}

const round = (value) => Math.round(value * 10) / 10;

/** A path of straight runs with rounded corners through points that differ in x or y alone. */
function rounded(points, radius) {
  let path = `M${round(points[0][0])} ${round(points[0][1])}`;
  for (let i = 1; i < points.length - 1; i++) {
    const [a, b, c] = [points[i - 1], points[i], points[i + 1]];
    const before = Math.hypot(b[0] - a[0], b[1] - a[1]);
    const after = Math.hypot(c[0] - b[0], c[1] - b[1]);
    const r = Math.min(radius, before / 2, after / 2);
    if (!r) continue;
    const enter = [b[0] + ((a[0] - b[0]) / before) * r, b[1] + ((a[1] - b[1]) / before) * r];
    const leave = [b[0] + ((c[0] - b[0]) / after) * r, b[1] + ((c[1] - b[1]) / after) * r];
    path += `L${round(enter[0])} ${round(enter[1])}Q${round(b[0])} ${round(b[1])} ${round(leave[0])} ${round(leave[1])}`;
  }
  const end = points[points.length - 1];
  return `${path}L${round(end[0])} ${round(end[1])}`;
}

/** The ends of a link, from the foot of a source token to the head of a target token. */
function ends(source, target) {
  return { x1: source.x + source.w / 2, x2: target.x + target.w / 2, y1: source.y + source.h + 2, y2: target.y - 2 };
}

/** How a link between bands runs: down to height a, along to the gutter at x, along height b to its target. */
function detour(source, target, bands, gutters, lane) {
  const { x1, x2 } = ends(source, target);
  const shift = (lane % 5) * 3.5;
  const byLeft = x1 + x2 - 2 * gutters.left <= 2 * gutters.right - x1 - x2;
  const [leave, reach] = [bands[source.band], bands[target.band]];
  const height = (band) => band.gapTop + (band.gapBottom - band.gapTop) * 0.42 + shift;
  return { x: byLeft ? gutters.left - shift : gutters.right + shift, a: height(leave), b: height(reach) };
}

/**
 * The path of a link from the foot of a source token to the head of a target token.
 *
 * @param lane    0, 1, 2, …: links between bands keep apart by it
 * @param gutters {left: x, right: x} where links between bands may run
 */
export function linkPath(source, target, bands, gutters, lane = 0) {
  const { x1, x2, y1, y2 } = ends(source, target);
  if (source.band === target.band) {
    const middle = (y1 + y2) / 2;
    return `M${round(x1)} ${round(y1)}C${round(x1)} ${round(middle)} ${round(x2)} ${round(middle)} ${round(x2)} ${round(y2)}`;
  }
  const { x, a, b } = detour(source, target, bands, gutters, lane);
  return rounded([[x1, y1], [x1, a], [x, a], [x, b], [x2, b], [x2, y2]], 9);
}

/**
 * A point about the middle of a link. Glyphs number k of `count` all stand at one height, so that those of one
 * aligner make a line, and those of several on one link do not lie over each other.
 */
export function linkMiddle(source, target, bands, gutters, lane = 0, k = 0, count = 1) {
  const { x1, x2, y1, y2 } = ends(source, target);
  if (source.band !== target.band) {
    const { x, a } = detour(source, target, bands, gutters, lane);
    return [round(x1 + Math.sign(x - x1) * Math.min(Math.abs(x - x1), 11 + 11 * k)), round(a)];
  }
  const y = (y1 + y2) / 2 + (k - (count - 1) / 2) * Math.min(12, (y2 - y1) / (count + 1.5));
  const along = (t, a, b, c, d) => (1 - t) ** 3 * a + 3 * t * (1 - t) ** 2 * b + 3 * t ** 2 * (1 - t) * c + t ** 3 * d;
  const middle = (y1 + y2) / 2;
  let [low, high] = [0, 1]; // the curve goes down all the way: halve until its height is y
  for (let n = 0; n < 20; n++) {
    const t = (low + high) / 2;
    if (along(t, y1, middle, middle, y2) < y) low = t;
    else high = t;
  }
  return [round(along(low, x1, x1, x2, x2)), round(y)];
}

/** The index of the box nearest to a point, lines first; -1 where there are no boxes. */
export function nearest(boxes, x, y) {
  let best = -1;
  let least = Infinity;
  boxes.forEach((box, i) => {
    const down = y < box.y ? box.y - y : y > box.y + box.h ? y - box.y - box.h : 0;
    const across = x < box.x ? box.x - x : x > box.x + box.w ? x - box.x - box.w : 0;
    const far = down * 1000 + across;
    if (far < least) {
      least = far;
      best = i;
    }
  });
  return best;
}

/** The token of a line that is nearest to x; null where the line is empty. */
export function nearestInLine(boxes, [start, end], x) {
  if (end <= start) return null;
  return start + nearest(boxes.slice(start, end), x, boxes[start].y);
}

/** +1 where an arrow goes on in reading order, -1 where it goes back. */
export function stepOf(arrow, dir) {
  return (arrow === "ArrowRight") === (dir !== "rtl") ? 1 : -1;
}
