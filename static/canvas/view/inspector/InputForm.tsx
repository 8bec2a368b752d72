// What a case brings along: the fields of the input as a form, and the JSON Schema behind it for those who want it.

import { useState } from "react";
import { flushSync } from "react-dom";
import { setInput } from "../../changes/changes.ts";
import { editor, use } from "../../editor.ts";
import { type Json, type JsonObject, isObject } from "../../model/document.ts";
import { Icon } from "../Icon.tsx";
import { JsonText } from "./JsonText.tsx";
import { FORMATS, TYPES, type InputField, added, fieldsIn, isFree, moved, removed, renamed, written } from "./inputFields.ts";

export function InputForm(): React.JSX.Element {
  const input = use((seen) => seen.drawing.input);
  const readOnly = use((seen) => seen.readOnly);
  const fields = fieldsIn(input);
  const set = (next: JsonObject, what: string): void => editor.edit(setInput(next), `input ${what}`);
  // Who adds a field says its name next.
  const add = (place: number): void => {
    flushSync(() => set(added(input), ""));
    const name = document.getElementById(nameId(place));
    if (name instanceof HTMLInputElement) name.select();
  };
  return (
    <>
      <header className="inspector-head" data-family="start"><Icon name="circle-play" size={20} /><div><h2>Start</h2><p className="muted">What every case brings along</p></div></header>
      <div className="inspector-body">
        {fields.length === 0 && <p className="hint">Nothing yet. Add the fields that a case has: steps read them as <code>input.name</code>.</p>}
        <ol className="input-fields">
          {fields.map((field, index) => <FieldCard key={index} field={field} index={index} last={index === fields.length - 1} input={input} readOnly={readOnly} set={set} />)}
        </ol>
        {!readOnly && <button type="button" className="button" onClick={() => add(fields.length)}><Icon name="plus" size={14} />Add a field</button>}
        <details className="inspector-more"><summary>The JSON Schema behind it</summary>
          <div className="field"><label htmlFor="input-schema" className="visually-hidden">JSON Schema of the input</label>
            <JsonText id="input-schema" value={input as Json} readOnly={readOnly} onChange={(next) => isObject(next) && set(next, "schema")} /></div>
        </details>
      </div>
    </>
  );
}

interface Carded {
  readonly field: InputField;
  readonly index: number;
  readonly last: boolean;
  readonly input: JsonObject;
  readonly readOnly: boolean;
  readonly set: (input: JsonObject, what: string) => void;
}

function FieldCard({ field, index, last, input, readOnly, set }: Carded): React.JSX.Element {
  const id = `input-${index}`;
  const write = (fields: Partial<InputField>): void => set(written(input, field.name, fields), `${index} ${Object.keys(fields).join()}`);
  return (
    <li className="card-item">
      <fieldset className="item-body" disabled={readOnly}>
        <legend className="visually-hidden">Field {field.name}</legend>
        <div className="two">
          <FieldName id={nameId(index)} name={field.name} rename={(to) => set(renamed(input, field.name, to), `${index} name`)} isFree={(name) => isFree(input, name)} />
          <div className="field"><label htmlFor={`${id}-type`}>What it is</label><select id={`${id}-type`} value={field.type} onChange={(event) => write({ type: event.target.value })}>{TYPES.map(([type, says]) => <option key={type} value={type}>{says}</option>)}{field.type === "mixed" && <option value="mixed">several of these</option>}</select></div>
        </div>
        <div className="checks"><label className="check"><input type="checkbox" checked={field.required} onChange={(event) => write({ required: event.target.checked })} />Needed</label>
          <label className="check"><input type="checkbox" checked={field.empty} onChange={(event) => write({ empty: event.target.checked })} />May be empty</label></div>
        <details><summary>More{field.description || field.choices.length || field.format ? " •" : ""}</summary>
          <div className="field"><label htmlFor={`${id}-title`}>Shown as</label><input id={`${id}-title`} value={field.title} onChange={(event) => write({ title: event.target.value })} /></div>
          <div className="field"><label htmlFor={`${id}-description`}>Description</label><input id={`${id}-description`} value={field.description} onChange={(event) => write({ description: event.target.value })} /></div>
          <div className="two">
            <div className="field"><label htmlFor={`${id}-format`}>Format</label><select id={`${id}-format`} value={field.format} onChange={(event) => write({ format: event.target.value })}><option value="">any</option>{FORMATS.map((format) => <option key={format}>{format}</option>)}</select></div>
            <div className="field"><label htmlFor={`${id}-choices`}>One of (commas between)</label><input id={`${id}-choices`} defaultValue={field.choices.join(", ")} key={field.choices.join()} onBlur={(event) => write({ choices: event.target.value.split(",").map((each) => each.trim()).filter(Boolean) })} /></div>
          </div>
        </details>
      </fieldset>
      {!readOnly && (
        <div className="item-tools" role="group" aria-label={`Field ${field.name}`}>
          <button type="button" className="tool" aria-label={`Move ${field.name} up`} disabled={index === 0} onClick={() => set(moved(input, field.name, -1), "")}><Icon name="arrow-up" size={13} /></button>
          <button type="button" className="tool" aria-label={`Move ${field.name} down`} disabled={last} onClick={() => set(moved(input, field.name, 1), "")}><Icon name="arrow-down" size={13} /></button>
          <button type="button" className="tool" aria-label={`Delete ${field.name}`} onClick={() => set(removed(input, field.name), "")}><Icon name="trash-2" size={13} /></button>
        </div>
      )}
    </li>
  );
}

interface Named {
  readonly id: string;
  readonly name: string;
  readonly rename: (to: string) => void;
  readonly isFree: (name: string) => boolean;
}

// What is typed stays as it is typed: on the way to a name may lie nothing at all, or the name of another field.
function FieldName({ id, name, rename, isFree }: Named): React.JSX.Element {
  const [typed, setTyped] = useState<string | null>(null);
  const isTaken = typed !== null && typed !== "" && typed !== name && !isFree(typed);
  return (
    <div className="field"><label htmlFor={id}>Name</label>
      <input id={id} className="mono" value={typed ?? name} onChange={(event) => write(event.target.value)} onBlur={() => setTyped(null)} aria-invalid={isTaken || undefined} aria-describedby={isTaken ? `${id}-taken` : undefined} spellCheck={false} autoComplete="off" />
      {isTaken && <p id={`${id}-taken`} className="error" role="alert">Another field is called that.</p>}
    </div>
  );

  function write(next: string): void {
    setTyped(next);
    if (isFree(next)) rename(next);
  }
}

function nameId(index: number): string {
  return `input-${index}-name`;
}
