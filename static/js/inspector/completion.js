// Help while an expression is typed: what may stand at the cursor, and what the whole would give on a sample case.
//
// Used by `inspector.js` for every field whose `data-sort` is expression or template. The server says what is available
// (`POST …/completions/`) and computes (`POST …/preview/`); this shows it below the field, by keyboard and mouse. The
// canvas may choose the sample: `element.dataset.sampleRun` holds the id of a past run.

import { post } from "./post.js";

const REST_MS = 150;
const MOST = 12;

export function assist(element, { slug, csrf, body }, signal) {
  let [field, offers, chosen, asked, timer] = [null, [], -1, 0, null];
  const list = Object.assign(document.createElement("ul"), { id: "inspect-offers", className: "offers", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "What may be written here");

  const isText = (target) => target instanceof HTMLTextAreaElement && ["expression", "template"].includes(target.dataset.sort);
  const about = () => ({ ...body(), text: field.value, language: field.dataset.sort, ...sample() });
  const sample = () => (element.dataset.sampleRun ? { run: element.dataset.sampleRun } : {});

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(() => void look(), REST_MS);
  }

  async function look() {
    const [mine, here] = [++asked, field];
    if (!here?.isConnected) return close();
    const [found, value] = await Promise.all([
      post(`/workflows/${slug}/completions/`, csrf, { ...about(), cursor: here.selectionStart }),
      here.value.trim() ? post(`/workflows/${slug}/preview/`, csrf, about()) : null,
    ]);
    if (mine !== asked || here !== field || document.activeElement !== here) return;
    tellValue(here, value);
    show(found.ok ? found.value.offers.slice(0, MOST) : []);
  }

  function show(found) {
    [offers, chosen] = [found, -1];
    list.replaceChildren(...found.map(option));
    list.hidden = found.length === 0;
    if (!list.hidden && list.previousElementSibling !== field) field.after(list);
    field.setAttribute("aria-expanded", String(!list.hidden));
    field.removeAttribute("aria-activedescendant");
  }

  function option(offer, index) {
    const line = Object.assign(document.createElement("li"), { id: `inspect-offer-${index}` });
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", "false");
    line.append(text("span", offer.text, "mono"), text("span", offer.type, "type"), ...(offer.help ? [text("span", offer.help, "muted")] : []));
    line.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      take(index);
    });
    return line;
  }

  function choose(index) {
    chosen = (index + offers.length) % offers.length;
    for (const [at, line] of [...list.children].entries()) line.setAttribute("aria-selected", String(at === chosen));
    list.children[chosen].scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", list.children[chosen].id);
  }

  function take(index) {
    const { text: written, start, end } = offers[index];
    field.setRangeText(written, start, end, "end");
    close();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function close() {
    asked += 1;
    clearTimeout(timer);
    list.hidden = true;
    field?.setAttribute("aria-expanded", "false");
    field?.removeAttribute("aria-activedescendant");
    [offers, chosen] = [[], -1];
  }

  element.addEventListener("focusin", ({ target }) => {
    if (!isText(target)) return;
    field = target;
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", list.id);
    field.setAttribute("aria-expanded", "false");
    if (!list.isConnected) field.after(list);
  }, { signal });
  element.addEventListener("focusout", ({ target }) => target === field && close(), { signal });
  element.addEventListener("input", ({ target }) => {
    if (isText(target)) soon();
  }, { signal });
  element.addEventListener("keydown", (event) => {
    if (event.target !== field || event.isComposing) return;
    if (event.key === " " && event.ctrlKey) return event.preventDefault(), soon();
    if (list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") choose(chosen + (event.key === "ArrowDown" ? 1 : chosen < 0 ? 0 : -1));
    else if ((event.key === "Enter" || event.key === "Tab") && chosen >= 0) take(chosen);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, { signal });
  return { close: () => (close(), list.remove()) };
}

// The value is told politely and does not move the field: a screen reader hears it when typing pauses.
function tellValue(field, answer) {
  const id = `${field.id}-preview`;
  let line = document.getElementById(id);
  if (!line) {
    line = Object.assign(document.createElement("p"), { id, className: "preview muted" });
    line.setAttribute("role", "status");
    field.parentElement.append(line);
  }
  if (!answer?.ok) line.textContent = "";
  else if ("reason" in answer.value) line.textContent = `No value: ${answer.value.reason}`;
  else line.textContent = `= ${JSON.stringify(answer.value.value)}`.slice(0, 300);
}

const text = (name, what, className) => Object.assign(document.createElement(name), { textContent: what, className });
