// One value of a configuration as a form field, whatever its schema says it is. Every keystroke becomes an edit.

import { useState } from "react";
import { type Json, type JsonObject, isObject } from "../../model/document.ts";
import { Icon } from "../Icon.tsx";
import { Area } from "./Area.tsx";
import { Listed } from "./Listed.tsx";
import { Mapped } from "./Mapped.tsx";
import { type Field, type Shape, shapeOf } from "./schema.ts";

export interface Form {
  readonly root: JsonObject;
  // Ids of elements are made of this, so that labels find their fields.
  readonly id: string;
  // What the server says about a place of the configuration: `/rules/0/assert`.
  readonly faults: ReadonlyMap<string, string>;
  readonly hints: ReadonlyMap<string, readonly string[]>;
  readonly readOnly: boolean;
}

export interface Valued {
  readonly form: Form;
  readonly path: string;
  readonly schema: JsonObject;
  readonly value: Json | undefined;
  // Undefined takes the value away.
  readonly onChange: (value: Json | undefined) => void;
  readonly label: string;
  readonly required: boolean;
}

export function Fields({ form, path, fields, value, onChange }: { form: Form; path: string; fields: readonly Field[]; value: JsonObject; onChange: (value: JsonObject) => void }): React.JSX.Element {
  const set = (name: string, next: Json | undefined): void => {
    const { [name]: _, ...rest } = value;
    onChange(next === undefined ? rest : { ...value, [name]: next });
  };
  return (
    <>
      {fields.map((field) => <FieldRow key={field.name} form={form} path={`${path}/${field.name}`} field={field} value={value[field.name]} onChange={(next) => set(field.name, next)} />)}
    </>
  );
}

function FieldRow({ form, path, field, value, onChange }: { form: Form; path: string; field: Field; value: Json | undefined; onChange: (value: Json | undefined) => void }): React.JSX.Element {
  const shape = shapeOf(field.schema, form.root);
  const fault = form.faults.get(path);
  const id = form.id + path;
  const nested = shape.is === "list" || shape.is === "map" || shape.is === "group";
  const input = <Value form={form} path={path} schema={field.schema} value={value} onChange={onChange} label={field.label} required={field.required} />;
  const label = <>{field.label}{field.required && <span className="needed" aria-hidden="true"> *</span>}</>;
  if (shape.is === "flag") return <div className="field"><label className="check">{input}{label}</label><Help id={id} help={field.help} fault={fault} /></div>;
  return nested
    ? <fieldset className="field nested"><legend>{label}</legend><Help id={id} help={field.help} fault={fault} />{input}</fieldset>
    : <div className="field"><label htmlFor={id}>{label}</label>{input}<Help id={id} help={field.help} fault={fault} /></div>;
}

export function Help({ id, help, fault }: { id: string; help: string; fault: string | undefined }): React.JSX.Element {
  return <p id={`${id}-help`} className={fault ? "problem-text" : "hint"}>{fault ?? help}</p>;
}

export function Value(props: Valued): React.JSX.Element {
  const { form, path, schema, value, onChange, label, required } = props;
  const shape = shapeOf(schema, form.root);
  const id = form.id + path;
  const fault = form.faults.get(path);
  const common = { id, "aria-label": label, "aria-invalid": fault !== undefined || undefined, "aria-describedby": `${id}-help`, disabled: form.readOnly } as const;
  const text = (next: string): void => onChange(next === "" && !required ? undefined : next);
  switch (shape.is) {
    case "text":
      return shape.lines || shape.code ? <Area {...common} code={shape.code} value={asText(value)} onChange={text} /> : <Line {...common} value={asText(value)} onChange={text} hints={form.hints.get(path.split("/").at(-1) ?? "")} />;
    case "number":
      return <input {...common} type="number" step={shape.whole ? 1 : "any"} min={shape.least} max={shape.most} value={typeof value === "number" ? value : ""} onChange={(event) => onChange(event.target.value === "" || Number.isNaN(event.target.valueAsNumber) ? undefined : event.target.valueAsNumber)} placeholder={defaultOf(schema)} />;
    case "flag":
      return <input {...common} aria-label={undefined} type="checkbox" checked={(value ?? schema["default"]) === true} onChange={(event) => onChange(event.target.checked)} />;
    case "choice":
      return <select {...common} value={asText(value ?? schema["default"])} onChange={(event) => text(event.target.value)}>{(!required || value === undefined) && <option value="">{defaultOf(schema) || "—"}</option>}{shape.of.map((each) => <option key={each}>{each}</option>)}</select>;
    case "list":
      return <Listed {...props} item={shape.item} />;
    case "map":
      return <Mapped {...props} item={shape.item} />;
    case "group":
      return <Group {...props} shape={shape} />;
    case "json":
      return <JsonText {...common} value={value} onChange={onChange} />;
  }
}

function Line({ value, onChange, hints, ...rest }: { value: string; onChange: (value: string) => void; hints: readonly string[] | undefined; id: string }): React.JSX.Element {
  const list = hints?.length ? `${rest.id}-hints` : undefined;
  return <><input {...rest} type="text" list={list} value={value} onChange={(event) => onChange(event.target.value)} autoComplete="off" />{list && <datalist id={list}>{hints?.map((hint) => <option key={hint} value={hint} />)}</datalist>}</>;
}

function Group({ form, path, schema, value, onChange, label, required, shape }: Valued & { shape: Extract<Shape, { is: "group" }> }): React.JSX.Element {
  void schema;
  if (!isObject(value) && !required) return <button type="button" className="button small" disabled={form.readOnly} onClick={() => onChange({})}><Icon name="plus" size={13} />Set {label.toLowerCase()}</button>;
  return (
    <div className="group">
      <Fields form={form} path={path} fields={shape.fields} value={isObject(value) ? value : {}} onChange={onChange} />
      {!required && !form.readOnly && <button type="button" className="button small quiet" onClick={() => onChange(undefined)}>Take it away</button>}
    </div>
  );
}

// JSON as text: what is typed stays as it was typed, and counts once it can be read.
export function JsonText({ value, onChange, ...rest }: { value: Json | undefined; onChange: (value: Json | undefined) => void; id: string }): React.JSX.Element {
  const [draft, setDraft] = useState<string | null>(null);
  const written = value === undefined ? "" : JSON.stringify(value, null, 2);
  const typed = (text: string): void => {
    setDraft(text);
    if (text.trim() === "") return onChange(undefined);
    try {
      onChange(JSON.parse(text) as Json);
    } catch {
      // Half-written JSON is kept on screen alone.
    }
  };
  const unread = draft !== null && draft.trim() !== "" && !parses(draft);
  return <><Area {...rest} code="cel" value={draft ?? written} onChange={typed} onLeave={() => !unread && setDraft(null)} />{unread && <p className="problem-text" role="status">This is no JSON yet; the last that was is kept.</p>}</>;
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const asText = (value: Json | undefined): string => (typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value));
const defaultOf = (schema: JsonObject): string => (schema["default"] === undefined || schema["default"] === null || schema["default"] === "" ? "" : String(schema["default"]));
