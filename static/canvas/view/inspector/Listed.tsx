// A list that grows, shrinks and is sorted by buttons: rules, choices, examples.

import { type Json, type JsonObject, isObject } from "../../model/document.ts";
import { Icon } from "../Icon.tsx";
import { emptyValue, shapeOf } from "./schema.ts";
import { type Valued, Fields, Value } from "./Value.tsx";

export function Listed({ form, path, value, onChange, label, item }: Valued & { item: JsonObject }): React.JSX.Element {
  const items = Array.isArray(value) ? (value as readonly Json[]) : [];
  const shape = shapeOf(item, form.root);
  const set = (index: number, next: Json | undefined): void => onChange(items.map((each, at) => (at === index ? (next ?? "") : each)));
  const move = (index: number, by: number): void => {
    const next = [...items];
    next.splice(index + by, 0, ...next.splice(index, 1));
    onChange(next);
  };
  const what = label.toLowerCase();
  const one = !what.endsWith("s") ? "one" : /^[aeiou]/.test(what) ? `an ${singular(what)}` : `a ${singular(what)}`;
  return (
    <div className="listed">
      <ol>
        {items.map((each, index) => {
          const at = `${path}/${index}`;
          const name = `${label} ${index + 1}`;
          const body = shape.is === "group"
            ? <Fields form={form} path={at} fields={shape.fields} value={isObject(each) ? each : {}} onChange={(next) => set(index, next)} />
            : <Value form={form} path={at} schema={item} value={each} onChange={(next) => set(index, next)} label={name} required />;
          return (
            <li key={index} className={shape.is === "group" ? "card-item" : "line-item"}>
              <div className="item-body">{body}</div>
              {!form.readOnly && (
                <div className="item-tools" role="group" aria-label={name}>
                  <button type="button" className="tool" aria-label={`Move ${name} up`} disabled={index === 0} onClick={() => move(index, -1)}><Icon name="arrow-up" size={13} /></button>
                  <button type="button" className="tool" aria-label={`Move ${name} down`} disabled={index === items.length - 1} onClick={() => move(index, 1)}><Icon name="arrow-down" size={13} /></button>
                  <button type="button" className="tool" aria-label={`Delete ${name}`} onClick={() => onChange(items.filter((_, other) => other !== index))}><Icon name="trash-2" size={13} /></button>
                </div>
              )}
            </li>
          );
        })}
      </ol>
      {!form.readOnly && <button type="button" className="button small" onClick={() => onChange([...items, emptyValue(item, form.root)])}><Icon name="plus" size={13} />Add {one}</button>}
    </div>
  );
}

const singular = (what: string): string => what.replace(/ies$/, "y").replace(/s$/, "");
