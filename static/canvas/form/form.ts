// The form of one step, rendered by the server and kept by this: whoever draws mounts it and hears of changes.
//
// What is typed goes into the configuration at once, before any server has seen it, so that nothing is lost when the line
// is down; the server says what is wrong with it and how the form looks. What changes the form's shape waits for the
// server, since nobody else can render it. `refresh` takes in what has changed elsewhere: undo, other steps.

import { exchange } from "../../js/exchange.js";
import type { Sample } from "../editor.ts";
import { fieldsOf, pointer, places, parts } from "../kernels/config.ts";
import type { Drawing, JsonObject } from "../model/document.ts";
import type { Asked, FormApi } from "../sync/form.ts";
import { CodeFields } from "./codes.ts";
import { SchemaPlaces } from "./schemas.tsx";
import { startDrag } from "./drag.ts";
import { type Change, type Field, type Operation, type Written, isField, named, pasted, pressed, seeded, toggled, written } from "./events.ts";
import { fill, fillCell, hinted } from "./fill.ts";

const REST_MS = 150;
const AGAIN_MS = 3_000;
const WAITS = "No connection. What you type is kept; it is checked when the connection is back.";
const WAITS_TO_CHANGE = "No connection. This can be added, moved or removed when it is back; what you type is kept.";

export interface Mounting {
  readonly api: FormApi;
  readonly drawing: Drawing;
  readonly node: string;
  readonly readOnly: boolean;
  readonly sample: () => Sample | null;
  // Each change at once; `what` names the place, so that typing into one field is one step of history.
  readonly changed: (config: JsonObject, what: string) => void;
  readonly told: (text: string) => void;
}

export class StepForm {
  private config: JsonObject;
  private drawing: Drawing;
  private asked = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private busy = false;
  // Counts what came from elsewhere: an operation that was asked for before is out of date.
  private age = 0;
  private readonly listening = new AbortController();
  private readonly codes: CodeFields;
  private readonly schemas: SchemaPlaces;

  constructor(private readonly place: HTMLElement, private readonly given: Mounting) {
    this.drawing = given.drawing;
    this.config = configOf(given.drawing, given.node);
    this.codes = new CodeFields(place, { api: given.api, asked: () => this.body(this.config), sample: given.sample });
    this.schemas = new SchemaPlaces(place);
    this.listen();
    void this.look();
  }

  // The drawing has changed: by this form, by an undo, by another step.
  refresh(drawing: Drawing): void {
    const theirs = configOf(drawing, this.given.node);
    this.drawing = drawing;
    if (theirs === this.config) return this.soon(REST_MS * 2);
    const shaped = this.isShapedAs(theirs);
    this.config = theirs;
    this.age += 1;
    // Fields that are no longer there must not be typed into; the others show what holds at once.
    this.form?.toggleAttribute("inert", !shaped);
    if (shaped) this.fillIn(true);
    this.soon(0);
  }

  // Another sample case was chosen.
  preview(): void {
    this.codes.preview();
  }

  unmount(): void {
    this.listening.abort();
    clearTimeout(this.timer);
    this.asked += 1;
    for (const each of [this.codes, this.schemas]) each.close();
    this.place.replaceChildren();
  }

  private get form(): HTMLElement | null {
    return this.place.querySelector("#inspect");
  }

  private body(config: JsonObject): Asked {
    const { node, readOnly } = this.given;
    return { document: { ...this.drawing, nodes: this.drawing.nodes.map((step) => (step.id === node ? { ...step, config } : step)) }, node, readonly: readOnly };
  }

  private type(what: Written, field: Field): void {
    if (what === null) return;
    flawed(field, "flaw" in what ? what.flaw : "");
    if ("flaw" in what) return;
    this.became(what.change, what.at);
  }

  private became(change: Change, at: string): void {
    const next = change(this.config);
    if (next === this.config) return;
    this.config = next;
    this.given.changed(next, at);
    this.soon(REST_MS);
  }

  private soon(ms: number): void {
    clearTimeout(this.timer);
    if (!this.listening.signal.aborted) this.timer = setTimeout(() => void this.look(), ms);
  }

  private async look(): Promise<void> {
    if (this.busy) return;
    clearTimeout(this.timer);
    const mine = ++this.asked;
    const answer = await this.given.api.inspect(this.body(this.config));
    if (mine !== this.asked) return;
    if (answer.ok) return this.show(answer.value.html);
    const unreachable = answer.status === 0 || answer.status >= 500;
    this.say(unreachable ? WAITS : answer.detail, !unreachable);
    if (unreachable) this.soon(AGAIN_MS);
  }

