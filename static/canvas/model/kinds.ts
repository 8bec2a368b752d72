// What the canvas knows of the kinds of steps: what the server lists, and which ports a configuration gives.
//
// The ports follow from the configuration, and the server's word comes with the check. Until then the canvas has to
// draw something, so the rules of the kinds that come with the project are mirrored here; a test holds them against the
// examples that the server serves. A kind from outside shows the ports of its example.

import { type Drawing, type JsonObject, type Step, START, isObject } from "./document.ts";

export type Family = "execute" | "verify" | "decide" | "escalate" | "outcome" | "start";
export type Effect = "none" | "reads" | "outward";

export interface Kind {
  readonly kind: string;
  readonly family: Exclude<Family, "start">;
  readonly title: string;
  readonly help: string;
  readonly icon: string;
  readonly ports: readonly string[];
  readonly effect: Effect;
  readonly config_schema: JsonObject;
  readonly example: JsonObject;
}

export type Kinds = ReadonlyMap<string, Kind>;

export const FAMILIES: readonly Exclude<Family, "start">[] = ["execute", "verify", "decide", "escalate", "outcome"];
export const FAMILY_TITLES: Readonly<Record<Family, string>> = {
  start: "Start", execute: "Do", verify: "Check", decide: "Decide", escalate: "Ask", outcome: "End",
};
const READING = new Set(["GET", "HEAD"]);
// No plain object: a drawing may name a kind "constructor", which each object has.
const PORTS_OF = new Map<string, (config: JsonObject) => readonly string[]>(Object.entries({
  "decide.rule": (config: JsonObject) => [...choices(config), ...text(config["otherwise"]), "unsure"],
  "decide.table": (config: JsonObject) => [...choices(config), "unsure"],
  "decide.model": (config: JsonObject) => [...choices(config), "unsure"],
  "decide.match": (config: JsonObject) => [...names(config["playbooks"]), "unsure"],
  "escalate.review": (config: JsonObject) => [...choices(config), ...overdue(config)],
  "escalate.form": (config: JsonObject) => ["answered", ...overdue(config)],
  "execute.workflow": (config: JsonObject) => ["done", ...names(config["by_outcome"]), "error"],
  outcome: () => [],
}));

export function familyOf(kind: string): Family {
  const found = kind.split(".", 1)[0] as Family;
  return FAMILIES.includes(found as (typeof FAMILIES)[number]) ? found : "execute";
}

const known = new WeakMap<Step, { readonly kinds: Kinds; readonly ports: readonly string[] }>();

// Asked of every step again and again, so what was found for a step is kept: steps do not change.
export function portsOf(step: Step, kinds: Kinds): readonly string[] {
  const before = known.get(step);
  if (before?.kinds === kinds) return before.ports;
  const ports = [...new Set(PORTS_OF.get(step.kind)?.(step.config ?? {}) ?? kinds.get(step.kind)?.ports ?? [])];
  known.set(step, { kinds, ports });
  return ports;
}

export function effectOf(step: Step, kinds: Kinds): Effect {
  if (step.kind !== "execute.http") return kinds.get(step.kind)?.effect ?? "none";
  const config = step.config ?? {};
  return config["reads_only"] === true || READING.has(String(config["method"])) ? "reads" : "outward";
}

// The ports to draw: those that the kind gives, and those that edges still hold on to, so that no edge hangs in the air.
export function drawnPorts(step: Step, kinds: Kinds, held: readonly string[]): readonly string[] {
  const ports = portsOf(step, kinds);
  return held.every((port) => ports.includes(port)) ? ports : [...new Set([...ports, ...held])];
}

// Where most cases go on: the port by which a drawing is continued when nobody says otherwise.
export function mainPort(step: Step, kinds: Kinds): string | null {
  const ports = portsOf(step, kinds);
  return ["done", "pass", "answered"].find((port) => ports.includes(port)) ?? ports[0] ?? null;
}

export function portsAt(drawing: Drawing, id: string, kinds: Kinds): readonly string[] {
  if (id === START) return ["out"];
  const step = drawing.nodes.find((each) => each.id === id);
  return step ? portsOf(step, kinds) : [];
}

export const isDoubtful = (port: string): boolean => ["unsure", "fail", "error", "overdue"].includes(port);

const choices = (config: JsonObject): string[] => names(config["choices"]);
const overdue = (config: JsonObject): string[] => (config["due_hours"] ? ["overdue"] : []);
const text = (value: unknown): string[] => (typeof value === "string" && value ? [value] : []);

function names(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((each) => text(isObject(each) ? each["name"] : each));
}
