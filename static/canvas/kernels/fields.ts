// A JSON Schema of an object as the plain fields of a form, and what is typed into them as JSON: what a case is typed in
// by, and how a person answers. What has no simple field is typed as JSON; a text that is not what the schema asks for
// stays a text, for the server to say so beside the field.

import { type Json, type JsonObject, isObject } from "../model/document.ts";

export interface CaseField {
  readonly name: string;
  readonly title: string;
  readonly help: string;
  readonly control: "text" | "long" | "number" | "choice" | "json";
  // Of a text, what the browser may help with: text, email, date.
  readonly type: string;
  readonly options: readonly Json[];
  readonly required: boolean;
  // A number is read as one also where a text would do.
  readonly counts: boolean;
}

const PROSE = new Set(["message", "text", "body", "description", "comment", "notes"]);
const NUMBER = /^[+-]?\d{1,15}([.]\d{1,15})?([eE][+-]?\d{1,2})?$/;
const TYPES = new Map(Object.entries({ email: "email", date: "date" }));

export function caseFields(schema: JsonObject): readonly CaseField[] {
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  return Object.entries(properties).map(([name, raw]) => field(name, isObject(raw) ? raw : {}, required.includes(name)));
}

function field(name: string, schema: JsonObject, required: boolean): CaseField {
  const listed = schema["type"];
  const types = (Array.isArray(listed) ? listed : [listed]).filter((type) => type !== "null" && type !== undefined).map(String);
  const counts = types.length > 0 && types.some((type) => type === "integer" || type === "number");
  const options = Array.isArray(schema["enum"]) ? schema["enum"].filter((each) => each !== null) : types.length === 1 && types[0] === "boolean" ? [true, false] : [];
  const says = schema["title"] ?? `${name.charAt(0).toUpperCase()}${name.slice(1).replace(/_/g, " ")}`;
  return { name, title: String(says), help: String(schema["description"] ?? ""), control: controlOf(name, schema, types, options), type: TYPES.get(schema["format"] as string) ?? "text", options, required, counts };
}

function controlOf(name: string, schema: JsonObject, types: readonly string[], options: readonly Json[]): CaseField["control"] {
  if (options.length) return "choice";
  if (types.includes("string")) return PROSE.has(name) || Number(schema["maxLength"] ?? 0) > 300 ? "long" : "text";
  return types.length > 0 && types.every((type) => type === "integer" || type === "number") ? "number" : "json";
}

// What was typed, as JSON; undefined stands for nothing.
export function readField(of: CaseField, text: string): Json | undefined {
  if (text.trim() === "" && of.control !== "long") return undefined;
  if (text === "") return undefined;
  if (of.control === "choice") return of.options.find((option) => written(option) === text) ?? text;
  if (of.control === "json") return parsed(text) ?? text;
  return of.counts && NUMBER.test(text.trim()) ? Number(text) : text;
}

// What stands in a field.
export function written(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value, null, 2) : String(value);
}

export function optionLabel(option: Json): string {
  return option === true ? "Yes" : option === false ? "No" : written(option);
}

// The faults of a form by field: of `/input/email` the field is `email`; what is deeper is told at its field, too.
export function faultsAt(errors: readonly { readonly path: string; readonly message: string }[], under: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { path, message } of errors) {
    const inside = path === under || path.startsWith(`${under}/`) ? path.slice(under.length + 1) : null;
    const name = inside === null ? "" : (inside.split("/")[0] ?? "").replace(/~1/g, "/").replace(/~0/g, "~");
    if (!found.has(name)) found.set(name, message);
  }
  return found;
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
