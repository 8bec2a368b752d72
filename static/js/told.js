// What did not get through to the server, said in one place and calmly: the line is down, the server stumbled, or
// whoever sat here was signed out. Hears of every request that htmx makes on any page; other scripts `tell` and `hush`.
// What the server itself answers (a refusal beside a field) is no matter of this file.

import { person } from "./drafts.js";

const LATER = "told-later";
const region = document.getElementById("told");
let topic = "";
let leaving = false;

// `about` is what it is told about: `hush` of that takes it away. What is grave is heard at once by who cannot see it.
export function tell(words, { about = "", grave = false, signIn = false } = {}) {
  if (!region || region.querySelector("[data-words]")?.textContent === words) return;
  const note = document.getElementById("told-note").content.cloneNode(true);
  note.querySelector("[data-words]").textContent = words;
  const link = note.querySelector("a");
  if (signIn) link.href = `${region.dataset.signIn}?next=${encodeURIComponent(location.pathname + location.search)}`;
  else link.remove();
  region.setAttribute("role", grave ? "alert" : "status");
  region.replaceChildren(note);
  topic = about;
}

export function hush(about = topic) {
  if (about === topic) region?.replaceChildren();
}

region?.addEventListener("click", (event) => {
  if (event.target.closest("button")) hush();
});

// What was to be sent says what has become of it, and what to press once more.
function unsent(ctx, why) {
  const form = ctx.request.form;
  const button = ctx.request.submitter?.querySelector("span")?.textContent.trim();
  if (!form?.dataset.sends) return `${why} Try again in a moment.`;
  return `${why} ${form.dataset.sends} is still here; ${button ? `press “${button}” again` : "send it again"}.`;
}

const reads = (ctx) => ctx.request.method === "GET";

function notReached(ctx) {
  if (reads(ctx)) return tell("Interlock cannot be reached just now. You still see what was here before.", { about: "line" });
  const late = ctx.request.signal?.reason === "timeout";
  const why = late ? "Interlock did not answer in time. Sent twice, it still counts once." : "Not sent: Interlock cannot be reached.";
  tell(unsent(ctx, why), { about: "unsent", grave: true });
}

function stumbled(ctx) {
  if (reads(ctx)) tell("Interlock could not show this just now. You still see what was here before; try again in a moment.", { about: "line" });
  else tell(unsent(ctx, "Interlock could not take this just now."), { about: "unsent", grave: true });
}

function signedOut(ctx) {
  const rest = reads(ctx) ? "" : " Nothing was sent.";
  const words = !reads(ctx) && ctx.request.form?.dataset.sends ? " What you wrote is here again once you have signed in." : "";
  tell(`You were signed out meanwhile.${rest}${words}`, { about: "signed-out", grave: true, signIn: true });
}

// A page from before somebody signed in sends nothing any more (`runtime.views.out_of_date`), and then says so.
function openAnew() {
  sessionStorage.setItem(LATER, person);
  location.reload();
}

// Leaving a page ends its requests too, and is nothing to speak of.
addEventListener("pagehide", () => (leaving = true));
addEventListener("pageshow", () => (leaving = false));
document.addEventListener("htmx:error", ({ detail }) => {
  if (detail.ctx?.request && !leaving) notReached(detail.ctx);
});
document.addEventListener("htmx:before:response", (event) => {
  const { ctx } = event.detail;
  const { raw, status } = ctx.response;
  const asks = raw.redirected && new URL(raw.url).pathname === region?.dataset.signIn;
  const isOlder = raw.headers.get("Interlock-Problem") === "csrf_failed";
  if (status < 500 && !asks && !isOlder) return hush();
  event.preventDefault();
  if (isOlder) openAnew();
  else if (asks) signedOut(ctx);
  else stumbled(ctx);
});

const before = sessionStorage.getItem(LATER);
if (person && before) {
  sessionStorage.removeItem(LATER);
  const who = before === person ? "You signed in again meanwhile, so nothing was sent. What you wrote is still here." : "Somebody else signed in here meanwhile. Nothing was sent.";
  tell(who, { about: "older-page", grave: true });
}
