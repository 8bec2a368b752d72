// What a run does, over a drawing: kept beside the drawing and told to the views at most once a frame, however many
// messages come, so that a busy run costs the page no more than a quiet one.

import { START } from "../model/document.ts";

export type StepState = "running" | "done" | "waiting" | "failed" | "retrying";

// `held`: something that the step would have sent was held back.
export interface Lit {
  readonly state: StepState;
  readonly visits: number;
  readonly held?: true;
}

export interface Overlay {
  readonly steps: ReadonlyMap<string, Lit>;
  readonly edges: ReadonlySet<string>;
}

export interface RunEvent {
  readonly seq: number;
  readonly at?: string;
  readonly type: string;
  readonly node?: string | null;
  readonly visit?: number | null;
  readonly data?: Readonly<Record<string, unknown>> | null;
}

export const QUIET: Overlay = { steps: new Map(), edges: new Set() };

const STATES: Readonly<Record<string, StepState>> = {
  "step.started": "running", "step.finished": "done", "step.failed": "retrying", "step.waiting": "waiting",
  "step.asked": "waiting", "step.called": "waiting", "step.spread": "waiting", "incident.opened": "failed", "incident.resolved": "running",
};

// The overlay after some events; the same one where they changed nothing.
export function after(overlay: Overlay, events: readonly RunEvent[], edgesOf: (node: string, port: string) => readonly string[]): Overlay {
  const steps = new Map(overlay.steps);
  const edges = new Set(overlay.edges);
  for (const event of events) {
    if (event.type === "run.started") for (const id of edgesOf(START, "out")) edges.add(id);
    const state = STATES[event.type];
    if (!event.node || !state) continue;
    const before = steps.get(event.node);
    const held = before?.held ?? isHeld(event.data?.["calls"]);
    steps.set(event.node, { state, visits: Math.max(event.visit ?? 1, before?.visits ?? 1), ...(held ? { held } : {}) });
    const port = event.data?.["port"];
    if (state === "done" && typeof port === "string") for (const id of edgesOf(event.node, port)) edges.add(id);
  }
  return events.length ? { steps, edges } : overlay;
}

const isHeld = (calls: unknown): boolean => Array.isArray(calls) && calls.some((call: { held_back?: unknown } | null) => call?.held_back !== undefined);

// Gathers what comes in and hands it on once a frame.
export function perFrame<T>(frame: (what: () => void) => unknown, handOn: (items: readonly T[]) => void): (item: T) => void {
  let gathered: T[] = [];
  return (item) => {
    gathered.push(item);
    if (gathered.length > 1) return;
    frame(() => {
      const items = gathered;
      gathered = [];
      handOn(items);
    });
  };
}
