// The slider on the page of a gate: says what each score would give. The server has computed and worded every step.

const slider = document.getElementById("what-if");
const says = document.getElementById("what-if-says");
const steps = JSON.parse(slider.closest("[data-steps]").dataset.steps);
const dot = document.querySelector("[data-chosen]");

function show() {
  const step = steps[Number(slider.value)];
  says.textContent = step.says;
  slider.setAttribute("aria-valuetext", step.says);
  if (!dot) return;
  dot.setAttribute("cx", step.x);
  dot.setAttribute("cy", step.y);
}

slider.addEventListener("input", show);
// Whoever comes back finds the slider where they left it.
addEventListener("pageshow", show);
