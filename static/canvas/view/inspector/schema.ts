// Reads a kind's JSON schema as a form does: what a field is, what it is called, and what an empty one holds.

import { type Json, type JsonObject, isObject } from "../../model/document.ts";

export type Shape =
  | { readonly is: "text"; readonly lines: boolean; readonly code: "cel" | "template" | "" }
  | { readonly is: "number"; readonly whole: boolean; readonly least?: number; readonly most?: number }
  | { readonly is: "flag" }
  | { readonly is: "choice"; readonly of: readonly string[] }
  | { readonly is: "list"; readonly item: JsonObject }
  | { readonly is: "map"; readonly item: JsonObject }
  | { readonly is: "group"; readonly fields: readonly Field[] }
  | { readonly is: "json" };

export interface Field {
  readonly name: string;
  readonly label: string;
  readonly help: string;
  readonly required: boolean;
  readonly schema: JsonObject;
}

export const resolved = (schema: JsonObject, root: JsonObject): JsonObject => {
  const ref = schema["$ref"];
  const found = typeof ref === "string" && isObject(root["$defs"]) ? root["$defs"][ref.split("/").at(-1) ?? ""] : null;
  const own = isObject(found) ? { ...found, ...schema } : schema;
  const some = own["anyOf"];
  if (!Array.isArray(some)) return own;
  const real = some.filter((each): each is JsonObject => isObject(each) && each["type"] !== "null");
  return real.length === 1 && real[0] ? { ...own, ...resolved(real[0], root), ...(own["description"] ? { description: own["description"] } : {}) } : own;
};

export function shapeOf(schema: JsonObject, root: JsonObject): Shape {
  const { type, format } = schema;
  if (Array.isArray(schema["enum"])) return { is: "choice", of: schema["enum"].map(String) };
  if (type === "string") return { is: "text", lines: format === "template" || Number(schema["maxLength"] ?? 0) >= 2_000, code: format === "cel" || format === "template" ? format : "" };
  if (type === "number" || type === "integer") return { is: "number", whole: type === "integer", ...bounds(schema) };
  if (type === "boolean") return { is: "flag" };
  if (type === "array") return { is: "list", item: resolved(isObject(schema["items"]) ? schema["items"] : {}, root) };
  if (format === "json-schema") return { is: "json" };
  if (isObject(schema["properties"])) return { is: "group", fields: fieldsOf(schema, root) };
  const item = isObject(schema["additionalProperties"]) ? schema["additionalProperties"] : isObject(schema["patternProperties"]) ? Object.values(schema["patternProperties"])[0] : null;
  return type === "object" && isObject(item) ? { is: "map", item: resolved(item, root) } : { is: "json" };
}

export function fieldsOf(schema: JsonObject, root: JsonObject): readonly Field[] {
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  return Object.entries(properties).flatMap(([name, raw]) => {
    if (!isObject(raw)) return [];
    const found = resolved(raw, root);
    return [{ name, label: sentence(String(raw["title"] ?? name)), help: String(found["description"] ?? ""), required: required.includes(name), schema: found }];
  });
}

// What a new item of a list holds.
export function emptyValue(schema: JsonObject, root: JsonObject): Json {
  const shape = shapeOf(schema, root);
  if (shape.is === "choice") return shape.of[0] ?? "";
  if (shape.is === "group") return Object.fromEntries(shape.fields.filter((field) => field.required).map((field) => [field.name, emptyValue(field.schema, root)]));
  return { text: "", number: 0, flag: false, list: [], map: {}, json: {} }[shape.is] as Json;
}

function bounds(schema: JsonObject): { least?: number; most?: number } {
  const [least, most] = [schema["minimum"] ?? schema["exclusiveMinimum"], schema["maximum"] ?? schema["exclusiveMaximum"]];
  return { ...(typeof least === "number" ? { least } : {}), ...(typeof most === "number" ? { most } : {}) };
}

const sentence = (words: string): string => {
  const plain = words.replace(/_/g, " ").toLowerCase();
  return plain.charAt(0).toUpperCase() + plain.slice(1);
};
