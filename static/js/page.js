// What every page does: keep relative times current, submit filters when they change, and show how many cases wait.

import { keepTimes } from "./times.js";
import { watchInbox } from "./inbox.js";

document.documentElement.classList.add("scripted");
keepTimes(document);
for (const form of document.querySelectorAll("form[data-submits]")) {
  form.addEventListener("change", () => form.requestSubmit());
}
const badge = document.querySelector("[data-inbox-count]");
if (badge) watchInbox(badge);
