// The configuration that a new step begins with: as little as can be, but enough to see its ports and to fill it in.

import { type Drawing, type Json, type JsonObject, isObject } from "./document.ts";
import type { Kind } from "./kinds.ts";

const YES_NO: Json = [{ name: "yes" }, { name: "no" }];
const STARTERS: Readonly<Record<string, (drawing: Drawing) => JsonObject>> = {
  "verify.quality": (drawing) => ({ required: requiredFields(drawing) }),
  "verify.rules": () => ({ rules: [{ name: "it holds", assert: "true" }] }),
  "verify.schema": () => ({ value: "input", schema: { type: "object" } }),
  "verify.judge": () => ({ connection: "embedded", value: "input", rubric: "", pass_at: 0.8, fail_below: 0.4 }),
  "verify.grounded": () => ({ value: "input", sources: ["input"] }),
  "verify.agreement": () => ({ a: "input", b: "input", by: "equal" }),
  "decide.rule": () => ({ choices: [{ name: "yes", when: "true" }], otherwise: "no" }),
  "decide.table": () => ({ inputs: [], hit: "UNIQUE", choices: ["yes", "no"], rows: [] }),
  "decide.model": () => ({ connection: "embedded", question: "", choices: YES_NO }),
  "escalate.review": () => ({ queue: "", question: "May this go on?", show: { "The case": "input" }, choices: [{ name: "approve", label: "Approve" }, { name: "reject", label: "Reject", comment_required: true }], due_hours: 24 }),
  "escalate.form": () => ({ queue: "", question: "Please fill in what is missing.", show: { "The case": "input" }, form: { type: "object", properties: {} }, due_hours: 24 }),
  "execute.email": () => ({ to: "", subject: "", body: "" }),
  "execute.http": () => ({ method: "GET", url: "https://" }),
  "execute.prompt": () => ({ connection: "embedded", prompt: "" }),
  "execute.wait": () => ({ seconds: 60 }),
  "execute.each": () => ({ workflow: "", items: "input.items", input: { item: "item" } }),
  "verify.familiar": () => ({ value: "input" }),
  "decide.match": () => ({ value: "input", playbooks: [{ name: "one", examples: [] }, { name: "other", examples: [] }] }),
  "execute.transform": () => ({ output: { value: "input" } }),
  "execute.select": () => ({ fields: { value: "input" } }),
  outcome: () => ({}),
};

export function starter(kind: Kind, drawing: Drawing): JsonObject {
  return STARTERS[kind.kind]?.(drawing) ?? blank(kind.config_schema);
}

function requiredFields(drawing: Drawing): Json {
  const required = drawing.input["required"];
  if (Array.isArray(required) && required.length) return required;
  return isObject(drawing.input["properties"]) ? Object.keys(drawing.input["properties"]).slice(0, 3) : [];
}

function blank(schema: JsonObject): JsonObject {
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  const found = required.flatMap((name) => (typeof name === "string" ? [[name, empty(properties[name])] as const] : []));
  return Object.fromEntries(found);
}

function empty(schema: Json | undefined): Json {
  const type = isObject(schema) ? schema["type"] : null;
  return { object: {}, array: [], boolean: false, number: 0, integer: 0 }[String(type)] ?? "";
}
