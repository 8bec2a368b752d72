// What a person can tell the canvas to do, whatever it was told by: a key, a button, a menu. Each command is short: it asks
// a kernel for a change and hands it to the editor.

import { all, move, removeEdges, shift } from "./changes/changes.ts";
import { type Alignment, align } from "./kernels/align.ts";
import { copied, pasted, readPaste } from "./kernels/clipboard.ts";
import { groupAround, reframed, withMembers } from "./kernels/groups.ts";
import { removeHealing } from "./kernels/heal.ts";
import type { Origin } from "./kernels/connect.ts";
import { type Made, follow, freePorts, insertOn, onlyPort, putBeside, putNear, snapped } from "./kernels/insert.ts";
import { tidy } from "./layout/layout.ts";
import { type Drawing, MAX_NOTES, type Point, START, notesOf, title } from "./model/document.ts";
import { noteId, noteIds } from "./model/ids.ts";
import type { Kind } from "./model/kinds.ts";
import { type Mode, editor } from "./editor.ts";
import { camera } from "./view/camera.ts";

const s = (count: number): string => (count === 1 ? "" : "s");

// Where the person was when asking for a step decides where it goes: a port, an edge, a place, or the middle.
export function add(kind: Kind, mode: Extract<Mode, { is: "adding" }>): void {
  const { drawing, kinds } = editor.now;
  const edge = mode.on === undefined ? undefined : drawing.edges.find((each) => each.id === mode.on);
  const on = edge && insertOn(drawing, kinds, kind, edge);
  put(on ?? (mode.after ? follow(drawing, kinds, kind, mode.after, mode.at ?? undefined) : putNear(drawing, kinds, kind, mode.at ?? camera.middle())), kind, mode.after);
}

// A kind that was pressed in the palette: right of the selected step, and after it where only one way out can be meant.
export function addBeside(kind: Kind): void {
  const { drawing, kinds, selected } = editor.now;
  const only = alone(drawing, selected);
  const port = only === undefined ? null : onlyPort(drawing, kinds, only);
  if (only !== undefined && port !== null) return put(follow(drawing, kinds, kind, { from: only, port }), kind, { from: only, port });
  put(only === undefined ? putNear(drawing, kinds, kind, camera.middle()) : putBeside(drawing, kinds, kind, only), kind);
}

function put(made: Made, kind: Kind, after?: Origin): void {
  const before = editor.now.drawing.nodes.find((step) => step.id === after?.from);
  editor.edit(made.change);
  editor.idle();
  editor.select([made.id]);
  camera.show([made.id]);
  editor.say(`${kind.title} was added${after ? ` after ${before ? `${title(before)}, ${after.port}` : "Start"}` : ""}.`);
}

// With one step selected, what is added follows its first free port.
export function startAdding(at: Point | null, screen: Point | null): void {
  const { drawing, kinds, selected } = editor.now;
  const only = alone(drawing, selected);
  const free = only !== undefined && !at ? onlyPort(drawing, kinds, only) ?? freePorts(drawing, kinds, only)[0] : undefined;
  editor.enter({ is: "adding", at, screen, ...(only !== undefined && free !== undefined ? { after: { from: only, port: free } } : {}) });
}

// The step that is meant when nobody says which: the selected one, or Start while there is nothing else.
function alone(drawing: Drawing, selected: ReadonlySet<string>): string | undefined {
  const only = selected.size === 1 ? [...selected][0] : drawing.nodes.length === 0 ? START : undefined;
  return only === START || drawing.nodes.some((step) => step.id === only) ? only : undefined;
}

export function addNote(at: Point | null): void {
  const { drawing } = editor.now;
  if (isFull(drawing)) return;
  const id = noteId(noteIds(drawing));
  const note = { id, text: "", at: snapped(at ?? camera.middle()), size: [240, 120] as Point };
  editor.edit((so) => ({ ...so, notes: [...notesOf(so), note] }));
  editor.select([id]);
}

// A frame around what is selected; its name is asked for on the frame.
export function group(): void {
  const { drawing, kinds, selected, readOnly } = editor.now;
  const ids = new Set([...selected].filter((id) => id !== START));
  if (readOnly || isFull(drawing)) return;
  if (ids.size === 0) return editor.tell("Select the steps first that belong together.");
  const note = groupAround(drawing, kinds, ids);
  editor.edit((so) => ({ ...so, notes: [...notesOf(so), note] }));
  editor.select([note.id]);
  editor.say(`A group around ${ids.size} part${s(ids.size)} was added.`);
}

function isFull(drawing: Drawing): boolean {
  const full = notesOf(drawing).length >= MAX_NOTES;
  if (full) editor.tell(`A drawing holds at most ${MAX_NOTES} notes and groups.`, "problem");
  return full;
}

// Says why nothing happens, where nothing may.
function onlyLooks(): boolean {
  if (editor.now.readOnly) editor.tell("This drawing is only to look at.");
  return editor.now.readOnly;
}

