// The open case as colleagues change it: what it says of who has it, its buttons and its remarks are fetched anew, and
// nothing that a person has typed, unfolded or has the focus in is touched. Called by the inbox when its socket tells of
// a change of the case that is open; it is not how a person's own deeds are shown, which come as a whole pane.

import { now, was } from "./drafts.js";
import { exchange } from "./exchange.js";
import { freshen } from "./times.js";

const pane = () => document.getElementById("pane");
let fetching = false;
let again = false;

export async function renewCard() {
  again = true;
  if (fetching) return;
  fetching = true;
  while (again) {
    again = false;
    await look();
  }
  fetching = false;
}

async function look() {
  const here = pane();
  const card = here?.querySelector("[data-renew]");
  if (!card) return;
  try {
    const answer = await fetch(card.dataset.renew, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-renew]");
    // Whoever has gone on, or is about to, sees what that brings.
    if (fresh && pane() === here && card.isConnected && !here.dataset.busy) show(card, fresh);
  } catch {
    // The line is down: whatever comes after it is told by the socket.
  }
}

function show(card, fresh) {
  card.dataset.state = fresh.dataset.state;
  for (const part of [".facts", ".history"]) exchange(card.querySelector(part), fresh.querySelector(part));
  renewTools(card, fresh);
  renewAnswer(card.querySelector(".stop-answer"), fresh.querySelector(".stop-answer"));
  freshen(card);
  window.htmx?.process(card);
}

// A box that somebody is in stays until they leave it; what they send is refused with a reason, if it must be.
function renewTools(card, fresh) {
  const old = card.querySelector(".stop-tools");
  const wanted = fresh.querySelector(".stop-tools");
  if (!old || old.contains(document.activeElement) || old.querySelector("details[open]")) return;
  if (wanted && old.textContent === wanted.textContent) return;
  old.replaceChildren(...(wanted?.children ?? []));
}

function renewAnswer(old, fresh) {
  const form = old.querySelector("#answer");
  const wanted = fresh.querySelector("#answer");
  if (!form) {
    if (old.dataset.told !== fresh.dataset.told || wanted) old.replaceWith(fresh);
  } else if (wanted) {
    exchange(form.querySelector("#stand"), wanted.querySelector("#stand"));
    exchange(form.querySelector("#choices"), wanted.querySelector("#choices"));
  } else {
    retire(form, fresh);
  }
}

// It is settled: what stands where the buttons were says so, and words that were typed stay to be copied.
function retire(form, fresh) {
  const typed = [...form.querySelectorAll("[name^='field-'], #comment")].some((each) => now(each) !== was(each));
  const kept = document.createElement("p");
  kept.textContent = typed ? `${fresh.dataset.told} What you typed stays here until you leave the case.` : fresh.dataset.told;
  kept.className = "notice";
  kept.dataset.family = "decide";
  fresh.querySelector("h3").removeAttribute("id");
  form.querySelector("#stand").replaceChildren(kept, ...fresh.children);
  form.querySelector("#choices").replaceChildren();
}
