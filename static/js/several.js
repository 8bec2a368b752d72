// Several cases of the inbox at once: how many are chosen, and to whom all of them can be handed. Imported by the inbox;
// what is done with them is a form.

// How many are chosen, and only those to hand them to who may settle every one of them.
function several() {
  const form = document.getElementById("several");
  if (!form) return;
  const chosen = [...document.querySelectorAll("#rows .row-choose:checked")];
  form.querySelector("[data-chosen]").textContent = `${chosen.length} chosen`;
  const queues = chosen.map((box) => box.closest(".row").dataset.queue);
  for (const option of form.querySelectorAll("[data-queues]")) {
    const theirs = ["", ...option.dataset.queues.split(" ")];
    const may = theirs.includes("*") || queues.every((queue) => theirs.includes(queue));
    option.hidden = option.disabled = !may;
    if (!may && option.selected) option.parentElement.value = "";
  }
}

document.getElementById("rows")?.addEventListener("change", several);
for (const button of document.querySelectorAll("[data-choose]")) {
  button.addEventListener("click", () => {
    for (const box of document.querySelectorAll("#rows .row-choose")) box.checked = button.dataset.choose === "all";
    several();
  });
}
// Only handing over needs somebody; the browser says so itself.
document.getElementById("several")?.addEventListener("click", (event) => {
  const deed = event.target.closest("[name=deed]")?.value;
  if (deed) document.getElementById("several-to").required = deed === "assign";
});
// Whoever comes back finds the boxes as they left them.
addEventListener("pageshow", several);
