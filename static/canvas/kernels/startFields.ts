// What a case brings along, in words: the fields of the input for Start on the drawing. They are edited in the inspector.

import { type Drawing, type Json, isObject } from "../model/document.ts";

export interface StartField {
  readonly name: string;
  readonly says: string;
  readonly needed: boolean;
}

const WORDS = new Map(Object.entries({ string: "text", integer: "whole number", number: "number", boolean: "yes or no", array: "list", object: "record" }));
const FORMATS = new Map(Object.entries({ email: "mail address", date: "date", "date-time": "date and time", uri: "web address", uuid: "id" }));

export function startFields(input: Drawing["input"]): readonly StartField[] {
  const properties = isObject(input["properties"]) ? input["properties"] : {};
  const needed = Array.isArray(input["required"]) ? input["required"] : [];
  return Object.entries(properties).map(([name, schema]) => ({ name, says: words(schema), needed: needed.includes(name) }));
}

function words(schema: Json): string {
  if (!isObject(schema)) return "anything";
  if (Array.isArray(schema["enum"])) return "a choice";
  const listed = schema["type"];
  const types = (Array.isArray(listed) ? listed : [listed]).filter((type) => type !== "null" && typeof type === "string").map(String);
  const said = types.map((type) => (type === "string" && FORMATS.get(schema["format"] as string)) || WORDS.get(type));
  return said.length === 0 || said.length > 2 || said.includes(undefined) ? "anything" : said.join(" or ");
}
