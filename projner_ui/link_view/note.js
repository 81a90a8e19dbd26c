// The note on a pair. The view is the LinkView of view.js.

export function openNote(view) {
  view.parts.pop.hidden = true;
  view.noteText.hidden = false;
  view.noteShown.hidden = true;
  view.noteText.value = view.outbox.shown.note;
  view.noteText.focus();
}

export function closeNote(view, save) {
  if (view.noteText.hidden) return;
  const text = view.noteText.value.trim();
  const had = view.root.getRootNode().activeElement === view.noteText;
  view.noteText.hidden = true;
  if (save && text !== view.outbox.shown.note) view.edit({ op: "note", now: text }, "note kept");
  else view.draw();
  if (had) view.focusToken();
}
