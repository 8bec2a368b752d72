// A form made from a JSON Schema: plain fields, or JSON as text for those who want it. Cases are typed in by it, and
// answers given. What is wrong stands beside its field.

import { useState } from "react";
import { type CaseField, caseFields, optionLabel, readField, written } from "../../kernels/fields.ts";
import { type Json, type JsonObject, isObject } from "../../model/document.ts";

interface Formed {
  readonly id: string;
  readonly schema: JsonObject;
  readonly value: Json | undefined;
  readonly faults: ReadonlyMap<string, string>;
  // `unread`: the text is no JSON yet, and the value is the last that was.
  readonly onChange: (value: Json, unread: boolean) => void;
  readonly asText?: boolean;
}

export function SchemaForm({ id, schema, value, faults, onChange, asText = true }: Formed): React.JSX.Element {
  const fields = caseFields(schema);
  const fits = fields.length > 0 && (value === undefined || value === null || isObject(value));
  const [text, setText] = useState(!fits);
  const whole = faults.get("");
  const set = (field: CaseField, next: Json | undefined): void => {
    const { [field.name]: _, ...rest } = isObject(value) ? value : {};
    onChange(next === undefined ? rest : { ...(isObject(value) ? value : {}), [field.name]: next }, false);
  };
  return (
    <div className="schema-form">
      {whole && <p className="problem-text" role="alert">{whole}</p>}
      {text || !fits
        ? <JsonField id={`${id}-json`} label="As JSON" value={value} onChange={onChange} />
        : fields.map((field) => <Row key={field.name} id={`${id}-${field.name}`} field={field} value={isObject(value) ? value[field.name] : undefined} fault={faults.get(field.name)} onChange={(next) => set(field, next)} />)}
      {fits && !text && faults.size > 0 && <Others faults={faults} fields={fields} />}
      {asText && fits && <button type="button" className="link" onClick={() => setText(!text)}>{text ? "Type it in as fields" : "Type it in as JSON"}</button>}
    </div>
  );
}

// What is wrong with a field that the form does not show.
function Others({ faults, fields }: { faults: ReadonlyMap<string, string>; fields: readonly CaseField[] }): React.JSX.Element {
  const others = [...faults].filter(([name]) => name !== "" && !fields.some((field) => field.name === name));
  return <>{others.map(([name, says]) => <p key={name} className="problem-text">{says}</p>)}</>;
}

function Row({ id, field, value, fault, onChange }: { id: string; field: CaseField; value: Json | undefined; fault: string | undefined; onChange: (value: Json | undefined) => void }): React.JSX.Element {
  const help = fault ?? field.help;
  const common = { id, "aria-invalid": fault !== undefined || undefined, "aria-describedby": help ? `${id}-help` : undefined, required: field.required };
  return (
    <div className="field">
      <label htmlFor={id}>{field.title}{field.required && <span className="needed" aria-hidden="true"> *</span>}</label>
      <Control field={field} value={value} common={common} onChange={onChange} />
      {help && <p id={`${id}-help`} className={fault ? "problem-text" : "hint"}>{help}</p>}
    </div>
  );
}

function Control({ field, value, common, onChange }: { field: CaseField; value: Json | undefined; common: object; onChange: (value: Json | undefined) => void }): React.JSX.Element {
  // What is typed is shown as it was typed, also where it means a number: “1.” would else lose its point.
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed !== null && same(readField(field, typed), value) ? typed : written(value);
  const change = (event: { target: { value: string } }): void => {
    setTyped(event.target.value);
    onChange(readField(field, event.target.value));
  };
  if (field.control === "choice") return <select {...common} value={shown} onChange={change}><option value="">–</option>{field.options.map((option) => <option key={written(option)} value={written(option)}>{optionLabel(option)}</option>)}</select>;
  if (field.control === "long") return <textarea {...common} rows={3} value={shown} onChange={change} />;
  if (field.control === "json") return <textarea {...common} className="mono" rows={3} spellCheck={false} value={shown} onChange={change} />;
  return <input {...common} type={field.type} inputMode={field.control === "number" ? "decimal" : undefined} value={shown} onChange={change} autoComplete="off" />;
}

export function JsonField({ id, label, value, onChange, rows = 9 }: { id: string; label: string; value: Json | undefined; onChange: (value: Json, unread: boolean) => void; rows?: number }): React.JSX.Element {
  const [typed, setTyped] = useState<string | null>(null);
  const unread = typed !== null && !parses(typed);
  const shown = typed !== null && (unread || same(JSON.parse(typed) as Json, value)) ? typed : JSON.stringify(value ?? null, null, 2);
  const change = (text: string): void => {
    setTyped(text);
    if (parses(text)) onChange(JSON.parse(text) as Json, false);
    else onChange(value ?? null, true);
  };
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <textarea id={id} className="mono" rows={rows} spellCheck={false} aria-invalid={unread || undefined} aria-describedby={`${id}-help`} value={shown} onChange={(event) => change(event.target.value)} />
      <p id={`${id}-help`} className={unread ? "problem-text" : "hint"} role="status">{unread ? "This is no JSON yet." : ""}</p>
    </div>
  );
}

const same = (one: Json | undefined, other: Json | undefined): boolean => JSON.stringify(one) === JSON.stringify(other);

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
