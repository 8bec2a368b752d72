// What the server says is wrong with a drawing, and how that can be mended: the shapes of its answers.

import type { Drawing } from "./document.ts";

export type Level = "error" | "warning";

export interface Problem {
  readonly code: string;
  readonly level: Level;
  readonly message: string;
  readonly suggestion: string;
  // What is to be painted, in the order of the way where there is one.
  readonly nodes: readonly string[];
  readonly edges: readonly string[];
  // The place in the document, as a JSON pointer.
  readonly path: string;
}

// What a click would do: the drawing as it would be then. `steps`: what is done, where one click does several things.
export interface Repair {
  readonly label: string;
  readonly document: Drawing;
  readonly steps?: readonly string[];
}

// What can be done outside of the drawing: on another page, or a queue that is made at once.
export interface Elsewhere {
  readonly label: string;
  readonly href?: string;
  readonly queue?: string;
}

export interface Repairs {
  readonly repairs: readonly Repair[];
  readonly elsewhere: readonly Elsewhere[];
}

// Whether the problems are those of the drawing on screen. `offline`: what is listed was found earlier.
export type Checking =
  | { readonly is: "current" }
  | { readonly is: "under way" }
  | { readonly is: "offline" }
  | { readonly is: "refused"; readonly why: string };
