// The inbox by keyboard, and live: rows keep their place while the pane beside them changes, and what is new is announced.
// htmx exchanges the pane; this file says which row is open, what was answered, and what each key does.

import { isWord, openBox } from "./boxes.js";
import { renewCard } from "./card.js";
import { forget, keep } from "./drafts.js";
import { bringBack, watchEdits } from "./edits.js";
import "./mentions.js";
import { renewNumbers } from "./numbers.js";
import "./several.js";
import { freshen } from "./times.js";
import { hush, tell } from "./told.js";
import { countDown } from "./undo.js";

const TYPING = "input:not([type=checkbox]), textarea, select";
const list = document.querySelector(".desk-list");
const desk = document.querySelector(".desk");
const opened = new Set();
let before = document.getElementById("pane")?.dataset.case ?? "";

const pane = () => document.getElementById("pane");
const links = () => [...document.querySelectorAll("#rows .row:not(.is-done) .row-title")];
const row = (id) => document.getElementById(`row-${id}`);

// The pane says which case it shows and which was answered just now; the rows follow.
function settle(ctx) {
  const shown = pane()?.dataset.case ?? "";
  point(shown);
  const done = pane()?.dataset.answered;
  if (done) mark(done, "answered");
  const state = pane()?.querySelector("[data-renew]")?.dataset.state;
  if (state === "open" && row(shown)?.classList.contains("is-done")) unmark(shown);
  else if (state && state !== "open") mark(shown, "settled");
  reveal(row(shown));
  if (shown !== before) scrollTo({ top: 0 });
  else showRefusal();
  if (done || shown !== before || ctx?.request?.form?.matches("[data-undo]")) stand();
  before = shown;
  freshen(document);
  watchEdits();
  if (done) forget(done);
  const sent = ctx?.request?.form;
  if (sent?.matches(".remark-form") && ctx.response.status < 400) forget(shown, "text");
  bringBack();
  countDown();
}

// Whoever was refused stands where there is something to do: in the field that is wrong, else at what was said.
function showRefusal() {
  const told = pane()?.querySelector(":is(#answer, .remark-form) [role=alert]:not([hidden])");
  if (!told) return;
  const field = told.closest("form").querySelector("[aria-invalid=true]") ?? told;
  field.focus({ preventScroll: true });
  (field.closest(".field") ?? told).scrollIntoView({ block: "nearest" });
}

// Whoever stood in what is gone now, or nowhere, goes on at the question of the case that came instead.
function stand() {
  const lost = !document.activeElement || document.activeElement === document.body;
  if (lost) (pane()?.querySelector(".question") ?? pane())?.focus({ preventScroll: true });
}

// Only the list is moved: the browser would move the page with it, away from its head.
function reveal(found) {
  if (!found || !list) return;
  const frame = list.getBoundingClientRect();
  const { top, bottom } = found.getBoundingClientRect();
  const end = Math.min(frame.bottom, innerHeight);
  if (top < frame.top) list.scrollTop -= frame.top - top;
  else if (bottom > end) list.scrollTop += bottom - end;
}

