// Changes of a step's configuration: plain JSON in, a new value out, nothing else is touched. Places are JSON pointers.
//
// Used by `form`. It knows no form and no server; whether a value fits is for the server to say.

import { type Json, type JsonObject, isObject } from "../model/document.ts";

const NUMBER = /^[+-]?\d{1,300}([.]\d{1,300})?([eE][+-]?\d{1,3})?$/;

export type Typed = { readonly value: Json | undefined } | { readonly flaw: string };

export const parts = (path: string): string[] => path.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
export const pointer = (keys: readonly (string | number)[]): string => keys.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
export const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);
export const fieldsOf = (value: unknown): JsonObject => (isObject(value) ? value : {});

export function read(value: Json | undefined, keys: readonly string[]): Json | undefined {
  return keys.reduce<Json | undefined>((inside, key) => (typeof inside === "object" && inside !== null && Object.hasOwn(inside, key) ? (inside as JsonObject)[key] : undefined), value);
}

// What a person typed, as the value of a control. Undefined: the field is left out. A flaw: it is no value yet, and what
// was there stays.
export function typed(sort: string, text: string, required: boolean): Typed {
  if (text === "" && !required) return { value: undefined };
  if (sort === "number" || sort === "integer") return { value: NUMBER.test(text.trim()) ? Number(text) : text };
  if (sort === "scalar") return { value: scalar(text) };
  if (sort !== "json") return { value: text };
  try {
    return { value: JSON.parse(text) as Json };
  } catch {
    return { flaw: "This is no valid JSON yet; what was there before stays." };
  }
}

// What stands in a control for a value: the other way around.
export function shown(sort: string, value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  if (sort === "json") return JSON.stringify(value, null, 2);
  if (typeof value !== "string") return JSON.stringify(value);
  return sort === "scalar" && scalar(value) !== value ? JSON.stringify(value) : value;
}

// As in a spreadsheet: what reads as a number, a truth value or JSON is that, and all else is a text.
export function scalar(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

// The value with another one at a place; undefined takes it away. Lists are filled up to the place.
export function put(value: Json | undefined, keys: readonly string[], what: Json | undefined, filler: Json = ""): Json | undefined {
  const [key, ...rest] = keys;
  if (key === undefined) return what;
  if (Array.isArray(value)) {
    const list = [...(value as readonly Json[])];
    while (list.length < Number(key)) list.push(filler);
    list[Number(key)] = put(list[Number(key)] ?? empty(rest), rest, what, filler) ?? "";
    return list;
  }
  const fields = fieldsOf(value);
  const there = Object.hasOwn(fields, key) ? fields[key] : undefined;
  const inside = put(there ?? empty(rest), rest, what, filler);
  const others = Object.entries(fields);
  if (inside === undefined) return Object.fromEntries(others.filter(([name]) => name !== key));
  // Not by assignment: a name like “__proto__” is a name like any other.
  return Object.fromEntries(Object.hasOwn(fields, key) ? others.map(([name, each]) => [name, name === key ? inside : each]) : [...others, [key, inside]]);
}

export const set = (config: JsonObject, path: string, what: Json | undefined, filler: Json = ""): JsonObject => fieldsOf(put(config, parts(path), what, filler));

export function add(config: JsonObject, path: string, blank: Json, into: string): JsonObject {
  const there = read(config, parts(path));
  if (into === "list") return set(config, path, [...listOf(there), blank]);
  const fields = fieldsOf(there);
  return set(config, path, Object.fromEntries([...Object.entries(fields), [unused(fields, "name"), blank]]));
}

export function remove(config: JsonObject, path: string): JsonObject {
  const { above, key, holder } = placed(config, path);
  if (Array.isArray(holder)) return set(config, above, listOf(holder).filter((_, index) => index !== Number(key)));
  return set(config, above, Object.fromEntries(Object.entries(fieldsOf(holder)).filter(([name]) => name !== key)));
}

// Some places earlier (negative) or later among its neighbours, in lists and in maps.
export function move(config: JsonObject, path: string, by: number): JsonObject {
  const { above, key, holder } = placed(config, path);
  const rows = Array.isArray(holder) ? listOf(holder) : Object.entries(fieldsOf(holder));
  const from = Array.isArray(holder) ? Number(key) : Object.keys(fieldsOf(holder)).indexOf(key);
  const next = shifted<unknown>(rows, from, by);
  if (next === rows) return config;
  return set(config, above, Array.isArray(holder) ? (next as Json[]) : Object.fromEntries(next as [string, Json][]));
}

// A map's entry by another name, in the same place. A name that is taken or empty changes nothing.
export function rename(config: JsonObject, path: string, name: string): JsonObject {
  const { above, key, holder } = placed(config, path);
  const fields = fieldsOf(holder);
  if (name === "" || name === key || Object.hasOwn(fields, name)) return config;
  return set(config, above, Object.fromEntries(Object.entries(fields).map(([each, what]) => [each === key ? name : each, what])));
}

// An option of a set is chosen, or no longer; options keep the order in which they are offered.
export function member(config: JsonObject, path: string, option: string, chosen: boolean, order: readonly string[]): JsonObject {
  const held = new Set([...listOf(read(config, parts(path)))].filter((each) => each !== option));
  if (chosen) held.add(option);
  return set(config, path, [...order.filter((each) => held.has(each)), ...[...held].filter((each) => !order.includes(String(each)))]);
}

// Every place that holds a value or an empty holder: two configurations with the same places have the same form.
export function places(value: Json | undefined, path = ""): readonly string[] {
  const inside = Array.isArray(value) ? listOf(value).map((each, index) => [String(index), each] as const) : isObject(value) ? Object.entries(value) : [];
  return inside.length ? inside.flatMap(([key, each]) => places(each, `${path}${pointer([key])}`)) : [path];
}

export function shifted<T>(list: readonly T[], from: number, by: number): readonly T[] {
  const to = Math.min(Math.max(from + by, 0), list.length - 1);
  if (from < 0 || from >= list.length || to === from) return list;
  const next = [...list];
  next.splice(to, 0, ...next.splice(from, 1));
  return next;
}

export function unused(fields: object, stem: string): string {
  let name = stem;
  for (let number = 2; Object.hasOwn(fields, name); number += 1) name = `${stem}_${number}`;
  return name;
}

const empty = (keys: readonly string[]): Json | undefined => (keys[0] === undefined ? undefined : /^\d+$/.test(keys[0]) ? [] : {});

function placed(config: JsonObject, path: string): { above: string; key: string; holder: Json | undefined } {
  const keys = parts(path);
  const key = keys.pop() ?? "";
  return { above: pointer(keys), key, holder: read(config, keys) };
}
