// The JSON Schemas of a form: each gets a list of fields in front of its text, so that nobody has to write one. The text
// stays what counts: the list reads it, and writes into it as a person would.

import { type Root, createRoot } from "react-dom/client";
import { type JsonObject, isObject } from "../model/document.ts";
import { SchemaFields } from "../view/inspector/SchemaFields.tsx";

const PLACES = "[data-schema]";

export class SchemaPlaces {
  private readonly roots = new Map<HTMLElement, Root>();

  constructor(private readonly form: HTMLElement) {
    form.addEventListener("input", this.typed);
  }

  // Shows each list as its text is now, and takes away those whose places are gone.
  dress(): void {
    for (const [place, root] of this.roots) if (!place.isConnected) this.roots.delete(place), root.unmount();
    for (const place of this.form.querySelectorAll<HTMLElement>(PLACES)) this.show(place);
  }

  close(): void {
    this.form.removeEventListener("input", this.typed);
    for (const root of this.roots.values()) root.unmount();
    this.roots.clear();
  }

  private readonly typed = ({ target }: Event): void => {
    const place = target instanceof HTMLTextAreaElement ? document.getElementById(`${target.id}-fields`) : null;
    if (place?.matches(PLACES)) this.show(place);
  };

  private show(place: HTMLElement): void {
    const { schema: id = "", whole } = place.dataset;
    const field = document.getElementById(id);
    if (!(field instanceof HTMLTextAreaElement)) return;
    const read = schemaIn(field.value);
    const root = this.roots.get(place) ?? createRoot(place);
    this.roots.set(place, root);
    root.render(read ? <SchemaFields id={`${id}-in`} schema={read} whole={whole === "yes"} readOnly={field.disabled} set={(next) => write(field, next)} /> : <p className="hint">What stands in the text below cannot be shown as fields.</p>);
  }
}

function write(field: HTMLTextAreaElement, schema: JsonObject): void {
  const isNothing = Object.keys(schema).length === 0 && field.dataset["required"] === undefined;
  field.value = isNothing ? "" : JSON.stringify(schema, null, 2);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// Nothing yet is a schema that asks for nothing.
function schemaIn(text: string): JsonObject | null {
  try {
    const read: unknown = JSON.parse(text.trim() || "{}");
    return isObject(read) ? read : null;
  } catch {
    return null;
  }
}