function point(id) {
  for (const link of document.querySelectorAll("#rows .row-title")) {
    if (link.closest(".row").dataset.case === id) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

function mark(id, word) {
  const found = row(id);
  if (!found || (found.classList.contains("is-done") && word !== "answered")) return;
  found.classList.add("is-done");
  const told = found.querySelector(".row-done");
  told.textContent = word;
  told.hidden = false;
}

function unmark(id) {
  const found = row(id);
  found.classList.remove("is-done");
  found.querySelector(".row-done").hidden = true;
}

// What the socket tells: a row is never moved or taken away under somebody's pointer.
function inboxTold(message) {
  const note = document.querySelector("[data-inbox-changed]");
  renewNumbers();
  if (message.type === "list" || message.case.id === pane()?.dataset.case) renewCard();
  if (message.type === "list") return announce(note, "Much has changed. ");
  if (message.change === "closed") mark(message.case.id, "settled");
  if (message.change === "changed") {
    const found = row(message.case.id);
    if (found) tellWho(found, message.case.assignee);
  }
  if (message.change !== "opened") return;
  if (row(message.case.id)) {
    unmark(message.case.id); // Somebody took an answer back.
    return;
  }
  opened.add(message.case.id);
  announce(note, `${opened.size} new. `);
}

// A remark is a change, too: a row that named nobody goes on doing so until somebody has the case.
function tellWho(found, name) {
  let who = found.querySelector(".row-who");
  if (!who && !name) return;
  if (!who) {
    who = document.createElement("span");
    who.className = "row-who";
    found.querySelector(".row-note").append(who);
  }
  who.textContent = name ? `with ${name}` : "free again";
}

function announce(note, words) {
  const link = document.createElement("a");
  link.href = location.href;
  link.textContent = "Show";
  note.hidden = false;
  note.replaceChildren(words, link);
}

function step(by) {
  if (isWord(document.activeElement)) document.activeElement.blur();
  const all = links();
  const here = all.findIndex((link) => link.getAttribute("aria-current"));
  const next = all[here < 0 ? 0 : Math.min(Math.max(here + by, 0), all.length - 1)];
  if (!next || next.getAttribute("aria-current")) return;
  point(next.closest(".row").dataset.case); // At once: whoever presses twice goes two cases on.
  next.click();
}

// A key means the case that is seen: none is heard while another one, or what becomes of an answer, is on its way.
function settled() {
  const pointed = document.querySelector('#rows .row-title[aria-current="true"]')?.closest(".row").dataset.case;
  return !pane()?.dataset.busy && (!pointed || pointed === (pane()?.dataset.case ?? ""));
}

function choose(number) {
  const button = pane()?.querySelector(`[data-key="${number}"]`);
  if (!button || button.disabled) return;
  if (unfolded(button)) return;
  const comment = pane().querySelector("#comment");
  if ("comment" in button.dataset && !comment.value.trim()) {
    comment.setAttribute("aria-invalid", "true");
    pane().querySelector("#comment-error").hidden = false;
    comment.dataset.asked = button.dataset.key;
    comment.focus();
    return;
  }
  button.click();
}

// Who skips a step is asked first for what it would have given, and then for a comment.
function unfolded(button) {
  const folded = button.value === "skip" && pane().querySelector("#answer details:not([open]):has(#field-value)");
  if (!folded) return false;
  folded.open = true;
  folded.querySelector("#field-value").focus();
  return true;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("#answer [data-key]");
  if (button && pane()?.contains(button) && unfolded(button)) event.preventDefault();
});

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  c: () => pane()?.querySelector("[data-claim] button")?.click(),
  e: () => pane()?.querySelector("#answer [name^='field-'], #answer textarea")?.focus(),
  m: () => pane()?.querySelector("#remark")?.focus(),
  z: () => (pane()?.querySelector("[data-undo] button") ?? document.querySelector(".several-undo button"))?.click(),
  x: () => document.querySelector('#rows .row-title[aria-current="true"]')?.closest(".row").querySelector(".row-choose")?.click(),
  "/": () => document.getElementById("f-q")?.focus(),
  "?": () => document.getElementById("keys").togglePopover(),
};

// Who speaks to the machine, or leans on keys by chance, can switch the single keys off.
const OFF = "keys-off";
const keysOn = document.getElementById("keys-on");
if (keysOn) {
  keysOn.checked = !localStorage.getItem(OFF);
  keysOn.addEventListener("change", () => (keysOn.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
}

// A key that is meant for a box, or for the word that opens one, decides nothing behind it.
function rests(event, answers) {
  const box = openBox();
  if (box ? event.key === "?" && box.id === "keys" : !isWord(event.target) || !(answers || "czx".includes(event.key))) return false;
  if (answers) tell(box ? "Nothing was answered: a box is open. Esc closes it." : "Nothing was answered: the keys mean the word that has the focus. Esc leaves it.", { about: "keys" });
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") hush("keys");
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest?.(TYPING) || event.target.isContentEditable || (event.key === "Escape" && isWord(event.target))) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const answers = /^[1-9]$/.test(event.key);
  const deed = answers ? () => choose(event.key) : KEYS[event.key];
  if (!keysOn?.checked || !deed || rests(event, answers)) return;
  if (!"jk?".includes(event.key) && (event.repeat || !settled())) return;
  event.preventDefault();
  hush("keys");
  deed();
});

// One answer at a time: a second press or click finds the first on its way.
document.addEventListener(
  "submit",
  (event) => {
    if (!pane()?.contains(event.target)) return;
    if (pane().dataset.busy) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    pane().dataset.busy = "1";
  },
  true,
);
// What did not come leaves the case that is seen as the one that is meant, and everything can be tried again.
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const { aborted, reason } = ctx.request.signal;
  if (ctx.status === "swapped" || (aborted && reason !== "timeout")) return;
  if (pane()?.contains(ctx.request.form)) delete pane().dataset.busy;
  if (ctx.sourceElement.matches?.("#rows .row-title")) point(pane()?.dataset.case ?? "");
});
document.addEventListener("input", (event) => {
  if (pane()?.contains(event.target)) keep(pane());
});

// A page that has no pane (signed out, gone, refused) is shown whole.
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  if (typeof ctx?.text === "string" && ctx.select === "#pane" && !ctx.text.includes('id="pane"')) {
    event.preventDefault();
    location.assign(ctx.response?.raw?.url ?? location.href);
  }
});
document.addEventListener("htmx:after:swap", ({ detail }) => settle(detail.ctx));
document.addEventListener("htmx:before:history:restore", (event) => {
  event.preventDefault();
  location.reload();
});
document.addEventListener("inbox", (event) => inboxTold(event.detail));
if (list && desk) settle();
