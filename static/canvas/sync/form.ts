// What the form of a step asks of the server: how it looks and what is wrong, what may be written, what a text gives on a
// sample case. Like all of the canvas's questions, each has an answer that is data.

import type { Sample } from "../editor.ts";
import type { Problem } from "../model/problem.ts";
import type { Drawing, Json, JsonObject } from "../model/document.ts";
import { type Answer, type Asking, asking } from "./api.ts";

export type Language = "expression" | "template";

// `html` is the form; the paths of the problems are JSON pointers into the configuration.
export interface Inspected {
  readonly config: JsonObject;
  readonly valid: boolean;
  readonly problems: readonly Problem[];
  readonly html: string;
}

// `text` may be written in place of the characters from `start` to `end`.
export interface Offer {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly sort: string;
  readonly type: string;
  readonly help: string;
}

export type Previewed = { readonly value: Json } | { readonly reason: string; readonly code: string };

export interface Asked {
  readonly document: Drawing;
  readonly node: string;
  // Whether the form is only to be looked at.
  readonly readonly: boolean;
}

export interface FormApi {
  inspect(asked: Asked): Promise<Answer<Inspected>>;
  complete(asked: Asked, text: string, cursor: number, language: Language): Promise<Answer<{ offers: readonly Offer[] }>>;
  preview(asked: Asked, text: string, language: Language, sample: Sample | null): Promise<Answer<Previewed>>;
}

export function formApi(slug: string, csrf: string, ask: Asking = asking(csrf)): FormApi {
  const own = `/workflows/${slug}`;
  return {
    inspect: (asked) => ask("POST", `${own}/inspector/`, asked),
    complete: (asked, text, cursor, language) => ask("POST", `${own}/completions/`, { ...asked, text, cursor, language }),
    preview: (asked, text, language, sample) => ask("POST", `${own}/preview/`, { ...asked, text, language, ...sampled(sample) }),
  };
}

const sampled = (sample: Sample | null): JsonObject => (sample === null ? {} : sample.is === "run" ? { run: sample.id } : { input: sample.input });
