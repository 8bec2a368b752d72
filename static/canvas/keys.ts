// The keyboard: one table of keys, used by the canvas and by its list of keys. Typing into a field is never taken for one.

import * as commands from "./commands.ts";
import * as mending from "./mending.ts";
import { editor } from "./editor.ts";
import { inOrder, neighbour, type Way } from "./kernels/walk.ts";
import { isUnderWay } from "./live/trial.ts";
import { begin, clear } from "./live/trying.ts";
import { START, type Point } from "./model/document.ts";
import { camera } from "./view/camera.ts";
import { onceDrawn } from "./view/Rarely.tsx";

interface Binding {
  // As `event.key`, with `mod+` for Ctrl or ⌘ and `shift+`, `alt+` before it.
  readonly keys: readonly string[];
  readonly says: string;
  readonly run: (key: string) => void;
}

const STEP = 8;
const WAYS: Readonly<Record<string, Way>> = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };
const MOVES: Readonly<Record<Way, Point>> = { left: [-STEP, 0], right: [STEP, 0], up: [0, -STEP], down: [0, STEP] };
const arrows = Object.keys(WAYS);

export const BINDINGS: readonly Binding[] = [
  { keys: ["/"], says: "Add a step (after the selected one)", run: () => commands.startAdding(null, null) },
  { keys: ["c"], says: "Connect the selected step", run: () => connectSelected() },
  { keys: arrows.map((key) => `alt+${key}`), says: "Walk along the drawing", run: (key) => walk(key) },
  { keys: arrows, says: "Move what is selected", run: (key) => nudge(key, 1) },
  { keys: arrows.map((key) => `shift+${key}`), says: "Move it further", run: (key) => nudge(key, 8) },
  { keys: ["Enter"], says: "Edit the selected step", run: () => editSelected() },
  { keys: ["F2"], says: "Rename the selected step or group", run: () => renameSelected() },
  { keys: ["Delete", "Backspace"], says: "Delete, and join up what is left", run: () => commands.remove() },
  { keys: ["mod+z"], says: "Undo", run: () => editor.undo() },
  { keys: ["mod+shift+z", "mod+y"], says: "Redo", run: () => editor.redo() },
  { keys: ["mod+a"], says: "Select everything", run: () => commands.selectAll() },
  { keys: ["mod+d"], says: "Duplicate", run: () => commands.duplicate() },
  { keys: ["mod+f", "f"], says: "Search in the drawing", run: () => editor.enter({ is: "searching" }) },
  { keys: ["n"], says: "Write a note", run: () => !editor.now.readOnly && commands.addNote(null) },
  { keys: ["g", "mod+g"], says: "Put a frame around what is selected", run: () => commands.group() },
  { keys: ["t"], says: "Tidy the drawing", run: () => void commands.tidyUp() },
  { keys: ["r"], says: "Try the drawing on a case", run: () => commands.toggleTrying() },
  { keys: ["mod+Enter"], says: "Run the try-out", run: () => editor.now.panels.trying && void begin() },
  { keys: ["p"], says: "Show the problems", run: () => togglePanel() },
  { keys: ["F8"], says: "The next problem", run: () => mending.step(1) },
  { keys: ["shift+F8"], says: "The problem before", run: () => mending.step(-1) },
  { keys: ["m"], says: "Mend the problem that is shown", run: () => void mending.mendShown() },
  { keys: ["0"], says: "Show the whole drawing", run: () => camera.fit() },
  { keys: ["+", "="], says: "Zoom in", run: () => camera.zoom(1.25) },
  { keys: ["-"], says: "Zoom out", run: () => camera.zoom(0.8) },
  { keys: ["Escape"], says: "Leave, or select nothing", run: () => leave() },
  { keys: ["?"], says: "Show these keys", run: () => editor.enter({ is: "keys" }) },
];

const BY_KEY = new Map(BINDINGS.flatMap((binding) => binding.keys.map((key) => [key, binding] as const)));

