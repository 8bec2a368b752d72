// What every page does: keep relative times current, submit filters when they change, offer what
// needs a number of rows once these are ticked, and show how many cases wait.

import { keepTimes } from "./times.js";
import { watchInbox } from "./inbox.js";
import "./boxes.js";
import "./told.js";

document.documentElement.classList.add("scripted");
keepTimes(document);
for (const form of document.querySelectorAll("form[data-submits]")) {
  form.addEventListener("change", () => form.requestSubmit());
}
for (const form of document.querySelectorAll("form[data-chooses]")) {
  const button = form.querySelector("button");
  const why = form.querySelector("[data-why]");
  const needed = why?.textContent;
  const offer = () => {
    const chosen = [...form.elements].filter((each) => each.checked);
    const alike = new Set(chosen.map((each) => each.dataset.of)).size < 2;
    button.disabled = chosen.length !== Number(form.dataset.chooses) || !alike;
    if (!why) return;
    why.hidden = !button.disabled;
    why.textContent = alike ? needed : why.dataset.other;
  };
  for (const box of form.elements) box.addEventListener("change", offer);
  // Whoever comes back finds the boxes as they left them.
  addEventListener("pageshow", offer);
  offer();
}
const badge = document.querySelector("[data-inbox-count]");
if (badge) watchInbox(badge);
