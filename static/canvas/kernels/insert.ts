// New steps: alone, after a port, or on an edge. Where they stand is found here too.

import { type Change, addEdge, addStep, all, setEdge, shift } from "../changes/changes.ts";
import { type Drawing, type Edge, type Point, type Step, START, place } from "../model/document.ts";
import { edgeId, edgeIds, stepId, stepIds } from "../model/ids.ts";
import { type Kind, type Kinds, isDoubtful, mainPort } from "../model/kinds.ts";
import { starter } from "../model/starters.ts";
import { reached } from "../model/wiring.ts";
import { type Origin, connect } from "./connect.ts";
import { GAP, GRID, HEIGHT, WIDTH, sizeOf, startAt } from "./sizes.ts";

export interface Made {
  readonly change: Change;
  readonly id: string;
}

export function newStep(drawing: Drawing, kind: Kind, at: Point): Step {
  const id = stepId(kind.kind.split(".").at(-1) ?? "step", stepIds(drawing));
  const name = kind.family === "outcome" ? "" : kind.title;
  return { id, kind: kind.kind, ...(name ? { name } : { name: id === "outcome" ? "done" : id.replace("outcome", "done") }), config: starter(kind, drawing), at: snapped(at) };
}

export function putAt(drawing: Drawing, kind: Kind, at: Point): Made {
  const step = newStep(drawing, kind, at);
  return { id: step.id, change: addStep(step) };
}

// A step after a port, to the right of it, where nothing stands yet; or at a place that somebody pointed at.
export function follow(drawing: Drawing, kinds: Kinds, kind: Kind, origin: Origin, at?: Point): Made {
  const step = newStep(drawing, kind, at ?? besides(drawing, kinds, origin));
  return { id: step.id, change: all(addStep(step), connect(origin, step.id, kinds)) };
}

// A step on an edge: the edge leads to it, and its main port to where the edge led. What stands in the way moves right.
export function insertOn(drawing: Drawing, kinds: Kinds, kind: Kind, edge: Edge): Made | null {
  const to = drawing.nodes.find((step) => step.id === edge.to);
  if (!to || edge.loop) return null;
  const from = drawing.nodes.find((step) => step.id === edge.from);
  const left = from ? place(from) : startAt(drawing);
  const room = place(to)[0] - left[0];
  const step = newStep(drawing, kind, [room > 0 ? left[0] + Math.min(room / 2, WIDTH + GAP) : place(to)[0], (left[1] + place(to)[1]) / 2]);
  const port = mainPort(step, kinds);
  const lacks = room > 0 ? Math.max(0, 2 * (WIDTH + GAP / 2) - room) : 0;
  const aside = lacks > 0 ? shift(onward(drawing, to.id), [snap(lacks), 0]) : (same: Drawing): Drawing => same;
  const settled = lacks > 0 ? { ...step, at: snapped([left[0] + WIDTH + GAP / 2, step.at?.[1] ?? 0]) } : step;
  const rest: Change[] = port === null ? [] : [(so) => addEdge({ id: edgeId(edgeIds(so)), from: step.id, port, to: to.id })(so)];
  return { id: step.id, change: all(aside, addStep(settled), setEdge(edge.id, { to: step.id }), ...rest) };
}

// What may follow a port, the most fitting families first: after a doubt a person, after a model a check.
export function fitting(kinds: Kinds, port: string, family: string): readonly Kind[] {
  const order = port === "overdue" || isDoubtful(port) ? ["escalate", "outcome", "verify", "decide", "execute"]
    : family === "execute" ? ["verify", "execute", "decide", "escalate", "outcome"]
    : ["execute", "decide", "verify", "escalate", "outcome"];
  return [...kinds.values()].sort((one, other) => order.indexOf(one.family) - order.indexOf(other.family));
}

export const snap = (value: number): number => Math.round(value / GRID) * GRID;
export const snapped = (at: Point): Point => [snap(at[0]), snap(at[1])];

function onward(drawing: Drawing, id: string): ReadonlySet<string> {
  const left = place(drawing.nodes.find((step) => step.id === id) ?? { id, kind: "" })[0];
  const after = reached(drawing, id, { forward: true });
  return new Set(drawing.nodes.filter((step) => after.has(step.id) && place(step)[0] >= left).map((step) => step.id));
}

function besides(drawing: Drawing, kinds: Kinds, { from, port }: Origin): Point {
  const step = drawing.nodes.find((each) => each.id === from);
  const [x, y] = step ? place(step) : startAt(drawing);
  const index = step ? Math.max(0, [...new Set(drawing.edges.filter((edge) => edge.from === from).map((edge) => edge.port))].indexOf(port)) : 0;
  const height = step ? sizeOf(step, kinds)[1] : HEIGHT;
  let at: Point = [x + WIDTH + GAP, from === START ? y : y + index * (height / 2)];
  while (drawing.nodes.some((each) => overlaps(place(each), at, sizeOf(each, kinds)))) at = [at[0], at[1] + GRID * 5];
  return at;
}

function overlaps(one: Point, other: Point, [width, height]: Point): boolean {
  return Math.abs(one[0] - other[0]) < width + GRID && other[1] < one[1] + height + GRID && one[1] < other[1] + HEIGHT + 44 + GRID;
}
