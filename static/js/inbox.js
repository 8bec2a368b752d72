// How many cases wait for this person, beside the word in the top bar; a list of cases says that it has grown old.

import { follow } from "./socket.js";

export function watchInbox(badge, note) {
  let changes = 0;
  follow(
    () => "/ws/inbox/",
    (message) => {
      if (message.type === "counts") {
        badge.textContent = String(message.counts.open);
        badge.hidden = message.counts.open === 0;
        badge.setAttribute("aria-label", `${message.counts.open} open`);
        badge.setAttribute("role", "img");
      } else if (note) {
        changes += 1;
        note.hidden = false;
        note.replaceChildren(`${changes} ${changes === 1 ? "case has" : "cases have"} changed. `, reload());
      }
    },
  );
}

function reload() {
  const link = document.createElement("a");
  link.href = location.href;
  link.textContent = "Show them";
  return link;
}
