// The form of one step, rendered by the server and kept by this: whoever draws mounts it and hears of changes.
//
//   const form = mount(element, { slug, document, node, csrf });
//   element.addEventListener("interlock:config", ({ detail }) => detail.config);      // at once, with each keystroke
//   element.addEventListener("interlock:problems", ({ detail }) => detail.problems);  // when the server has looked
//   form.refresh(document);   // the drawing has changed elsewhere (undo, another step): rendered anew where it matters
//   form.unmount();
//
// `document` is the drawing as JSON, `node` the id of the step. Both events bubble; their `detail` also holds `node`.
// What is typed goes into the configuration here, before any server has seen it, so that nothing is lost when the line
// is down. The server says what is wrong with it and how the form looks: `POST /workflows/<slug>/inspector/`.

import { exchange } from "../exchange.js";
import { assist } from "./completion.js";
import { add, move, parts, put, remove, rename, table, typed } from "./config.js";
import { post } from "./post.js";

const REST_MS = 150;

const OPERATIONS = {
  add: (config, { path, blank, into }) => add(config, path, JSON.parse(blank), into),
  remove: (config, { path }) => remove(config, path),
  up: (config, { path }) => move(config, path, -1),
  down: (config, { path }) => move(config, path, 1),
  "row-add": (config) => table.addRow(config),
  "column-add": (config) => table.addColumn(config),
  "column-remove": (config, { path }) => table.removeColumn(config, path),
  "column-left": (config, { path }) => table.moveColumn(config, path, -1),
  "column-right": (config, { path }) => table.moveColumn(config, path, 1),
  "output-add": (config) => table.addOutput(config),
  "output-remove": (config, { name }) => table.removeOutput(config, name),
};
const SETTINGS = {
  rename: (config, { path }, field) => rename(config, path, field.value.trim()),
  "output-rename": (config, { name }, field) => table.renameOutput(config, name, field.value.trim()),
  there: (config, { path, blank }, field) => put(config, parts(path), field.checked ? JSON.parse(blank) : undefined),
};

export function mount(element, { slug, document: drawing, node, csrf = token() }) {
  let config = configOf(drawing, node);
  let [asked, timer, gone, anew] = [0, null, false, true];
  const listening = new AbortController();
  const { signal } = listening;
  const body = () => ({ document: withConfig(drawing, node, config), node });

  function became(next, structural) {
    if (next === config) return;
    config = next;
    tell(element, "interlock:config", { node, config });
    soon(structural);
  }

  function soon(structural) {
    clearTimeout(timer);
    anew ||= structural;
    timer = setTimeout(() => void render(), structural ? 0 : REST_MS);
  }

  async function render() {
    const mine = ++asked;
    const answer = await post(`/workflows/${slug}/inspector/`, csrf, body());
    if (gone || mine !== asked) return;
    if (!answer.ok) return say(element, answer.detail);
    say(element, "");
    show(element, answer.value.html, anew);
    anew = false;
    tell(element, "interlock:problems", { node, problems: answer.value.problems, valid: answer.value.valid });
  }

  element.addEventListener("input", ({ target }) => {
    if (target.dataset.sort === undefined || target.matches("select, [type=checkbox]")) return;
    const { value, flaw } = typed(target.dataset.sort, target.value, target.dataset.required !== undefined);
    flawed(target, flaw);
    if (!flaw) became(put(config, parts(target.dataset.path), value, "-"), false);
  }, { signal });
  element.addEventListener("change", ({ target }) => {
    const setting = SETTINGS[target.dataset.op];
    if (setting) return became(setting(config, target.dataset, target), true);
    if (target.dataset.sort === "flag") became(put(config, parts(target.dataset.path), target.checked), false);
    else if (target.matches("select[data-path]")) became(put(config, parts(target.dataset.path), target.value === "" ? undefined : target.value), false);
  }, { signal });
  element.addEventListener("click", ({ target }) => {
    const button = target.closest("button[data-op]");
    const operation = button && OPERATIONS[button.dataset.op];
    if (operation) became(operation(config, button.dataset), true);
  }, { signal });

  const assistant = assist(element, { slug, csrf, body }, signal);

  void render();
  return {
    refresh(fresh) {
      const theirs = configOf(fresh, node);
      const differs = JSON.stringify(theirs) !== JSON.stringify(config);
      drawing = fresh;
      if (differs) config = theirs;
      soon(differs);
    },
    unmount() {
      gone = true;
      clearTimeout(timer);
      listening.abort();
      assistant.close();
      element.replaceChildren();
    },
  };
}

// What is shown stays where only complaints have changed: the cursor is in it. A change of the form's shape moves values
// from field to field, so then all of it is new, and the keyboard's place is found again by its id.
function show(element, html, anew) {
  const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("#inspect");
  const shown = element.querySelector("#inspect");
  if (!shown || anew) {
    const [focus, open] = [globalThis.document.activeElement?.id, shown?.querySelector("#inspect-help")?.open];
    const inside = shown?.contains(globalThis.document.activeElement);
    if (shown) shown.replaceWith(globalThis.document.adoptNode(fresh));
    else element.append(globalThis.document.adoptNode(fresh));
    if (open) element.querySelector("#inspect-help").open = true;
    if (inside) (globalThis.document.getElementById(focus) ?? element.querySelector("button, input, select, textarea"))?.focus();
  } else exchange(shown, fresh);
}

function say(element, sentence) {
  let line = element.querySelector("[data-inspect-state]");
  if (!line && !sentence) return;
  if (!line) {
    line = globalThis.document.createElement("p");
    line.className = "error";
    line.dataset.inspectState = "";
    line.setAttribute("role", "status");
    element.prepend(line);
  }
  line.textContent = sentence;
  line.hidden = !sentence;
}

function flawed(field, flaw) {
  field.setCustomValidity(flaw ?? "");
  if (flaw) field.setAttribute("aria-invalid", "true");
  const id = `${field.id}-flaw`;
  globalThis.document.getElementById(id)?.remove();
  if (!flaw) return;
  const told = globalThis.document.createElement("p");
  Object.assign(told, { id, className: "error", textContent: flaw });
  told.setAttribute("role", "status");
  field.after(told);
}

const tell = (element, name, detail) => element.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
const configOf = (drawing, id) => drawing.nodes.find((node) => node.id === id)?.config ?? {};
const withConfig = (drawing, id, config) => ({ ...drawing, nodes: drawing.nodes.map((node) => (node.id === id ? { ...node, config } : node)) });
const token = () => globalThis.document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
