// The fields of a record, one card each: what it is called, what it is, whether it is needed. What a case brings along and
// what the forms of steps ask for are edited by the same cards.

import { useState } from "react";
import { flushSync } from "react-dom";
import type { JsonObject } from "../../model/document.ts";
import { Icon } from "../Icon.tsx";
import { FORMATS, SORTS, type InputField, added, asSort, fieldsIn, isFree, moved, removed, renamed, sortOf, written } from "./inputFields.ts";

export interface Listing {
  // What the ids of this list begin with: several may stand on one page.
  readonly id: string;
  readonly schema: JsonObject;
  readonly readOnly: boolean;
  readonly set: (schema: JsonObject, what: string) => void;
}

export function FieldList({ id, schema, readOnly, set }: Listing): React.JSX.Element {
  const fields = fieldsIn(schema);
  // Who adds a field says its name next.
  const add = (place: number): void => {
    flushSync(() => set(added(schema), ""));
    const name = document.getElementById(`${id}-${place}-name`);
    if (!(name instanceof HTMLInputElement)) return;
    name.focus();
    name.select();
  };
  return (
    <>
      {fields.length > 0 && <ol className="input-fields">
        {fields.map((field, index) => <FieldCard key={index} field={field} index={index} last={index === fields.length - 1} id={`${id}-${index}`} schema={schema} readOnly={readOnly} set={set} />)}
      </ol>}
      {!readOnly && <button type="button" className="button" onClick={() => add(fields.length)}><Icon name="plus" size={14} />Add a field</button>}
    </>
  );
}

interface Carded extends Listing {
  readonly field: InputField;
  readonly index: number;
  readonly last: boolean;
}

function FieldCard({ field, index, last, id, schema, readOnly, set }: Carded): React.JSX.Element {
  const write = (fields: Partial<InputField>): void => set(written(schema, field.name, fields), `${index} ${Object.keys(fields).join()}`);
  return (
    <li className="card-item">
      <fieldset className="item-body" disabled={readOnly}>
        <legend className="visually-hidden">Field {field.name}</legend>
        <div className="two">
          <FieldName id={`${id}-name`} name={field.name} rename={(to) => set(renamed(schema, field.name, to), `${index} name`)} isFree={(name) => isFree(schema, name)} />
          <Sort id={id} label="What it is" field={field} write={write} />
        </div>
        <Options id={id} field={field} write={write} />
        <div className="checks"><label className="check"><input type="checkbox" checked={field.required} onChange={(event) => write({ required: event.target.checked })} />Needed</label>
          <label className="check"><input type="checkbox" checked={field.empty} onChange={(event) => write({ empty: event.target.checked })} />May be empty</label></div>
        <details><summary>More{field.title || field.description || (field.format && sortOf(field) !== "date") ? " •" : ""}</summary>
          <div className="field"><label htmlFor={`${id}-title`}>Shown as</label><input id={`${id}-title`} value={field.title} onChange={(event) => write({ title: event.target.value })} /></div>
          <div className="field"><label htmlFor={`${id}-description`}>Help beside it</label><input id={`${id}-description`} value={field.description} onChange={(event) => write({ description: event.target.value })} /></div>
          {sortOf(field) === "string" && <div className="field"><label htmlFor={`${id}-format`}>Has to be</label><select id={`${id}-format`} value={field.format} onChange={(event) => write({ format: event.target.value })}><option value="">any text</option>{FORMATS.map(([format, says]) => <option key={format} value={format}>{says}</option>)}</select></div>}
        </details>
      </fieldset>
      {!readOnly && (
        <div className="item-tools" role="group" aria-label={`Field ${field.name}`}>
          <button type="button" className="tool" aria-label={`Move ${field.name} up`} disabled={index === 0} onClick={() => set(moved(schema, field.name, -1), "")}><Icon name="arrow-up" size={13} /></button>
          <button type="button" className="tool" aria-label={`Move ${field.name} down`} disabled={last} onClick={() => set(moved(schema, field.name, 1), "")}><Icon name="arrow-down" size={13} /></button>
          <button type="button" className="tool" aria-label={`Delete ${field.name}`} onClick={() => set(removed(schema, field.name), "")}><Icon name="trash-2" size={13} /></button>
        </div>
      )}
    </li>
  );
}

interface Written {
  readonly id: string;
  readonly field: InputField;
  readonly write: (fields: Partial<InputField>) => void;
}

export function Sort({ id, label, field, write, anything = false }: Written & { label: string; anything?: boolean }): React.JSX.Element {
  const sort = sortOf(field);
  return (
    <div className="field"><label htmlFor={`${id}-type`}>{label}</label>
      <select id={`${id}-type`} value={sort} onChange={(event) => write(asSort(field, event.target.value))}>
        {anything && <option value="">anything</option>}
        {SORTS.map(([each, says]) => <option key={each} value={each}>{says}</option>)}
        {!SORTS.some(([each]) => each === sort) && sort !== "" && <option value={sort}>several of these</option>}
      </select>
    </div>
  );
}

export function Options({ id, field, write }: Written): React.JSX.Element | null {
  if (field.choices.length === 0) return null;
  return <div className="field"><label htmlFor={`${id}-choices`}>One of (commas between)</label><input id={`${id}-choices`} defaultValue={field.choices.join(", ")} key={field.choices.join()} autoComplete="off" onBlur={(event) => write({ choices: optionsIn(event.target.value, field) })} /></div>;
}

const optionsIn = (text: string, field: InputField): readonly string[] => {
  const found = [...new Set(text.split(",").map((each) => each.trim()).filter(Boolean))];
  return found.length ? found : field.choices;
};

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
