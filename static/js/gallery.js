// A drawing that is larger than its frame begins where the run does. Loaded by the page of a workflow of the gallery.

for (const frame of document.querySelectorAll(".picture-frame")) {
  const start = frame.querySelector('[data-family="start"]')?.getBoundingClientRect();
  const { top, height } = frame.getBoundingClientRect();
  if (start) frame.scrollTop = start.top + start.height / 2 - top - height / 2;
}