  // Rendered first and carried out then, upon whatever has been typed meanwhile.
  private async perform({ change, focus }: Operation): Promise<void> {
    // What was asked for is about the form as it was: done upon the next one, it might hit another row.
    if (this.busy) return this.given.told("One moment: what you did before is still being carried out. Then do this again.");
    if (change(this.config) === this.config) return;
    const age = this.age;
    this.busy = true;
    this.asked += 1;
    const answer = await this.given.api.inspect(this.body(change(this.config)));
    this.busy = false;
    if (this.listening.signal.aborted) return;
    if (answer.ok && age === this.age) {
      this.config = change(this.config);
      this.codes.forget();
      this.show(answer.value.html, true);
      this.focus(focus);
      this.given.changed(this.config, "");
    } else {
      this.fillIn(true);
      if (!answer.ok) this.say(answer.status === 0 || answer.status >= 500 ? WAITS_TO_CHANGE : answer.detail, answer.status !== 0);
    }
    this.soon(answer.ok ? REST_MS : AGAIN_MS);
  }

  private show(html: string, everywhere = false): void {
    const fresh = new DOMParser().parseFromString(html, "text/html").querySelector<HTMLElement>("#inspect");
    if (!fresh) return;
    this.say("", false);
    const before = this.form;
    if (before) exchange(before, fresh);
    else this.place.append(document.adoptNode(fresh));
    const inert = before?.inert ?? false;
    if (before) before.inert = false;
    this.codes.dress();
    this.fillIn(everywhere || inert || !before);
  }

  private fillIn(everywhere: boolean): void {
    if (this.form) fill(this.form, this.config, everywhere, (field) => this.codes.set(field));
    this.schemas.dress();
  }

  private focus(selectors: readonly string[]): void {
    const found = selectors.flatMap((each) => [...this.place.querySelectorAll<HTMLElement>(each)]).find((each) => !each.matches(":disabled") && each.getClientRects().length > 0);
    found?.focus();
    found?.scrollIntoView({ block: "nearest" });
  }

  // The same form fits where only values differ, or optional fields that have been left out.
  private isShapedAs(theirs: JsonObject): boolean {
    const [ours, others] = [new Set(places(this.config)), new Set(places(theirs))];
    return [...ours].every((path) => others.has(path) || this.isOptional(path)) && [...others].every((path) => ours.has(path) || this.isOptional(path));
  }

  private isOptional(path: string): boolean {
    const keys = parts(path);
    return keys.some((_, index) => this.place.querySelector(`[data-sort][data-path="${CSS.escape(pointer(keys.slice(0, index + 1)))}"]${index + 1 < keys.length ? '[data-sort="json"]' : ""}`) !== null);
  }

  private listen(): void {
    const { signal } = this.listening;
    const on = <K extends keyof HTMLElementEventMap>(name: K, heard: (event: HTMLElementEventMap[K]) => void): void => this.place.addEventListener(name, heard, { signal });
    on("input", ({ target }) => isField(target) && this.typed(target));
    on("change", ({ target }) => isField(target) && this.chosen(target));
    on("click", ({ target }) => {
      const button = target instanceof Element ? target.closest<HTMLElement>("button[data-op]") : null;
      const operation = button && pressed(button);
      if (operation) void this.perform({ ...operation, change: (config) => operation.change(seeded(config, button)) });
    });
    on("focusout", ({ target }) => isField(target) && this.left(target));
    on("paste", (event) => this.pasted(event));
    on("keydown", (event) => this.key(event));
    on("pointerdown", (event) => startDrag(event, (operation) => void this.perform(operation)));
    addEventListener("online", () => this.soon(0), { signal });
  }

  private typed(field: Field): void {
    if (field instanceof HTMLSelectElement || (field instanceof HTMLInputElement && field.type === "checkbox")) return;
    const renaming = named(field, this.config);
    if (renaming) return this.renamed(field, renaming);
    const how = field.closest(".cell")?.querySelector("select")?.value;
    this.type(written(field), field);
    if (how === "any") fillCell(field, this.config);
  }

  private chosen(field: Field): void {
    if (!(field instanceof HTMLSelectElement) && !(field instanceof HTMLInputElement && field.type === "checkbox")) return;
    const operation = field instanceof HTMLInputElement ? toggled(field) : null;
    if (operation) return void this.perform(operation);
    this.type(written(field), field);
    const cell = field.closest<HTMLElement>(".cell");
    if (cell) hinted(cell, field.value);
  }