export function pressed(event: KeyboardEvent): void {
  if (event.defaultPrevented || (isTyping(event.target) && event.key !== "F8")) return;
  if (event.key === "Tab" && camera.isFocused() && tabbed(event.shiftKey)) return event.preventDefault();
  const name = `${event.ctrlKey || event.metaKey ? "mod+" : ""}${event.altKey ? "alt+" : ""}${event.shiftKey && event.key.length > 1 ? "shift+" : ""}${event.key}`;
  const found = BY_KEY.get(name) ?? BY_KEY.get(event.ctrlKey || event.metaKey ? `mod+${event.shiftKey ? "shift+" : ""}${event.key.toLowerCase()}` : "");
  if (!found || (event.target instanceof Element && event.target.closest("dialog, [data-own-keys]"))) return;
  // Elsewhere these scroll, or belong to what has the focus: nothing is moved or deleted from afar.
  if (/^(Arrow|Delete|Backspace)/.test(event.key) && !camera.isFocused()) return;
  if (event.key === "Enter" && event.target instanceof Element && event.target.closest("button, a, summary")) return;
  event.preventDefault();
  found.run(event.key);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}

function only(): string | null {
  const { selected } = editor.now;
  return selected.size === 1 ? ([...selected][0] ?? null) : null;
}

function connectSelected(): void {
  const from = only();
  if (from) editor.enter({ is: "connecting", from });
  else editor.tell("Select one step first; Tab and the arrow keys go through the drawing.");
}

function walk(key: string): void {
  const way = WAYS[key];
  const here = only();
  if (way) commands.goTo(here ? neighbour(editor.now.drawing, here, way) : START);
  camera.focus();
}

// Tab goes from step to step as cases do, and leaves the drawing after the last one; with nothing selected, at once.
function tabbed(backwards: boolean): boolean {
  const here = only();
  const order = inOrder(editor.now.drawing, editor.now.kinds);
  const next = here ? order[order.indexOf(here) + (backwards ? -1 : 1)] : undefined;
  if (next === undefined) return false;
  commands.goTo(next);
  return true;
}

// Where nothing is selected that could move, arrow keys are the way in, and on.
function nudge(key: string, times: number): void {
  const way = WAYS[key];
  const { selected, readOnly } = editor.now;
  if (readOnly || [...selected].every((id) => id === START)) return walk(key);
  if (way) commands.nudge([MOVES[way][0] * times, MOVES[way][1] * times]);
}

function editSelected(): void {
  if (editor.now.selected.size === 0) return commands.goTo(START);
  onceDrawn(focusFields);
}

// Its fields come before what is wrong with it: whoever presses Enter wants to write.
function focusFields(): void {
  const field = document.querySelector<HTMLElement>(".inspector :is(input, textarea, select)");
  (field ?? document.querySelector<HTMLElement>(".inspector button"))?.focus();
}

function renameSelected(): void {
  const id = only();
  if (id === null) return editor.tell("Select one step or group first.");
  onceDrawn(() => focusName(id));
}

function focusName(id: string): void {
  const group = document.querySelector<HTMLInputElement>(`.react-flow__node[data-id="${id}"] .group-title`);
  const labelled = [...document.querySelectorAll<HTMLLabelElement>(".inspector label")].find((label) => /^Name/.test(label.textContent ?? ""));
  const field = group ?? labelled?.control ?? document.querySelector<HTMLElement>(".inspector input");
  field?.focus();
  if (field instanceof HTMLInputElement) field.select();
}

function togglePanel(): void {
  const { panels } = editor.now;
  editor.set({ panels: { ...panels, problems: !panels.problems } });
}

// One level at a time: what is being done, what is said or painted, what is selected; what a run has lit goes out last.
function leave(): void {
  const { mode, trial, selected, edge, shown, notice, differences, ghost } = editor.now;
  if (mode.is !== "idle") return editor.idle();
  if (shown !== null || ghost !== null || differences.length) return editor.set({ shown: null, ghost: null, differences: [], notice: null });
  if (selected.size || edge !== null) {
    editor.set({ notice: null });
    editor.selectEdge(null);
    return editor.select([]);
  }
  if (notice) return editor.set({ notice: null });
  if (!isUnderWay(trial)) clear();
}
