// The queue: one row a pair, its doubt as a bar, its verdict as a mark. Text only ever goes through
// textContent. The one message to Python is the position that was asked for.

const LABELS = { right: "right", "no-entity": "no entity" };

export default function ({ data, parentElement, setTriggerValue }) {
  const list = parentElement.querySelector(".queue");
  list.setAttribute("aria-label", data.title);

  const rows = data.items.map((item) => {
    const row = document.createElement("button");
    row.type = "button";
    row.className = "item" + (item.position === data.current ? " on" : "") + (item.done ? " done" : "");
    row.dataset.position = item.position;
    if (item.position === data.current) row.setAttribute("aria-current", "true");

    const doubt = document.createElement("span");
    doubt.className = "doubt";
    const fill = document.createElement("i");
    const known = typeof item.doubt === "number";
    fill.style.width = known ? Math.round(item.doubt * 100) + "%" : "0";
    doubt.append(fill);
    doubt.hidden = !known; // before the first run nothing is known, and an empty bar would say "no doubt"

    const text = document.createElement("em");
    text.textContent = item.text;
    text.dir = "auto";

    const mark = document.createElement("span");
    mark.className = "mark";
    mark.textContent = item.verdict ? "✓" : item.changed ? "✎" : "";

    const said = ["pair " + (item.position + 1)];
    if (known) said.push("doubt " + item.doubt.toFixed(2) + (item.why ? ": " + item.why : ""));
    if (item.verdict) said.push(LABELS[item.verdict] || item.verdict);
    if (item.changed) said.push("changed");
    row.title = item.text + "\n" + said.join(" · ");
    row.setAttribute("aria-label", said.join(", ") + ": " + item.text);

    row.append(doubt, text, mark);
    row.onclick = () => setTriggerValue("open", item.position);
    return row;
  });
  list.replaceChildren(...rows);

  // Up and down walk the list; Enter opens, as for any button.
  list.onkeydown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const at = rows.indexOf(event.target.closest(".item"));
    const next = rows[at + step];
    if (next) next.focus();
    event.preventDefault();
    event.stopPropagation();
  };

  const on = list.querySelector(".on");
  if (on && list.dataset.shown !== String(data.current)) {
    // Scroll inside the list alone: scrollIntoView would move the page under the reader's eyes.
    const top = on.offsetTop - list.offsetTop;
    if (top < list.scrollTop || top + on.offsetHeight > list.scrollTop + list.clientHeight)
      list.scrollTop = Math.max(0, top - list.clientHeight / 3);
    list.dataset.shown = data.current;
  }
}
