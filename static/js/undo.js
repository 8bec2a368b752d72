// How long an answer can still be taken back, told by the second. Called by the inbox after each change of its pane.

const ticking = new Map();
export function countDown() {
  for (const [undo, clock] of ticking) if (!undo.isConnected) (clearInterval(clock), ticking.delete(undo));
  for (const undo of document.querySelectorAll("#undo[data-until], .several-undo")) if (!ticking.has(undo)) countFor(undo);
}

// One answer is taken back from above the next case, several from above the list.
function countFor(undo) {
  const many = undo.matches(".several-undo");
  const until = new Date(undo.dataset.until).getTime();
  const left = undo.querySelector("[data-left]");
  const tick = () => {
    const seconds = Math.ceil((until - Date.now()) / 1000);
    if (seconds > 0) {
      left.textContent = many ? `The first run goes on in ${seconds} s.` : `the run goes on in ${seconds} s`;
      return;
    }
    clearInterval(ticking.get(undo));
    left.textContent = "the run goes on";
    const form = many ? undo : undo.querySelector("[data-undo]");
    if (form?.contains(document.activeElement)) document.getElementById("pane").focus();
    form?.remove();
  };
  ticking.set(undo, setInterval(tick, 250));
  tick();
}