export function remove(): void {
  if (onlyLooks()) return;
  const { drawing, selected, edge, kinds } = editor.now;
  if (edge) return editor.edit(removeEdges(new Set([edge])));
  const ids = new Set([...selected].filter((id) => id !== START));
  if (ids.size === 0) return;
  const { change, joined } = removeHealing(drawing, ids, kinds);
  editor.edit(change);
  const healed = joined ? ` ${joined} way${s(joined)} joined up again.` : "";
  editor.tell(`Deleted ${ids.size} part${s(ids.size)}.${healed}`, "plain", { label: "Undo", run: () => editor.undo() });
}

export function selectAll(): void {
  const { drawing } = editor.now;
  editor.select([...drawing.nodes.map((step) => step.id), ...notesOf(drawing).map((note) => note.id)]);
}

export function copyText(): string | null {
  const { drawing, kinds, selected } = editor.now;
  const ids = withMembers(drawing, kinds, new Set([...selected].filter((id) => id !== START)));
  return ids.size ? copied(drawing, ids) : null;
}

export function paste(text: string, at: Point | null = null): void {
  if (onlyLooks()) return;
  const { drawing } = editor.now;
  const read = readPaste(text);
  if (!read.ok) return editor.tell(`Nothing was pasted. ${read.why}`, "problem");
  const placed = pasted(drawing, read.value, at);
  if (!placed.ok) return editor.tell(`Nothing was pasted. ${placed.why}`, "problem");
  const { input } = read.value;
  const takesInput = input !== null && drawing.nodes.length === 0;
  const fromStart = takesInput ? read.value.edges.filter((edge) => edge.from === START) : [];
  editor.edit(all(placed.value.change, (so) => ({ ...so, ...(takesInput ? { input } : {}), edges: [...so.edges, ...fromStart] })));
  editor.select(placed.value.ids);
  camera.show(placed.value.ids);
  editor.tell(`Pasted ${placed.value.ids.size} part${s(placed.value.ids.size)}.`);
}

export function duplicate(): void {
  const text = copyText();
  if (text) paste(text);
}

// Another drawing in place of this one, as one step of history.
export function replaceBy(drawing: Drawing): void {
  editor.edit(() => drawing);
  editor.idle();
  camera.fit();
  editor.tell("The drawing was replaced.", "plain", { label: "Undo", run: () => editor.undo() });
}

export function lineUp(how: Alignment): void {
  const { drawing, selected, kinds } = editor.now;
  editor.edit(align(drawing, selected, how, kinds));
}

export function nudge(by: Point): void {
  const before = editor.now.drawing;
  const { kinds, selected } = editor.now;
  editor.edit(shift(withMembers(before, kinds, selected), by), "nudge");
  if (editor.now.drawing !== before) editor.say(`Moved ${by[0] < 0 ? "left" : by[0] > 0 ? "right" : by[1] < 0 ? "up" : "down"}.`);
}

// Tidies the drawing, or of it what is selected.
export async function tidyUp(): Promise<void> {
  const { drawing, kinds, readOnly, selected } = editor.now;
  if (readOnly || drawing.nodes.length === 0) return;
  const chosen = new Set(drawing.nodes.filter((step) => withMembers(drawing, kinds, selected).has(step.id)).map((step) => step.id));
  const only = chosen.size > 1 && chosen.size < drawing.nodes.length ? chosen : undefined;
  const layout = tidy(drawing, kinds, camera.workerUrl, only);
  editor.tell("Tidying the drawing…", "plain", { label: "Cancel", run: layout.callOff });
  const places = await layout.places.catch(() => null);
  editor.set({ notice: null });
  // What was edited meanwhile is not what was laid out.
  if (!places || editor.now.drawing.nodes !== drawing.nodes) return editor.tell("The drawing was left as it is.");
  camera.settle();
  editor.edit(all(move(places), reframed(drawing, kinds)));
  if (only) camera.show(only);
  else camera.fit();
  editor.tell(only ? `Tidied the ${only.size} selected steps.` : "Tidied.", "plain", { label: "Undo", run: () => editor.undo() });
}

// Paints a problem and brings it into view.
export function showProblem(index: number): void {
  const problem = editor.now.problems[index];
  if (!problem) return;
  const here = problem.nodes.filter((id) => id === START || editor.now.drawing.nodes.some((step) => step.id === id));
  const ends = problem.edges.flatMap((id) => editor.now.drawing.edges.filter((edge) => edge.id === id).flatMap((edge) => [edge.from, edge.to]));
  editor.set({ shown: index });
  // A way is looked at as a whole; only a single step is opened at once.
  editor.select(here.length === 1 ? here : []);
  camera.show(here.length ? here : ends);
}

// The panel below the drawing in which it is tried out.
export function toggleTrying(): void {
  const { panels } = editor.now;
  editor.set({ panels: { ...panels, trying: !panels.trying, problems: panels.problems && panels.trying } });
}

export function goTo(id: string): void {
  editor.select([id]);
  camera.show([id]);
}
