// Boxes that open over a page: small forms behind a word ("Keep this view", "Hand over"), questions and dialogs.
// Whoever opens one stands in its first field; Esc or a press beside it closes it. Keys ask here whether one is open.

const BOX = "details:has(> form)";
const FIELDS = "input:not([type=hidden]), select, textarea";

export const openBox = () => document.querySelector(`:popover-open, dialog[open], ${BOX}[open]`);

// Where a key means what is about to be opened, and nothing behind it.
export const isWord = (place) => Boolean(place.closest?.("summary")?.parentElement.matches(`${BOX}, #answer details`));

document.addEventListener("click", (event) => {
  const asked = event.target.closest?.("summary");
  for (const box of document.querySelectorAll(`${BOX}[open]`)) {
    if (!box.contains(event.target)) box.open = false;
  }
  if (!asked || !isWord(asked)) return;
  const box = asked.parentElement;
  box.addEventListener("toggle", () => box.open && box.querySelector(FIELDS)?.focus(), { once: true });
});

document.addEventListener("keydown", (event) => {
  const box = document.querySelector(`${BOX}[open]`);
  if (event.key !== "Escape" || event.isComposing || event.defaultPrevented || !box) return;
  if (document.querySelector(":popover-open, dialog[open]")) return;
  event.preventDefault();
  box.open = false;
  box.querySelector("summary").focus();
});
