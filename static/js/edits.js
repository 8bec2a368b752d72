// The form of the open case while somebody writes in it: what was begun before comes back, and a value that was changed
// says what it was. Called by the inbox whenever another case, or the same one anew, stands in the pane.

import { forget, keep, now, restore, was } from "./drafts.js";

const pane = () => document.getElementById("pane");

// What was begun to be written here before, with a quiet word and a way to do without it.
export function bringBack() {
  if (!pane()?.querySelector("#answer, #remark")) return;
  const back = restore(pane());
  keep(pane());
  if (!back) return;
  const note = document.createElement("p");
  note.className = "draft-note";
  note.role = "status";
  const afresh = document.createElement("button");
  afresh.className = "button quiet";
  afresh.type = "button";
  afresh.textContent = "Start afresh";
  afresh.addEventListener("click", () => {
    forget(pane().dataset.case);
    for (const form of pane().querySelectorAll("#answer, .remark-form")) form.reset();
    for (const field of pane().querySelectorAll("#answer [data-was]")) field.dispatchEvent(new Event("input", { bubbles: true }));
    note.remove();
    pane().focus({ preventScroll: true });
  });
  note.append("What you wrote here before is back. ", afresh);
  (pane().querySelector("#answer") ?? pane().querySelector(".remark-form")).prepend(note);
}

// What the case had: after a refusal there stands in the field what was refused.
function original(field) {
  const said = field.closest(".field").dataset.original;
  if (said === undefined) return was(field);
  return field.type === "checkbox" ? String(said === "on") : said.replaceAll("\r\n", "\n");
}

// A value that was changed says what it was before, beside the field.
export function watchEdits() {
  for (const field of pane()?.querySelectorAll("#answer [name^='field-']:not([data-was])") ?? []) {
    const before = original(field);
    const refused = was(field);
    field.dataset.was = before;
    const note = document.createElement("p");
    note.className = "was";
    note.hidden = true;
    field.closest(".field").append(note);
    const error = field.closest(".field").querySelector(".error");
    const told = () => {
      note.hidden = now(field) === before;
      const old = document.createElement("del");
      old.textContent = before || "empty";
      note.replaceChildren("Changed. It was: ", old);
      if (!error) return;
      // What was wrong with one value says nothing of another.
      error.hidden = now(field) !== refused;
      if (error.hidden) field.removeAttribute("aria-invalid");
      else field.setAttribute("aria-invalid", "true");
    };
    field.addEventListener("input", told);
    if (now(field) !== before) told();
  }
}
