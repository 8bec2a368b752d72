// One run, live. The socket says what happened; the server renders what it means, and only what differs is exchanged.

import { follow, litBy } from "./socket.js";
import { exchange } from "./exchange.js";
import { freshen } from "./times.js";
import { drawingOf } from "./drawing.js";
import { findIn } from "./find.js";

const REST_MS = 200;
const STAGGER_MS = 70;

const run = document.getElementById("run");
let seq = Number(run.dataset.seq);
let touched = new Set();
let asking = false;
let again = false;
const drawing = drawingOf(run);
const finding = findIn(run, document.getElementById("find"));

function told(message) {
  if (message.type === "event") {
    if (message.event.seq <= seq) return;
    seq = message.event.seq;
    if (message.event.node) touched.add(`step-${message.event.node}-${message.event.visit}`);
  }
  refresh();
}

// Many events come at once: one request at a time, and one more when something came meanwhile.
async function refresh() {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  const fresh = touched;
  touched = new Set();
  try {
    const answer = await fetch(run.dataset.trace + location.search, { headers: { Accept: "text/html" } });
    if (answer.ok && !answer.redirected) show(await answer.text(), fresh);
  } catch {
    again = true; // The line is down: the socket comes back, and the next message asks again.
  }
  setTimeout(() => {
    asking = false;
    if (again) {
      again = false;
      refresh();
    }
  }, REST_MS);
}

function show(html, fresh) {
  exchange(run, new DOMParser().parseFromString(html, "text/html").body);
  freshen(run);
  drawing.update();
  finding.again();
  offer(document.getElementById("banner").dataset.status);
  let place = 0;
  for (const id of fresh) {
    const step = document.getElementById(id);
    if (step) kindle(step, place++ * STAGGER_MS);
  }
}

// The buttons stand outside what is exchanged: what can be done with the run follows what has become of it.
function offer(status) {
  for (const part of document.querySelectorAll("[data-when]")) part.hidden = !part.dataset.when.split(" ").includes(status);
}

// A step lights up when something happened to it, one after the other, so that an eye can follow.
function kindle(step, after) {
  setTimeout(() => {
    step.classList.add("is-fresh");
    setTimeout(() => step.classList.remove("is-fresh"), 900);
  }, after);
}

// A link of the drawing leads to a step of the list, which opens.
function unfold() {
  const step = location.hash.startsWith("#step-") && document.getElementById(location.hash.slice(1));
  const fold = step && step.closest("#ahead");
  if (fold) fold.open = true;
  const own = step && step.querySelector("details");
  if (own) own.open = true;
  if (step) step.scrollIntoView({ block: "center" });
}

addEventListener("hashchange", unfold);
unfold();

// An answer that may still be taken back is no entry of the journal yet; whoever may see its case hears of it here.
document.addEventListener("inbox", ({ detail }) => {
  if (detail.case?.run === run.dataset.run) refresh();
});

if (!run.dataset.ended) follow(() => `${run.dataset.socket}?after=${seq}`, told, litBy(document.querySelector("#main [data-live]")));
