// The drawing of a run: lights its steps as events come, and as it was at any earlier entry. What each entry changes
// comes with the page (`#frames`); the words and marks are those of `views/drawings.py`.

const LOOKS = {
  working: ["…", "at work"],
  waiting: ["…", "waits"],
  asked: ["?", "asks a person"],
  incident: ["!", "needs help"],
  done: ["✓", "done"],
  skipped: ["»", "skipped by a person"],
  stopped: ["■", "stopped"],
};

export function drawingOf(run) {
  const place = document.getElementById("drawing");
  const svg = place?.querySelector("svg");
  if (!svg) return { update() {} };
  const steps = new Map([...svg.querySelectorAll("[data-step]")].map((step) => [step.dataset.step, step]));
  const ways = new Map([...svg.querySelectorAll("[data-way]")].map((way) => [way.dataset.way, way]));
  const range = place.querySelector(".scrub-range");
  let frames = read();
  let following = Number(range.value) >= Number(range.max);

  function read() {
    return JSON.parse(document.getElementById("frames")?.textContent || "[]");
  }

  function paint(at) {
    const looks = new Map();
    const taken = new Set();
    const shown = frames.findLast((frame) => frame.s <= at);
    for (const frame of frames) {
      if (frame.s > at) break;
      for (const [node, look, visit] of frame.c) {
        looks.set(node, { look, visit, note: frame.n || looks.get(node)?.note || "" });
      }
      for (const way of frame.w) taken.add(way);
    }
    for (const [id, step] of steps) light(step, id, looks.get(id));
    for (const [id, way] of ways) way.toggleAttribute("data-taken", taken.has(id));
    tell(at, shown);
  }

  function tell(at, shown) {
    const [count, told] = [place.querySelector(".scrub-told .num"), place.querySelector("[data-told]")];
    count.textContent = `${at} of ${range.max}${shown?.m ? `, after ${shown.m}` : ""}`;
    told.textContent = shown?.t ?? "";
    const links = { first: 1, earlier: at - 1, later: at + 1, last: Number(range.max) };
    for (const [name, to] of Object.entries(links)) {
      const link = place.querySelector(`[data-scrub="${name}"]`);
      const there = to >= 1 && to <= Number(range.max) && to !== at;
      if (there) link.setAttribute("href", `?at=${to}#drawing`);
      else if (document.activeElement !== link) link.removeAttribute("href");
      link.dataset.to = there ? to : "";
    }
  }

  function go(at) {
    range.value = at;
    following = at >= Number(range.max);
    paint(Number(range.value));
  }

  range.hidden = false;
  range.addEventListener("input", () => go(Number(range.value)));
  for (const link of place.querySelectorAll("[data-scrub]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      if (link.dataset.to) go(Number(link.dataset.to));
    });
  }
  paint(Number(range.value));

  return {
    update() {
      frames = read();
      range.max = frames.at(-1)?.s ?? 1;
      if (following) range.value = range.max;
      paint(Number(range.value));
    },
  };
}

function light(step, id, change) {
  if (step.dataset.family === "start") return;
  const [mark, word] = LOOKS[change?.look] ?? ["", "not reached"];
  const often = change?.visit > 1 ? ` ↻${change.visit}` : "";
  const label = `${step.dataset.title}: ${word}${often ? `, turn ${change.visit}` : ""}`;
  step.dataset.look = change?.look ?? "";
  step.setAttribute("aria-label", label);
  step.querySelector("title").textContent = label + (change?.note ? ` (${change.note})` : "");
  step.querySelector(".picture-state").textContent = mark + often;
  step.querySelector(".picture-note").textContent = change?.note ?? "";
  if (change) step.setAttribute("href", `#step-${id}-${change.visit}`);
  else step.removeAttribute("href");
}
