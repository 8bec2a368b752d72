// Finds words in what the steps of a run were given and gave: unfolds where they stand, marks them, and goes from one to
// the next.

const SHORTEST = 2;
const MOST = 200;

export function findIn(run, field) {
  const input = field.querySelector("input");
  const told = field.querySelector("output");
  let found = [];
  let here = -1;

  function look() {
    for (const each of run.querySelectorAll(".is-found, .is-here")) each.classList.remove("is-found", "is-here");
    const wanted = input.value.trim().toLocaleLowerCase();
    found = wanted.length < SHORTEST ? [] : parts(wanted);
    here = -1;
    for (const each of found) each.classList.add("is-found");
    told.textContent = wanted.length < SHORTEST ? "" : found.length ? `${found.length}${found.length === MOST ? "+" : ""} found` : "not found";
  }

  function parts(wanted) {
    const all = [...run.querySelectorAll(".tree-key, .tree-text, .tree-number, .call-text, .step-name b, .step-why")];
    return all.filter((each) => each.textContent.toLocaleLowerCase().includes(wanted)).slice(0, MOST);
  }

  function next(by) {
    if (!found.length) return;
    found[here]?.classList.remove("is-here");
    here = (here + by + found.length) % found.length;
    const part = found[here];
    for (let fold = part.closest("details"); fold; fold = fold.parentElement.closest("details")) {
      if (!part.closest("summary") || part.closest("summary").parentElement !== fold) fold.open = true;
    }
    part.classList.add("is-here");
    part.scrollIntoView({ block: "center" });
    told.textContent = `${here + 1} of ${found.length}`;
  }

  field.hidden = false;
  input.addEventListener("input", look);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    next(event.shiftKey ? -1 : 1);
  });
  return { again: () => input.value && look() };
}
