// Names with a value each: outputs, headers, what a reviewer is shown. A name is taken over once it is free.

import { useState } from "react";
import { type Json, type JsonObject, isObject } from "../../model/document.ts";
import { Icon } from "../Icon.tsx";
import { emptyValue } from "./schema.ts";
import { type Valued, Value } from "./Value.tsx";

export function Mapped({ form, path, value, onChange, label, item }: Valued & { item: JsonObject }): React.JSX.Element {
  const map = isObject(value) ? value : {};
  const entries = Object.entries(map);
  const put = (index: number, name: string, held: Json): void => onChange(Object.fromEntries(entries.map((entry, at) => (at === index ? [name, held] : entry))));
  const add = (): void => onChange({ ...map, [fresh(map)]: emptyValue(item, form.root) });
  return (
    <div className="mapped">
      <ol>
        {entries.map(([name, held], index) => (
          <li key={index} className="pair">
            <Name taken={(wanted) => wanted !== name && wanted in map} name={name} label={`${label} ${index + 1}: name`} readOnly={form.readOnly} onChange={(next) => put(index, next, held)} />
            <div className="item-body"><Value form={form} path={`${path}/${name}`} schema={item} value={held} onChange={(next) => put(index, name, next ?? "")} label={`${label}, ${name}`} required /></div>
            {form.faults.has(`${path}/${name}`) && <p className="problem-text pair-fault">{form.faults.get(`${path}/${name}`)}</p>}
            {!form.readOnly && <button type="button" className="tool" aria-label={`Delete ${name}`} onClick={() => onChange(Object.fromEntries(entries.filter((_, at) => at !== index)))}><Icon name="trash-2" size={13} /></button>}
          </li>
        ))}
      </ol>
      {!form.readOnly && <button type="button" className="button small" onClick={add}><Icon name="plus" size={13} />Add a value</button>}
    </div>
  );
}

function Name({ name, label, taken, readOnly, onChange }: { name: string; label: string; taken: (name: string) => boolean; readOnly: boolean; onChange: (name: string) => void }): React.JSX.Element {
  const [draft, setDraft] = useState<string | null>(null);
  const wrong = draft !== null && (draft === "" || draft === "__proto__" || taken(draft));
  const typed = (text: string): void => {
    setDraft(text);
    if (text !== "" && text !== "__proto__" && !taken(text)) onChange(text);
  };
  return <input type="text" className="pair-name" aria-label={label} aria-invalid={wrong || undefined} disabled={readOnly} value={draft ?? name} onChange={(event) => typed(event.target.value)} onBlur={() => setDraft(null)} autoComplete="off" spellCheck={false} />;
}

function fresh(map: JsonObject): string {
  let number = 1;
  while (`value${number === 1 ? "" : number}` in map) number += 1;
  return `value${number === 1 ? "" : number}`;
}
