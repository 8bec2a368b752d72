// Moves a try-out along: begins it, follows it, answers what it asks, stops it, forgets it. One at a time: who starts
// another one stops the one before. What is pinned is kept here, too.

import { type Sample, editor } from "../editor.ts";
import { type Json, type JsonObject, START, isObject } from "../model/document.ts";
import type { Refusal } from "../sync/api.ts";
import type { Begin, Reply, TryingApi } from "../sync/trying.ts";
import { camera } from "../view/camera.ts";
import { type RunEvent } from "./overlay.ts";
import { NO_PINS, type Pin, type Pins, followed, keepPins, recallPins, stillThere, withPin, withoutPin } from "./pins.ts";
import { told, visitsOf, waitsFor } from "./story.ts";
import { type Hindrance, NO_TRIAL, type Trial, started } from "./trial.ts";
import { lit, watch } from "./watch.ts";

const WHYS_AFTER_MS = 150;
const FOLLOW_MS = 600;

let api: TryingApi | null = null;
let slug = "";
let leave: () => void = () => undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let moved = 0;

const set = (fields: Partial<Trial>): void => editor.set({ trial: { ...editor.now.trial, ...fields } });

// Called once, when the canvas opens.
export function prepare(to: TryingApi, of: string): void {
  [api, slug] = [to, of];
  editor.set({ pins: stillThere(recallPins(localStorage, of), editor.now.drawing) });
  let before = editor.now.drawing;
  editor.onDrawing((drawing) => {
    const left = followed(editor.now.pins, before, drawing);
    before = drawing;
    if (left !== editor.now.pins) keptPins(left);
  });
}

export function door(): TryingApi {
  if (!api) throw new Error("The canvas is not open.");
  return api;
}

// The case

export async function choose(sample: Sample | null): Promise<void> {
  editor.set({ sample });
  if (!sample || sample.is === "sample") return set({ of: sample, input: sample ? sample.input : fresh(editor.now.drawing.input), unread: false, hindrance: null });
  const answer = await door().run(sample.id);
  if (editor.now.sample !== sample) return;
  if (answer.ok) set({ of: sample, input: answer.value.input, unread: false, hindrance: null });
  else set({ hindrance: hindrance(answer) });
}

export const type = (input: Json, unread = false): void => set({ input, unread, hindrance: null });

const fresh = (schema: JsonObject): Json => (isObject(schema["properties"]) || schema["type"] === "object" ? {} : null);

// The run

export async function begin(how: { readonly insist?: boolean; readonly from?: string } = {}): Promise<void> {
  const { trial, drawing } = editor.now;
  // Where effects are let out every step runs: a pinned answer would stand for a person who was not asked.
  const pins = how.insist ? NO_PINS : editor.now.pins;
  if (trial.unread || trial.phase === "starting") return;
  const from = how.from !== undefined && trial.run ? { run: trial.run, node: how.from } : undefined;
  const what: Begin = { document: drawing, pins, insist: how.insist ?? false, ...(from ? { from } : { input: trial.input ?? fresh(drawing.input) }) };
  set({ phase: "starting", hindrance: null });
  if (!from) camera.show([START]);
  const answer = await door().begin(what);
  if (editor.now.trial.phase !== "starting") return void (answer.ok && door().cancel(answer.value.run));
  // What is refused leaves the try-out before as it was; what begins takes its place.
  if (!answer.ok) return set({ phase: editor.now.trial.story.end ? "ended" : trial.phase, hindrance: hindrance(answer) });
  if (trial.phase === "under way") void door().cancel(trial.run);
  quiet();
  editor.set({ trial: started(editor.now.trial, what, answer.value.run) });
  leave = watch(answer.value.run, { events: heard, line: (line) => set({ line }) });
}

export async function stop(): Promise<void> {
  const { phase, run } = editor.now.trial;
  if (phase === "starting") return clear();
  const answer = await door().cancel(run);
  if (!answer.ok && answer.code !== "ended") editor.tell(`It could not be stopped. ${answer.detail}`, "problem");
}

export async function reply(given: Reply): Promise<void> {
  const { run } = editor.now.trial;
  set({ answering: true, refusedAnswer: null });
  const answer = await door().answer(run, given);
  if (editor.now.trial.run !== run) return;
  // What was asked goes away with the run's own word; a refusal brings the question back at once.
  if (!answer.ok) set({ answering: false, refusedAnswer: hindrance(answer) });
}

// Nothing is lit any more, and nothing of the try-out is known; the case stays.
export function clear(): void {
  quiet();
  const { trial } = editor.now;
  editor.set({ trial: { ...NO_TRIAL, input: trial.input, of: trial.of } });
}

// Lights the drawing up as a run went that is no try-out of this page; what comes back turns it off.
export function show(run: string): () => void {
  leave = watch(run);
  return quiet;
}

export function look(node: string, visit?: number): void {
  const seen = visitsOf(editor.now.trial.story, node);
  set({ shows: { node, visit: visit ?? seen.at(-1)?.visit ?? 1 } });
}

export const lookAway = (): void => set({ shows: null });

function quiet(): void {
  clearTimeout(timer);
  leave();
  leave = () => undefined;
}

// What came within a frame is one change of what is on screen.
function heard(events: readonly RunEvent[]): void {
  const { trial } = editor.now;
  const story = told(trial.story, events);
  const [before, asks] = [waitsFor(trial.story), waitsFor(story)];
  const isNew = asks !== undefined && asks.key !== before?.key;
  editor.set({
    overlay: lit(events),
    trial: {
      ...trial, story, line: "up", ...(trial.phase === "starting" ? {} : { phase: story.end ? "ended" : "under way" }),
      ...(before && asks?.key !== before.key ? { answering: false, refusedAnswer: null } : {}),
      ...(isNew ? { shows: { node: asks.node, visit: asks.visit } } : story.end ? { shows: editor.now.selected.size === 0 ? null : trial.shows } : {}),
    },
  });
  if (isNew) camera.show([asks.node]);
  else keepUp([...story.visits.values()].at(-1)?.node, story.end !== null);
  clearTimeout(timer);
  timer = setTimeout(() => void tellWhy(), WHYS_AFTER_MS);
}

// The view goes along with the run, now and then and at its end, as long as nobody looks at a step of their own.
function keepUp(node: string | undefined, isOver: boolean): void {
  const tooSoon = !isOver && Date.now() - moved < FOLLOW_MS;
  if (!node || tooSoon || !editor.now.panels.trying || editor.now.selected.size > 0) return;
  moved = Date.now();
  camera.show([node]);
}

async function tellWhy(): Promise<void> {
  const { run } = editor.now.trial;
  const answer = await door().run(run);
  if (!answer.ok || editor.now.trial.run !== run) return;
  set({ whys: new Map(answer.value.steps.map((step) => [`${step.node}-${step.visit}`, step.why])) });
}

// Pins

export function pin(node: string, what: Pin): void {
  keptPins(withPin(editor.now.pins, node, what));
}

export function unpin(node: string): void {
  keptPins(withoutPin(editor.now.pins, node));
}

function keptPins(pins: Pins): void {
  editor.set({ pins });
  if (!keepPins(localStorage, slug, pins)) editor.tell("This browser keeps nothing: the pins are gone when you leave the page.", "problem");
}

function hindrance(refused: Refusal): Hindrance {
  return { detail: refused.detail, errors: refused.errors, problems: refused.problems?.filter((problem) => problem.level === "error") ?? [] };
}

export const isStep = (id: string): boolean => id !== START && editor.now.drawing.nodes.some((step) => step.id === id);
