// Sorting by dragging a handle with a pointer: entries of a list, rows of a table. The buttons and keys beside it do the
// same, so it is no more than a shortcut.

import { dragged, type Operation } from "./events.ts";

export function startDrag(event: PointerEvent, moved: (operation: Operation) => void): void {
  const handle = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-drag]") : null;
  const entry = handle?.closest<HTMLElement>("[data-entry]");
  if (!handle || !entry || event.button !== 0) return;
  event.preventDefault();
  handle.setPointerCapture(event.pointerId);
  const entries = [...(entry.parentElement?.querySelectorAll<HTMLElement>(":scope > [data-entry]") ?? [])];
  const from = entries.indexOf(entry);
  let to = from;
  entry.dataset["dragged"] = "";
  const over = (move: PointerEvent): void => {
    to = placeOf(entries, move.clientY);
    for (const [index, each] of entries.entries()) {
      if (index === to && to !== from) each.dataset["drop"] = to < from ? "before" : "after";
      else delete each.dataset["drop"];
    }
  };
  const stop = (): void => {
    delete entry.dataset["dragged"];
    for (const each of entries) delete each.dataset["drop"];
    listening.abort();
  };
  const listening = new AbortController();
  const { signal } = listening;
  handle.addEventListener("pointermove", over, { signal });
  handle.addEventListener("pointercancel", stop, { signal });
  handle.addEventListener("pointerup", () => {
    stop();
    if (to !== from) moved(dragged(entry.dataset["entry"] ?? "", to - from));
  }, { signal });
}

// The entry that a height lies in; above the first and below the last count as these.
function placeOf(entries: readonly HTMLElement[], y: number): number {
  const below = entries.findIndex((each) => y < each.getBoundingClientRect().bottom);
  return below < 0 ? entries.length - 1 : below;
}
