// What trying a drawing out asks of the server: the cases to try it on, the try-out itself, its answers and its end. Like
// all of the canvas's questions, each has an answer that is data.

import type { Drawing, Json, JsonObject } from "../model/document.ts";
import type { Pins } from "../live/pins.ts";
import { type Answer, type Asking, asking } from "./api.ts";

export interface SampleCase {
  readonly id: number;
  readonly name: string;
  readonly input: Json;
}

export interface PastCase {
  readonly id: string;
  readonly at: string;
  readonly status: string;
  readonly outcome: string;
  readonly title: string;
}

export interface Cases {
  readonly samples: readonly SampleCase[];
  readonly runs: readonly PastCase[];
}

// A run as the contract shows it, of which only this is read.
export interface RunTold {
  readonly id: string;
  readonly input: Json;
  readonly steps: readonly { readonly node: string; readonly visit: number; readonly why: string }[];
}

export interface Begin {
  readonly document: Drawing;
  readonly pins: Pins;
  readonly insist: boolean;
  // Without one, the input is that of the run that `from` names.
  readonly input?: Json;
  readonly from?: { readonly run: string; readonly node: string };
}

export interface Reply {
  readonly node: string;
  readonly choice: string;
  readonly comment?: string;
  readonly edits?: JsonObject;
  readonly answers?: Json;
}

export interface TryingApi {
  cases(search: string): Promise<Answer<Cases>>;
  keep(name: string, input: Json): Promise<Answer<SampleCase>>;
  throwAway(id: number): Promise<Answer<null>>;
  begin(what: Begin): Promise<Answer<{ run: string; pinned: readonly string[] }>>;
  answer(run: string, reply: Reply): Promise<Answer<{ run: string }>>;
  cancel(run: string): Promise<Answer<unknown>>;
  run(id: string): Promise<Answer<RunTold>>;
}

export function tryingApi(slug: string, csrf: string, ask: Asking = asking(csrf)): TryingApi {
  const own = `/workflows/${slug}`;
  return {
    cases: (search) => ask("GET", `${own}/cases/${search ? `?q=${encodeURIComponent(search)}` : ""}`),
    keep: (name, input) => ask("POST", `${own}/cases/`, { name, input }),
    throwAway: (id) => ask("DELETE", `${own}/cases/${id}/`),
    begin: ({ pins, ...what }) => ask("POST", `${own}/try/`, { ...what, pins: Object.fromEntries(pins) }),
    answer: (run, reply) => ask("POST", `${own}/try/${run}/answer/`, reply),
    cancel: (run) => ask("POST", `/api/v1/runs/${run}/cancellation/`, { reason: "The try-out was stopped." }),
    run: (id) => ask("GET", `/api/v1/runs/${id}/`),
  };
}
