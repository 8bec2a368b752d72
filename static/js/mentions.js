// Remarks for colleagues: names are offered behind an “@”, and Ctrl+Enter sends what the focus is in. Used by the inbox.
// Who may be offered is the page's to say; whether a name reaches anybody is the server's.

const MOST = 6;
const BEGUN = /(?:^|[^\w@])@([\w.+-]*)$/;

const boxOf = (field) => field.form.querySelector("[role=listbox]");
const optionsOf = (box) => [...box.children];

function begun(field) {
  if (field.selectionStart !== field.selectionEnd) return null;
  return BEGUN.exec(field.value.slice(0, field.selectionStart))?.[1] ?? null;
}

function offer(field) {
  const box = boxOf(field);
  const written = begun(field)?.toLowerCase();
  const names = field.dataset.people.split(" ").filter(Boolean);
  const fit = written === undefined ? [] : names.filter((name) => name.toLowerCase().startsWith(written)).slice(0, MOST);
  if (!fit.length || (fit.length === 1 && fit[0].toLowerCase() === written)) return close(field);
  box.replaceChildren(...fit.map((name, at) => optionOf(name, at)));
  box.hidden = false;
  point(field, 0);
}

function optionOf(name, at) {
  const option = document.createElement("li");
  option.role = "option";
  option.id = `remark-name-${at}`;
  option.textContent = name;
  return option;
}

function point(field, at) {
  const options = optionsOf(boxOf(field));
  const here = (at + options.length) % options.length;
  options.forEach((option, number) => option.setAttribute("aria-selected", String(number === here)));
  field.setAttribute("aria-activedescendant", options[here].id);
}

function close(field) {
  boxOf(field).hidden = true;
  boxOf(field).replaceChildren();
  field.removeAttribute("aria-activedescendant");
}

function take(field, name) {
  const from = field.selectionStart - begun(field).length;
  field.setRangeText(`${name} `, from, field.selectionStart, "end");
  close(field);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function pressed(event, field) {
  const options = optionsOf(boxOf(field));
  const here = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const deed = {
    ArrowDown: () => point(field, here + 1),
    ArrowUp: () => point(field, here - 1),
    Enter: () => take(field, options[here].textContent),
    Tab: () => take(field, options[here].textContent),
    Escape: () => close(field),
  }[event.key];
  if (!deed || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  event.stopPropagation();
  deed();
}

// A remark is kept; an answer is sent where there is one button only, or the one that a comment was asked for.
function sent(field) {
  if (field.id === "remark") return field.form.requestSubmit(field.form.querySelector("button:not([name])"));
  const buttons = [...field.form.querySelectorAll("#choices button:not([disabled])")];
  const asked = buttons.find((button) => button.dataset.key === field.dataset.asked);
  const only = buttons.length === 1 ? buttons[0] : asked;
  if (only) only.click();
  else buttons[0]?.focus();
}

const isRemark = (place) => place.matches?.("#remark[data-people]");

document.addEventListener("input", (event) => isRemark(event.target) && offer(event.target));
document.addEventListener("focusout", (event) => isRemark(event.target) && close(event.target));
document.addEventListener("mousedown", (event) => {
  const option = event.target.closest?.(".remark-form [role=option]");
  if (!option) return;
  event.preventDefault(); // The focus stays where one writes.
  take(option.closest("form").querySelector("#remark"), option.textContent);
});
// Before the page's own keys: what closes the names leaves the field alone.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches?.("#remark, #comment")) {
      event.preventDefault();
      sent(event.target);
    } else if (isRemark(event.target) && !boxOf(event.target).hidden) pressed(event, event.target);
  },
  true,
);
