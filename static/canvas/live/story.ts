// What happened in a run, step by step, from its journal: one entry for each visit of a step, in the order in which they
// began. Events only add to it, so a run that is being watched is told as it goes. Why a step went its way is told by the
// server, and is not in here.

import { type Json, type JsonObject, isObject } from "../model/document.ts";
import type { RunEvent } from "./overlay.ts";

export type VisitState = "running" | "retrying" | "waiting" | "asked" | "called" | "incident" | "done" | "stopped";

// Something that a step did through one of its doors: a mail, a call, a question to a model, a function.
export type Call = JsonObject;

export interface Visit {
  readonly key: string;
  readonly node: string;
  readonly visit: number;
  readonly state: VisitState;
  readonly port: string | null;
  readonly output: Json;
  readonly error: Json;
  readonly calls: readonly Call[];
  // What a person is shown and asked, while the step waits for an answer.
  readonly asked: JsonObject | null;
  readonly reasons: readonly Json[];
  readonly pinned: boolean;
  readonly leftOut: boolean;
  readonly attempts: number;
  readonly until: string;
  readonly child: string;
  readonly began: string;
  readonly ms: number | null;
}

export interface End {
  readonly is: "succeeded" | "failed" | "cancelled";
  readonly outcome: string;
  readonly kind: string;
  readonly output: Json;
  readonly error: Json;
}

export interface Story {
  readonly visits: ReadonlyMap<string, Visit>;
  readonly input: Json;
  readonly began: string;
  readonly ms: number | null;
  readonly end: End | null;
}

export const UNTOLD: Story = { visits: new Map(), input: null, began: "", ms: null, end: null };

type Told = Readonly<Record<string, unknown>>;

// The story after some events; the same one where there are none.
export function told(story: Story, events: readonly RunEvent[]): Story {
  if (events.length === 0) return story;
  const visits = new Map(story.visits);
  let rest: Omit<Story, "visits"> = story;
  for (const event of events) {
    const data = event.data ?? {};
    if (event.type === "run.started") rest = { ...rest, input: (data["input"] ?? null) as Json, began: event.at ?? "" };
    else if (event.type.startsWith("run.")) rest = ended(rest, visits, event, data);
    else if (event.node) visited(visits, event.node, event.visit ?? 1, event, data);
  }
  return { ...rest, visits };
}

export const visitsOf = (story: Story, node: string): readonly Visit[] => [...story.visits.values()].filter((visit) => visit.node === node);
export const waitsFor = (story: Story): Visit | undefined => (story.end ? undefined : [...story.visits.values()].find((visit) => visit.state === "asked" || visit.state === "incident"));
export const heldBack = (visit: Visit): readonly Call[] => visit.calls.filter((call) => isObject(call["held_back"]));

function visited(visits: Map<string, Visit>, node: string, visit: number, event: RunEvent, data: Told): void {
  const change = CHANGES[event.type];
  if (!change) return;
  const key = `${node}-${visit}`;
  const before = visits.get(key) ?? { ...FRESH, key, node, visit, began: event.at ?? "" };
  const calls = Array.isArray(data["calls"]) ? (data["calls"] as Call[]) : [];
  visits.set(key, { ...before, calls: [...before.calls, ...calls], ...change(data, before, event) });
}

const FRESH: Visit = {
  key: "", node: "", visit: 1, state: "running", port: null, output: null, error: null, calls: [], asked: null, reasons: [], pinned: false, leftOut: false,
  attempts: 0, until: "", child: "", began: "", ms: null,
};

const question = (data: Told): Partial<Visit> => ({ asked: isObject(data["asked"]) ? data["asked"] : null, reasons: Array.isArray(data["reasons"]) ? (data["reasons"] as Json[]) : [] });

const CHANGES: Readonly<Record<string, (data: Told, before: Visit, event: RunEvent) => Partial<Visit>>> = {
  "step.started": (data) => ({ state: "running", attempts: Number(data["attempt"] ?? 1), until: "" }),
  "step.finished": (data, before, event) => ({
    state: "done", port: typeof data["port"] === "string" ? data["port"] : null, output: (data["output"] ?? null) as Json, error: null, asked: null, until: "",
    pinned: data["pinned"] === true, leftOut: data["output_left_out"] === true, ms: typeof data["ms"] === "number" && before.began === (event.at ?? "") ? data["ms"] : between(before.began, event.at),
  }),
  "step.failed": (data) => ({ state: "retrying", error: (data["error"] ?? null) as Json, attempts: Number(data["attempt"] ?? 1), until: String(data["retry_at"] ?? "") }),
  "step.waiting": (data) => ({ state: "waiting", until: String(data["until"] ?? "") }),
  "step.asked": (data) => ({ state: "asked", ...question(data) }),
  "step.called": (data) => ({ state: "called", child: String(data["run"] ?? "") }),
  "step.spread": () => ({ state: "called" }),
  "incident.opened": (data) => ({ state: "incident", error: (data["error"] ?? null) as Json, ...question(data) }),
  "incident.resolved": () => ({ state: "running", asked: null }),
};

function ended(rest: Omit<Story, "visits">, visits: Map<string, Visit>, event: RunEvent, data: Told): Omit<Story, "visits"> {
  const is = ({ "run.finished": "succeeded", "run.failed": "failed", "run.cancelled": "cancelled" } as const)[event.type];
  if (!is) return rest;
  for (const [key, visit] of visits) if (visit.state !== "done") visits.set(key, { ...visit, state: "stopped", asked: null });
  const end: End = { is, outcome: String(data["outcome"] ?? ""), kind: String(data["kind"] ?? ""), output: (data["output"] ?? null) as Json, error: (data["error"] ?? null) as Json };
  return { ...rest, end, ms: between(rest.began, event.at) };
}

function between(from: string, to: string | undefined): number | null {
  const ms = Date.parse(to ?? "") - Date.parse(from);
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}