  // The fields below a name are found by it, so they learn the new one at once.
  private renamed(field: Field, what: Written): void {
    const { path, name } = field.dataset;
    const before = this.config;
    this.type(what, field);
    if (this.config === before || !what || "flaw" in what) return;
    const wanted = field.value.trim();
    const part = pointer([wanted]);
    for (const each of this.place.querySelectorAll<HTMLElement>("[data-path], [data-entry], [data-at]")) {
      for (const key of ["path", "entry", "at"] as const) {
        const held = each.dataset[key];
        if (held === undefined) continue;
        if (path !== undefined && (held === path || held.startsWith(`${path}/`))) each.dataset[key] = path.replace(/\/[^/]*$/, "") + part + held.slice(path.length);
        else if (name !== undefined && held.endsWith(`/then${pointer([name])}`)) each.dataset[key] = held.slice(0, -pointer([name]).length) + part;
      }
    }
    for (const each of name === undefined ? [] : this.place.querySelectorAll<HTMLElement>(`[data-name="${CSS.escape(name)}"]`)) each.dataset["name"] = wanted;
  }

  private left(field: Field): void {
    if (field.dataset["sort"] === "cell" && field instanceof HTMLInputElement) fillCell(field, this.config);
    if (field.dataset["op"]?.endsWith("rename") && field.getAttribute("aria-invalid") === "true") {
      field.value = field.dataset["name"] ?? parts(field.dataset["path"] ?? "").at(-1) ?? "";
      flawed(field, "");
    }
  }

  private pasted(event: ClipboardEvent): void {
    const rows = isField(event.target) ? pasted(event.target, event.clipboardData?.getData("text/plain") ?? "") : null;
    if (!rows || !isField(event.target)) return;
    event.preventDefault();
    const left = rows.left(this.config);
    if (left) this.given.told(`${left} column${left === 1 ? "" : "s"} of what was pasted found no place in the table.`);
    void this.perform({ change: rows.change, focus: [`#${CSS.escape(event.target.id)}`] });
  }

  private key(event: KeyboardEvent): void {
    const entry = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-entry]") : null;
    if (!entry || event.isComposing) return;
    if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      const button = entry.querySelector<HTMLButtonElement>(`button[data-op="${event.key === "ArrowUp" ? "up" : "down"}"][data-path="${CSS.escape(entry.dataset["entry"] ?? "")}"]`);
      event.preventDefault();
      if (button && !button.disabled) button.click();
    }
    if (event.key === "Enter" && event.target instanceof HTMLInputElement && entry.matches("tr")) this.below(event, entry);
  }

  // As in a spreadsheet, Enter goes on below; from the last row it makes a new one.
  private below(event: KeyboardEvent, row: HTMLElement): void {
    const [, column = ""] = /^config-rows-\d+(-.*)$/.exec((event.target as Element).id) ?? [];
    const place = Number(parts(row.dataset["entry"] ?? "").at(-1)) + 1;
    const next = this.place.querySelector<HTMLElement>(`#${CSS.escape(`config-rows-${place}${column}`)}`);
    event.preventDefault();
    if (next) return next.focus();
    const adding = this.place.querySelector<HTMLElement>('[data-op="row-add"]');
    const operation = adding && pressed(adding);
    if (operation) void this.perform({ ...operation, focus: [`#${CSS.escape(`config-rows-${place}${column}`)}`] });
  }

  private say(sentence: string, isProblem: boolean): void {
    let line = this.place.querySelector<HTMLElement>("[data-inspect-state]");
    if (!line && !sentence) return;
    if (!line) {
      line = Object.assign(document.createElement("p"), { className: "inspect-state" });
      line.dataset["inspectState"] = "";
      line.setAttribute("role", "status");
      this.place.prepend(line);
    }
    line.classList.toggle("error", isProblem);
    if (line.textContent !== sentence) line.textContent = sentence;
    line.hidden = !sentence;
  }
}

// Said in the place that the form keeps for it; the server has not seen what is no value yet.
function flawed(field: Field, flaw: string): void {
  const told = document.getElementById(`${field.id}-flaw`);
  if (!told || told.textContent === flaw) return;
  told.textContent = flaw;
  field.toggleAttribute("aria-invalid", false);
  if (flaw) field.setAttribute("aria-invalid", "true");
}

const configOf = (drawing: Drawing, id: string): JsonObject => fieldsOf(drawing.nodes.find((node) => node.id === id)?.config);
