// The expressions and templates of a form: each gets an editor in place of its plain field, and below it the value that it
// gives on a sample case. The editors are a chunk of their own, fetched when a form first needs one; until it is there, and
// where it cannot be had, the plain field is typed into.

import type { Sample } from "../editor.ts";
import type { Asked, FormApi, Language, Previewed } from "../sync/form.ts";
import type { CodeEditor } from "./code/code.ts";
import type { Field } from "./events.ts";

const REST_MS = 250;
const LONGEST = 400;

export interface Asking {
  readonly api: FormApi;
  readonly asked: () => Asked;
  readonly sample: () => Sample | null;
}

export class CodeFields {
  private readonly editors = new Map<HTMLElement, CodeEditor>();
  private readonly valued = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;
  private closed = false;

  constructor(private readonly form: HTMLElement, private readonly asking: Asking) {
    form.addEventListener("focusin", this.look);
    form.addEventListener("input", this.look);
  }

  // Gives every field that has none its editor, and takes away those whose fields are gone.
  dress(): void {
    for (const [place, editor] of this.editors) {
      if (place.isConnected) editor.describe();
      else this.editors.delete(place), editor.close();
    }
    const bare = this.fields().filter((field) => !this.editors.has(placeOf(field)));
    if (bare.length) void this.edit(bare);
  }

  // The field's text was set by others than the person.
  set(field: Field): void {
    if (field instanceof HTMLTextAreaElement) this.editors.get(placeOf(field))?.set(field.value);
  }

  // Another sample case: the values that are shown are asked for anew.
  preview(): void {
    for (const id of this.valued) void this.value(id);
  }

  // Fields have moved: values stand where they do not belong.
  forget(): void {
    for (const id of this.valued) tell(id, "");
    this.valued.clear();
  }

  close(): void {
    this.closed = true;
    this.form.removeEventListener("focusin", this.look);
    this.form.removeEventListener("input", this.look);
    clearTimeout(this.timer);
    for (const editor of this.editors.values()) editor.close();
  }

  private fields(): readonly HTMLTextAreaElement[] {
    return [...this.form.querySelectorAll<HTMLTextAreaElement>('textarea[data-sort="expression"], textarea[data-sort="template"]')];
  }

  private async edit(fields: readonly HTMLTextAreaElement[]): Promise<void> {
    const code = await import("./code/code.ts").catch(() => null);
    if (!code || this.closed) return;
    for (const field of fields) {
      const place = placeOf(field);
      if (!field.isConnected || this.editors.has(place)) continue;
      this.editors.set(place, code.edit(field, place, (text, cursor) => this.offers(field, text, cursor)));
    }
  }

  private async offers(field: HTMLTextAreaElement, text: string, cursor: number): ReturnType<Parameters<typeof import("./code/code.ts").edit>[2]> {
    const answer = await this.asking.api.complete(this.asking.asked(), text, cursor, languageOf(field));
    return answer.ok ? answer.value.offers : [];
  }

  private readonly look = ({ target }: Event): void => {
    const field = target instanceof Element ? target.closest(".field")?.querySelector("textarea") : null;
    if (!field || !this.fields().includes(field)) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.value(field.id), REST_MS);
  };

  private async value(id: string): Promise<void> {
    const field = document.getElementById(id);
    if (!(field instanceof HTMLTextAreaElement)) return;
    this.valued.add(id);
    if (!field.value.trim()) return tell(id, "");
    const mine = ++this.asked;
    const { value: text } = field;
    const answer = await this.asking.api.preview(this.asking.asked(), text, languageOf(field), this.asking.sample());
    // A line that is down says nothing here: the form has said so already.
    if (this.closed || field.value !== text || (mine !== this.asked && !this.valued.has(id))) return;
    tell(id, answer.ok ? said(answer.value, languageOf(field)) : "");
  }
}

export function said(found: Previewed, language: Language): string {
  if ("reason" in found) return `No value: ${found.reason}`;
  const value = language === "template" && typeof found.value === "string" ? found.value : JSON.stringify(found.value);
  const text = `${language === "template" ? "Reads: " : "= "}${value}`;
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function tell(id: string, text: string): void {
  const line = document.getElementById(`${id}-value`);
  if (!line || line.textContent === text) return;
  line.textContent = text;
  line.classList.toggle("mono", text.startsWith("="));
}

const placeOf = (field: HTMLTextAreaElement): HTMLElement => field.previousElementSibling as HTMLElement;
const languageOf = (field: HTMLTextAreaElement): Language => (field.dataset["sort"] === "template" ? "template" : "expression");
