// Problems in the order in which people work them off, what they are about, and how many there are, in words.

import type { Checking, Problem } from "../model/problem.ts";
import { type Drawing, type Edge, type Step, START, title } from "../model/document.ts";

export interface Group {
  // The step, or empty: the drawing as a whole.
  readonly owner: string;
  readonly name: string;
  readonly places: readonly number[];
}

// From this many on, the list has a heading for each step.
export const MANY = 9;
const PLACE = /^\/nodes\/(\d+)(\/|$)/;

export const keyOf = (problem: Problem): string => JSON.stringify([problem.code, problem.nodes, problem.edges, problem.path, problem.message]);

// Errors first, and those of one step beside each other, in the order of the drawing.
export function arranged(problems: readonly Problem[], drawing: Drawing): readonly Problem[] {
  const places = new Map(drawing.nodes.map((step, index) => [step.id, index]));
  const rank = (problem: Problem): number => places.get(ownerOf(problem, drawing)) ?? -1;
  const ranked = problems.map((problem) => ({ problem, level: Number(problem.level !== "error"), rank: rank(problem) }));
  return ranked.sort((one, other) => one.level - other.level || one.rank - other.rank).map(({ problem }) => problem);
}

// The step that is to be changed; of a way, where it begins.
export function ownerOf(problem: Problem, drawing: Drawing): string {
  const place = PLACE.exec(problem.path)?.[1];
  const written = place === undefined ? undefined : drawing.nodes[Number(place)]?.id;
  return written ?? problem.nodes.find((id) => id !== START) ?? problem.nodes[0] ?? "";
}

// Neighbours in the list that are about the same step.
export function groups(problems: readonly Problem[], drawing: Drawing): readonly Group[] {
  const names = new Map(drawing.nodes.map((step) => [step.id, title(step)]));
  const found: { owner: string; name: string; level: string; places: number[] }[] = [];
  for (const [index, problem] of problems.entries()) {
    const owner = ownerOf(problem, drawing);
    const last = found.at(-1);
    if (last?.owner === owner && last.level === problem.level) last.places.push(index);
    else found.push({ owner, level: problem.level, name: names.get(owner) ?? (owner === START ? "Start" : "The drawing"), places: [index] });
  }
  return found;
}

// Where the problem that was shown stands in the new list; null when it is gone.
export function still(shown: number | null, before: readonly Problem[], now: readonly Problem[]): number | null {
  const was = shown === null ? undefined : before[shown];
  const key = was && keyOf(was);
  const place = key === undefined ? -1 : now.findIndex((each) => keyOf(each) === key);
  return place < 0 ? null : place;
}

export function counts(problems: readonly Problem[]): { readonly errors: number; readonly warnings: number } {
  const errors = problems.filter((problem) => problem.level === "error").length;
  return { errors, warnings: problems.length - errors };
}

// As the bar says it. That nothing is wrong is said only of a drawing that was looked at.
export function counted(problems: readonly Problem[], checking: Checking): string {
  if (checking.is === "refused") return "Not checked";
  const { errors, warnings } = counts(problems);
  const said = [errors ? `${errors} to repair` : "", warnings ? `${warnings} to know` : ""].filter(Boolean).join(", ");
  if (said) return said;
  return checking.is === "current" ? "No problems" : checking.is === "offline" ? "Not checked" : "Checking…";
}

// Whether two drawings mean the same to a run and to the checks: places and notes are for people alone.
export function sameMeaning(one: Drawing, other: Drawing): boolean {
  if (one === other) return true;
  if (one.input !== other.input || one.nodes.length !== other.nodes.length || one.edges.length !== other.edges.length) return false;
  return one.nodes.every((step, index) => sameStep(step, other.nodes[index])) && one.edges.every((edge, index) => sameEdge(edge, other.edges[index]));
}

function sameStep(one: Step, other: Step | undefined): boolean {
  return one === other || (other !== undefined && sameFields(one, other, new Set(["at", "note"])));
}

const sameEdge = (one: Edge, other: Edge | undefined): boolean => one === other || (other !== undefined && sameFields(one, other, new Set()));

function sameFields(one: object, other: object, but: ReadonlySet<string>): boolean {
  const [a, b] = [one as Record<string, unknown>, other as Record<string, unknown>];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => but.has(key) || a[key] === b[key]);
}
