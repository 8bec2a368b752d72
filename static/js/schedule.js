// A schedule that is being typed: its next times, in its zone (the server says them) and in the reader's own.

const REST_MS = 250;

const form = document.querySelector("[data-times]");
const times = document.getElementById("times");
let waits = 0;
let asked = 0;

function tellLocal() {
  for (const cell of times.querySelectorAll("[data-local]")) {
    const at = new Date(cell.dataset.local);
    cell.textContent = at.toLocaleString(undefined, { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
  }
}

async function ask() {
  const mine = ++asked;
  const typed = new URLSearchParams();
  for (const name of ["kind", "time", "days", "day", "minutes", "hours", "minute", "expression", "zone"]) {
    for (const value of new FormData(form).getAll(name)) typed.append(name, value);
  }
  try {
    const answer = await fetch(`${form.dataset.times}?${typed}`, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected || mine !== asked) return;
    times.innerHTML = await answer.text();
    tellLocal();
  } catch {
    // The line is down: what stands there stays, and saving says what is wrong.
  }
}

form.addEventListener("input", () => {
  clearTimeout(waits);
  waits = setTimeout(ask, REST_MS);
});
const zone = document.getElementById("zone");
if (zone.value === "UTC" && location.pathname.endsWith("/new/")) {
  zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  ask();
}
tellLocal();
