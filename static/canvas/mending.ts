// Commands about problems: showing them one after the other, and mending them. Whoever clicks a repair means the problem
// and what the button says, not the drawing of some moment ago: it is worked out for the drawing as it is now, carried out
// as one step of history, or it is said why not. Never is a repair laid over another drawing than its own.

import * as commands from "./commands.ts";
import { editor } from "./editor.ts";
import { mended } from "./kernels/mend.ts";
import { keyOf } from "./kernels/problems.ts";
import type { Drawing } from "./model/document.ts";
import type { Elsewhere, Problem, Repair } from "./model/problem.ts";
import { menders } from "./sync/menders.ts";
import { camera } from "./view/camera.ts";

const GONE = "This problem is not there any more.";
const CHANGED = "The drawing has changed meanwhile, so nothing was mended. Click again.";

// One deed after the other: what is clicked while another is under way begins with what that one gave.
let turn: Promise<void> = Promise.resolve();
const underWay = new Set<string>();
let last: { readonly what: string; readonly gave: Drawing } | null = null;

// The second click of a double click asks for nothing more: it is under way, or just done and not checked yet.
function once(what: string, deed: () => Promise<void>): Promise<void> {
  if (underWay.has(what) || (last?.what === what && last.gave === editor.now.drawing && !isCurrent())) return turn;
  underWay.add(what);
  turn = turn.then(deed).catch((failure: unknown) => reportError(failure)).finally(() => underWay.delete(what));
  return turn;
}

// Does what a button says about a problem; without a label, what helps best.
export function repair(problem: Problem, label: string | null): Promise<void> {
  const what = JSON.stringify([keyOf(problem), label]);
  return once(what, async () => {
    const { drawing, readOnly } = editor.now;
    if (readOnly) return;
    const why = (await unlike(drawing, problem)) ?? (await carriedOut(drawing, problem, label));
    if (why) editor.tell(why);
    else last = { what, gave: editor.now.drawing };
  });
}

// Why the problem cannot be mended in this drawing; null where the check of this very drawing found it.
async function unlike(drawing: Drawing, problem: Problem): Promise<string | null> {
  await checkedOrNot();
  const { checking, problems } = editor.now;
  if (editor.now.drawing !== drawing) return CHANGED;
  if (checking.is === "refused") return `The server did not check this drawing: ${checking.why}`;
  if (!isCurrent()) return "Checks wait for the connection, and so do repairs: nothing was mended.";
  return problems.some((each) => keyOf(each) === keyOf(problem)) ? null : GONE;
}

async function carriedOut(drawing: Drawing, problem: Problem, label: string | null): Promise<string | null> {
  const found = await menders()?.of(drawing, problem);
  if (editor.now.drawing !== drawing) return CHANGED;
  if (!found) return "The server did not answer: nothing was mended. Click again.";
  const chosen = label === null ? found.repairs[0] : found.repairs.find((each) => each.label === label);
  if (!chosen) return label === null ? `There is no repair of one click for this. ${problem.suggestion}` : `“${label}” does not mend this any more. ${problem.suggestion}`;
  apply(chosen, drawing);
  return null;
}

// Once the check of the drawing on screen has come, or it is known that none comes just now.
function checkedOrNot(): Promise<void> {
  return new Promise((done) => {
    const isWaiting = (): boolean => !isCurrent() && !isDown() && !editor.now.readOnly;
    if (!isWaiting()) return done();
    const leave = editor.subscribe(() => {
      if (isWaiting()) return;
      leave();
      done();
    });
  });
}

function apply(found: Repair, asked: Drawing): void {
  const before = new Set(asked.nodes.map((step) => step.id));
  editor.set({ ghost: null });
  editor.edit(mended(asked, found.document));
  const fresh = editor.now.drawing.nodes.filter((step) => !before.has(step.id)).map((step) => step.id);
  if (fresh.length) {
    editor.set({ shown: null });
    editor.select(fresh.slice(0, 1));
    camera.show(fresh);
  }
  const said = found.steps ? `Mended: ${found.steps.length} of the problems` : `Done: ${found.label.charAt(0).toLowerCase()}${found.label.slice(1)}`;
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

// Shows a problem of the list; one that has gone meanwhile is said to be gone.
export function show(problem: Problem): void {
  const place = editor.now.problems.findIndex((each) => keyOf(each) === keyOf(problem));
  if (place < 0) return editor.tell(GONE);
  commands.showProblem(place);
}

// Mends the problem that is shown by the first of its repairs.
export async function mendShown(): Promise<void> {
  const { shown, problems, readOnly } = editor.now;
  const problem = shown === null ? undefined : problems[shown];
  if (readOnly) return;
  if (!problem) return editor.tell("Show a problem first: F8 goes from one to the next.");
  await repair(problem, null);
}

export function mendAll(): Promise<void> {
  return once("all", async () => {
    const { drawing, readOnly } = editor.now;
    if (readOnly) return;
    const found = await menders()?.all(drawing);
    if (editor.now.drawing !== drawing) return editor.tell(CHANGED);
    if (!found) return editor.tell("Each of these problems needs a choice of yours.");
    if (found === "unreachable") return editor.tell("The server cannot be reached.", "problem");
    apply(found, drawing);
    last = { what: "all", gave: editor.now.drawing };
  });
}

// Only a queue is made from here; everything else is a link to where it is made.
export function make(what: Elsewhere, again: () => void): Promise<void> {
  const { queue } = what;
  return queue === undefined ? Promise.resolve() : once(`queue ${queue}`, async () => {
    const why = (await menders()?.makeQueue(queue)) ?? null;
    if (why !== null) return editor.tell(why, "problem");
    editor.tell(`The queue “${queue}” is made, and you are its first member.`);
    again();
  });
}

// Whether the problems listed are those of the drawing on screen.
export function isCurrent(): boolean {
  const { checking, checked, drawing } = editor.now;
  return checking.is === "current" && checked === drawing;
}

// No check and no repair can be had just now; the list says why.
export function isDown(): boolean {
  return editor.now.checking.is === "offline" || editor.now.checking.is === "refused";
}
