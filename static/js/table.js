// The rows of a file, as they go: the server renders what changes, about once a second while something does.

import { exchange } from "./exchange.js";
import { freshen } from "./times.js";

const PAUSE_MS = 1_000;
const WAIT_MS = 10_000;

const table = document.getElementById("table");

async function look() {
  if (!document.hidden) {
    try {
      const answer = await fetch(table.dataset.live + location.search, { headers: { Accept: "text/html" } });
      if (answer.ok && !answer.redirected) show(await answer.text());
    } catch {
      // The line is down: the next look tries again.
    }
  }
  setTimeout(look, table.querySelector("[data-goes-on]") ? PAUSE_MS : WAIT_MS);
}

function show(html) {
  const fresh = document.createElement("div");
  fresh.innerHTML = html;
  const here = document.activeElement?.id;
  exchange(table, fresh);
  freshen(table);
  if (here && document.activeElement?.id !== here) document.getElementById(here)?.focus();
}

setTimeout(look, PAUSE_MS);
