// Relative times that stay true while a page is open; the exact time, in the reader's own zone, is in the title.

// Up to how many of a unit it is counted in, how many make the next one, and its name.
const UNITS = [[60, 60, "s"], [60, 60, "min"], [48, 24, "h"], [14, 7, "d"]];
const EVERY_MS = 15_000;

export function relative(at, now) {
  const seconds = (now - at) / 1000;
  if (Math.abs(seconds) < 5) return "just now";
  let amount = Math.abs(seconds);
  let unit = "wk";
  for (const [most, size, name] of UNITS) {
    if (amount < most) {
      unit = name;
      break;
    }
    amount /= size;
  }
  const told = `${Math.floor(amount)} ${unit}`;
  return seconds > 0 ? `${told} ago` : `in ${told}`;
}

export function freshen(root) {
  const now = Date.now();
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    const told = relative(at, now);
    if (time.textContent !== told) time.textContent = told;
    if (!time.dataset.exact) {
      time.dataset.exact = "1";
      time.title = at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "long" });
    }
  }
}

export function keepTimes(root) {
  freshen(root);
  setInterval(() => freshen(root), EVERY_MS);
}
