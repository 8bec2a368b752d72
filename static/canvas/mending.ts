// Commands about problems: showing them one after the other, and mending them. A repair is applied to the very drawing it
// was made for, as one step of history; to any other it is not.

import * as commands from "./commands.ts";
import { editor } from "./editor.ts";
import { mended } from "./kernels/mend.ts";
import type { Drawing } from "./model/document.ts";
import type { Elsewhere, Repair } from "./model/problem.ts";
import { menders } from "./sync/menders.ts";
import { camera } from "./view/camera.ts";

export function apply(repair: Repair, asked: Drawing): void {
  const { drawing, readOnly } = editor.now;
  if (readOnly) return;
  if (drawing !== asked) return editor.tell("The drawing has changed since. The repairs are being worked out anew.");
  const before = new Set(drawing.nodes.map((step) => step.id));
  editor.set({ ghost: null });
  editor.edit(mended(asked, repair.document));
  const fresh = editor.now.drawing.nodes.filter((step) => !before.has(step.id)).map((step) => step.id);
  if (fresh.length) {
    editor.set({ shown: null });
    editor.select(fresh.slice(0, 1));
    camera.show(fresh);
  }
  const said = repair.steps ? `Mended: ${repair.steps.length} of the problems` : `Done: ${repair.label.charAt(0).toLowerCase()}${repair.label.slice(1)}`;
  editor.tell(`${said}.`, "plain", { label: "Undo", run: () => editor.undo() });
}

// The next problem, or the one before, from the one that is shown; the panel opens with it.
export function step(by: 1 | -1): void {
  const { problems, shown, panels } = editor.now;
  if (problems.length === 0) return editor.tell(editor.now.checking.is === "current" ? "Nothing is wrong with this drawing." : "The drawing is still being checked.");
  const next = shown === null ? (by > 0 ? 0 : problems.length - 1) : (shown + by + problems.length) % problems.length;
  editor.set({ panels: { ...panels, problems: true, trying: false } });
  commands.showProblem(next);
}

// Mends the problem that is shown by the first of its repairs.
export async function mendShown(): Promise<void> {
  const { shown, problems, drawing, readOnly } = editor.now;
  const problem = shown === null ? undefined : problems[shown];
  if (readOnly) return;
  if (!problem) return editor.tell("Show a problem first: F8 goes from one to the next.");
  const found = isCurrent() ? await menders()?.of(drawing, problem) : null;
  const first = found?.repairs[0];
  if (first) apply(first, drawing);
  else editor.tell(found ? `There is no repair of one click for this. ${problem.suggestion}` : "The drawing is still being checked.");
}

export async function mendAll(): Promise<void> {
  const { drawing } = editor.now;
  const found = await menders()?.all(drawing);
  if (found && found !== "unreachable") return apply(found, drawing);
  editor.tell(found === null ? "Each of these problems needs a choice of yours." : "The server cannot be reached.", found === null ? "plain" : "problem");
}

// Only a queue is made from here; everything else is a link to where it is made.
export async function make(what: Elsewhere, again: () => void): Promise<void> {
  if (what.queue === undefined) return;
  const why = (await menders()?.makeQueue(what.queue)) ?? null;
  if (why !== null) return editor.tell(why, "problem");
  editor.tell(`The queue “${what.queue}” is made, and you are its first member.`);
  again();
}

// Whether the problems listed are those of the drawing on screen.
export function isCurrent(): boolean {
  const { checking, checked, drawing } = editor.now;
  return checking.is === "current" && checked === drawing;
}
