// What a reader sees of a token, a score or a key. Pure: no DOM, no state.

const INVISIBLE = /[\p{Z}\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/u;
const ONLY_INVISIBLE = /^[\p{Z}\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]*$/u;
const ONLY_MARKS = /^\p{M}+$/u;
const WITHOUT_SPACES = /^(zh|cmn|yue|lzh|ja|jpn|th|tha|lo|lao|km|khm|my|mya|bo|bod|dz|dzo)([-_]|$)/i;

export function codePoint(character) {
  return "U+" + character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
}

/** How to show a token: as it is, or a stand-in where nothing of it could be seen. */
export function glyphs(token) {
  if (ONLY_INVISIBLE.test(token)) {
    const points = [...token].map(codePoint);
    if (!points.length) return { text: "∅", stand: true };
    return { text: points.slice(0, 2).join(" ") + (points.length > 2 ? " …" : ""), stand: true };
  }
  if (ONLY_MARKS.test(token)) return { text: "◌" + token, stand: false };
  return { text: token, stand: false };
}

/** The characters of a token that nobody can see, by code point; empty for most tokens. */
export function hidden(token) {
  return [...token].filter((character) => INVISIBLE.test(character)).map(codePoint);
}

/** Tokens [start, end) as running text: spaced, or not where the script has no spaces. */
export function phrase(side, start, end) {
  const glue = WITHOUT_SPACES.test(side.lang || "") ? "" : " ";
  return side.tokens.slice(start, end).map((token) => glyphs(token).text).join(glue);
}

/** A score as a reader wants it: .86, 1, –.02. */
export function scoreText(score) {
  if (score === null || score === undefined || Number.isNaN(score)) return "–";
  const text = Math.abs(score).toFixed(2).replace(/^0/, "").replace(/^1\.00$/, "1");
  return (score < 0 && text !== ".00" ? "–" : "") + text;
}

/**
 * The key of an event, the same on every keyboard layout: a letter typed on an Arabic or Cyrillic layout counts
 * as the Latin letter on that key, a digit row that types signs (AZERTY) as its digits.
 */
export function keyOf(event) {
  const { key, code } = event;
  if (key.length !== 1) return key;
  const ascii = key.toLowerCase();
  if (/^[a-z0-9]$/.test(ascii)) return ascii;
  const letter = /^Key([A-Z])$/.exec(code || "");
  if (letter && key.codePointAt(0) > 127) return letter[1].toLowerCase();
  const digit = /^(?:Digit|Numpad)([0-9])$/.exec(code || "");
  if (digit && !event.shiftKey) return digit[1];
  return key;
}
