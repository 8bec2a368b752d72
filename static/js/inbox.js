// How many cases wait for this person, beside the word in the top bar; pages that list cases hear of each change.

import { follow, litBy } from "./socket.js";
import { hush } from "./told.js";

export function watchInbox(badge) {
  const light = document.querySelector("[data-inbox-live]");
  const shine = light && litBy(light);
  follow(
    () => "/ws/inbox/",
    (message) => {
      if (message.type === "counts") {
        badge.textContent = String(message.counts.open);
        badge.hidden = message.counts.open === 0;
        badge.setAttribute("aria-label", `${message.counts.open} open`);
        badge.setAttribute("role", "img");
      } else {
        document.dispatchEvent(new CustomEvent("inbox", { detail: message }));
      }
    },
    (how, reason) => {
      if (how === "on") hush("line");
      if (!light) return;
      light.hidden = how === "on";
      shine(how, reason);
    },
  );
}
