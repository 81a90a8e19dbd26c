// The drawn pair as a file of its own, for a paper: SVG with text as text, or the same as PNG.
//
// What is drawn is read off the page into a tree of plain objects {tag, attributes, children, text}; the tree becomes
// a document by createElementNS and setAttribute alone, so that no word of a corpus can become markup.
import { el, set } from "./draw.js";
import { rgba } from "./skeleton.js";

const SCALE = 3; // pixels of the PNG for one on the screen
const MOST_PIXELS = 1.2e8; // a browser's canvas ends not far above
const MOST_ALONG = 16000;
const MARGIN = 16;
const OUTSIDE = 24; // what links between bands take beside the lines
const XML = "http://www.w3.org/XML/1998/namespace";
const NAMESPACE = "http://www.w3.org/2000/svg";

/** Text that XML can hold: control characters, half characters and non-characters become U+FFFD. */
export function xmlText(text) {
  const whole = String(text).replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, "\uFFFD");
  return Array.from(whole, (point) => (/^[\uD800-\uDFFF]$/.test(point) ? "\uFFFD" : point)).join("");
}

/** A file name that every system takes. */
export function fileName(stem, ending) {
  const safe = xmlText(stem).replace(/[\\/:*?"<>|\uFFFD\s]+/g, "-").replace(/^[.-]+|[.-]+$/g, "");
  return `${Array.from(safe).slice(0, 100).join("") || "pair"}.${ending}`;
}

const node = (tag, attributes, children = [], text = null) => ({ tag, attributes, children, text });

/** A word or a label: `fit` is the width that it must not pass, or null. */
export function textNode({ text, x, y, anchor, size, weight, family, fill, opacity, lang, dir, fit }) {
  const attributes = { x, y, "text-anchor": anchor, "font-size": size, "font-weight": weight, "font-family": family, fill };
  if (opacity < 1) attributes["fill-opacity"] = opacity;
  if (lang) attributes["xml:lang"] = lang;
  if (dir === "rtl") Object.assign(attributes, { direction: "rtl", "unicode-bidi": "isolate" });
  if (fit) Object.assign(attributes, { textLength: fit, lengthAdjust: "spacingAndGlyphs" });
  return node("text", attributes, [], text);
}

/** The whole figure from what was read: {width, height, ground, title, marks, words}; marks are trees, words texts. */
export function figureTree({ width, height, ground, title, marks, words }) {
  const [w, h] = [Math.ceil(width + 2 * MARGIN), Math.ceil(height + 2 * MARGIN)];
  const size = { width: w, height: h, viewBox: `0 0 ${w} ${h}`, role: "img", "xml:space": "preserve" };
  return node("svg", size, [
    node("title", {}, [], title),
    node("rect", { width: w, height: h, fill: ground }),
    node("g", { transform: `translate(${MARGIN} ${MARGIN})` }, [...marks, ...words.map(textNode)]),
  ]);
}

/** The tree as elements. */
function build(tree) {
  const made = document.createElementNS(NAMESPACE, tree.tag);
  for (const [name, value] of Object.entries(tree.attributes)) {
    if (name.startsWith("xml:")) made.setAttributeNS(XML, name, xmlText(value));
    else made.setAttribute(name, xmlText(value));
  }
  if (tree.text !== null) made.textContent = xmlText(tree.text);
  made.append(...tree.children.map(build));
  return made;
}

const round2 = (value) => Math.round(value * 100) / 100;

/** A colour as it is drawn: [#rrggbb, opacity]. */
function solid(root, colour) {
  const [r, g, b, a] = rgba(root, colour);
  return [`#${[r, g, b].map((part) => part.toString(16).padStart(2, "0")).join("")}`, round2(a / 255)];
}

/** Read the drawing of a view (the LinkView of view.js), with nothing lit and nothing pointed at. */
function readStage(view) {
  const { root, parts, data, layout } = view;
  const origin = parts.stage.getBoundingClientRect();
  const box = (element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return { x: round2(left - origin.left), y: round2(top - origin.top), w: round2(width), h: round2(height) };
  };
  const marks = [];
  const words = [];
  const read = (element) => readShape(root, element);
  const write = (element, rest) => words.push(readText(root, element, box(element), rest));
  marks.push(...[...parts.shade.children].map(read));
  for (const ribbon of parts.under.querySelectorAll(".lv-rib")) marks.push(...readRibbon(root, ribbon, box(ribbon)));
  marks.push(...[...parts.links.children].filter((line) => !line.matches(".lv-hit, .lv-cross, .lv-preview")).map(read));
  for (const bar of parts.over.querySelectorAll(".lv-bar")) marks.push(...readRibbon(root, bar, box(bar)));
  for (const side of ["source", "target"]) {
    if (!data[side]) continue;
    const { lang, dir } = data[side];
    for (const token of view.elements[side]) write(token, { anchor: "middle", lang, dir });
  }
  for (const text of root.querySelectorAll(".lv-tag, .lv-bar, .lv-name, .lv-layer span")) {
    if (text.textContent) write(text, { anchor: getComputedStyle(text).direction === "rtl" ? "end" : "start" });
  }
  const { left, room } = layout.frame;
  const drawing = Math.min(layout.width, left + room + (layout.bands.length > 1 ? OUTSIDE : 0));
  const legend = readLegend(view, layout.height + 12, read, marks, words);
  const ground = root.dataset.theme === "dark" ? solid(root, "var(--lv-card)")[0] : "#ffffff";
  const width = Math.max(drawing, legend.width);
  return { width, height: layout.height + legend.height, ground, title: String(data.downloads), marks, words };
}

/** A line, a band or a glyph with the looks that the page gives it. */
function readShape(root, element) {
  const style = getComputedStyle(element);
  const attributes = {};
  for (const name of ["d", "transform"]) if (element.hasAttribute(name)) attributes[name] = element.getAttribute(name);
  if (Number(style.opacity) < 1) attributes.opacity = round2(Number(style.opacity));
  if (element.tagName === "g") return node("g", attributes, [...element.children].map((child) => readShape(root, child)));
  for (const name of ["fill", "stroke"]) {
    const [colour, opacity] = style[name] === "none" ? ["none", 1] : solid(root, style[name]);
    attributes[name] = colour;
    if (opacity < 1) attributes[`${name}-opacity`] = opacity;
  }
  if (attributes.stroke !== "none") {
    attributes["stroke-width"] = round2(parseFloat(style.strokeWidth));
    attributes["stroke-linecap"] = style.strokeLinecap;
    if (style.strokeDasharray !== "none") attributes["stroke-dasharray"] = style.strokeDasharray.replace(/px/g, "");
    if (style.paintOrder.startsWith("stroke")) attributes["paint-order"] = "stroke";
  }
  return node("path", attributes);
}

/** The ground of a span: a rounded box with a thick edge where the span begins; an outline where it was lost. */
function readRibbon(root, element, { x, y, w, h }) {
  const style = getComputedStyle(element);
  const [edge] = solid(root, style.getPropertyValue("--c"));
  const box = { x, y, width: w, height: h, rx: 5 };
  if (element.matches(".lost")) return [node("rect", { ...box, fill: "none", stroke: edge, "stroke-width": 1.5, "stroke-dasharray": "4 3" })];
  const [fill, opacity] = solid(root, style.backgroundColor);
  const found = [node("rect", { ...box, fill, "fill-opacity": opacity })];
  if (element.matches(".differs")) Object.assign(found[0].attributes, { stroke: edge, "stroke-width": 1.5 });
  const start = style.direction === "rtl" ? x + w - 3 : x;
  if (element.matches(".lv-rib.first")) found.push(node("rect", { x: start, y, width: 3, height: h, rx: 1.5, fill: edge }));
  return found;
}

/** What an element says, where it stands. */
function readText(root, element, { x, y, w, h }, { anchor, lang, dir }) {
  const style = getComputedStyle(element);
  const size = parseFloat(style.fontSize);
  const inset = parseFloat(style.paddingLeft) || 0;
  const [fill, opacity] = solid(root, style.color);
  const cut = element.scrollWidth > element.clientWidth + 1;
  return {
    text: element.textContent, anchor, size, fill, opacity, lang, dir,
    x: round2(anchor === "middle" ? x + w / 2 : anchor === "end" ? x + w - inset : x + inset),
    y: round2(y + h / 2 + size * 0.36), // the letters stand about the middle of their box
    weight: style.fontWeight, family: style.fontFamily.replace(/"/g, "'"),
    fit: cut && w > 2 * inset ? round2(w - 2 * inset) : null,
  };
}

/** The line that names what is drawn, under the drawing and wrapped as wide as the view; returns its size. */
function readLegend(view, top, read, marks, words) {
  const shown = [...view.legend.children].filter((item) => item.getAttribute("aria-pressed") !== "false");
  let [x, y, most] = [0, top, 0];
  for (const item of view.legend.hidden ? [] : shown) {
    const [lines, name] = [item.querySelector("svg"), item.querySelector("span")];
    const width = 40 + Math.max(name.getBoundingClientRect().width, name.scrollWidth); // a paper has room for it
    if (x && x + width > view.layout.width) [x, y] = [0, y + 20];
    marks.push(node("g", { transform: `translate(${round2(x)} ${y + 3})` }, [...lines.children].map(read)));
    const said = readText(view.root, name, { x: x + 40, y, w: width - 40, h: 20 }, { anchor: "start", dir: "ltr" });
    words.push({ ...said, fit: null });
    most = Math.max(most, x + width);
    x += width + 16;
  }
  return { width: most, height: x ? y + 20 - top + 12 : 0 };
}

/** The drawing as an <svg> element that stands on its own. */
export function figure(view) {
  const { root, parts } = view;
  const lit = parts.stage.classList.contains("lit");
  root.classList.add("still"); // no transition half-way, nothing faded
  parts.stage.classList.remove("lit");
  try {
    return build(figureTree(readStage(view)));
  } finally {
    parts.stage.classList.toggle("lit", lit);
    root.classList.remove("still");
  }
}

function save(view, blob, ending) {
  const link = set(el("a"), { href: URL.createObjectURL(blob), download: fileName(view.data.downloads, ending) });
  link.hidden = true;
  view.downloads.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 30000);
}

const svgBlob = (view) => new Blob([new XMLSerializer().serializeToString(figure(view))], { type: "image/svg+xml" });

/** The figure as pixels: three for one on the screen, fewer where the browser could not hold them. */
async function pngBlob(view) {
  const picture = new Image();
  const address = URL.createObjectURL(svgBlob(view));
  try {
    picture.src = address;
    await picture.decode();
  } finally {
    URL.revokeObjectURL(address);
  }
  const { width, height } = picture;
  const scale = Math.min(SCALE, MOST_ALONG / Math.max(width, height), Math.sqrt(MOST_PIXELS / (width * height)));
  const canvas = set(el("canvas"), { width: Math.round(width * scale), height: Math.round(height * scale) });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

/** The two buttons, where the page names the file. */
export function drawDownloads(view) {
  const { downloads, data } = view;
  downloads.hidden = !data.downloads;
  if (downloads.hidden || downloads.children.length) return;
  const add = (name, blob) => {
    const button = set(el("button", "lv-download", name), { type: "button", "aria-label": `Download as ${name}` });
    button.title = `This drawing as ${name}, for a paper or a slide`;
    button.onclick = async () => {
      const made = await Promise.resolve(view).then(blob).catch(() => null);
      button.textContent = made ? name : `${name}: this browser can't make it`;
      if (made) save(view, made, name.toLowerCase());
      else view.say(button.textContent);
    };
    downloads.append(button);
  };
  add("SVG", svgBlob);
  add("PNG", pngBlob);
}
