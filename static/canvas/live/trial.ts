// A try-out as the panel shows it: which case, how far it is, what came of it. A value; `trying.ts` moves it along.

import type { Sample } from "../editor.ts";
import type { Problem } from "../model/problem.ts";
import type { Drawing, Json } from "../model/document.ts";
import type { Begin } from "../sync/trying.ts";
import type { Pins } from "./pins.ts";
import { type Story, UNTOLD } from "./story.ts";

export type Phase = "ready" | "starting" | "under way" | "ended";

// Why a try-out did not begin, or an answer was not taken.
export interface Hindrance {
  readonly detail: string;
  readonly errors: readonly { readonly path: string; readonly message: string }[];
  readonly problems: readonly Problem[];
}

export interface Trial {
  readonly phase: Phase;
  // What the form of the case holds; undefined before a case was chosen. `unread`: its text is no JSON yet.
  readonly input: Json | undefined;
  readonly of: Sample | null;
  readonly unread: boolean;
  readonly run: string;
  readonly insists: boolean;
  // What was tried, with which pins, and from which step on.
  readonly drawing: Drawing | null;
  readonly pins: Pins;
  readonly from: string;
  readonly story: Story;
  // Why a visit went its way, by its key; in the server's words.
  readonly whys: ReadonlyMap<string, string>;
  readonly hindrance: Hindrance | null;
  readonly answering: boolean;
  readonly refusedAnswer: Hindrance | null;
  readonly line: "up" | "down" | "refused";
  // The visit that the panel looks at; the outcome where there is none.
  readonly shows: { readonly node: string; readonly visit: number } | null;
}

export const NO_TRIAL: Trial = {
  phase: "ready", input: undefined, of: null, unread: false, run: "", insists: false, drawing: null, pins: new Map(), from: "", story: UNTOLD, whys: new Map(),
  hindrance: null, answering: false, refusedAnswer: null, line: "up", shows: null,
};

// A try-out that has begun: what went before is forgotten, the case stays.
export function started(trial: Trial, begin: Begin, run: string): Trial {
  return { ...NO_TRIAL, input: trial.input, of: trial.of, phase: "under way", run, insists: begin.insist, drawing: begin.document, pins: begin.pins, from: begin.from?.node ?? "" };
}

export const isUnderWay = (trial: Trial): boolean => trial.phase === "starting" || trial.phase === "under way";
