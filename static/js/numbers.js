// The numbers beside the inbox's views, kept true while the list below keeps still. Used by the inbox, for each change
// that its socket tells of; a busy inbox is not asked more often than people can read.

import { exchange } from "./exchange.js";

const SOON_MS = 300;
const PAUSE_MS = 5_000;
let waiting = 0;
let last = -Infinity;

export function renewNumbers() {
  if (waiting || document.hidden) return;
  waiting = setTimeout(look, Math.max(SOON_MS, last + PAUSE_MS - performance.now()));
}

async function look() {
  waiting = 0;
  last = performance.now();
  const views = document.getElementById("views");
  if (!views?.dataset.renew) return;
  try {
    const answer = await fetch(views.dataset.renew, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("views");
    if (fresh) exchange(views, fresh);
  } catch {
    // The line is down: the next change has them asked for again.
  }
}

document.addEventListener("visibilitychange", renewNumbers);
