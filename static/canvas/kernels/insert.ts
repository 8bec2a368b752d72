// New steps: alone, after a port, or on an edge. Where they stand is found here too.

import { type Change, addEdge, addStep, all, setEdge, shift } from "../changes/changes.ts";
import { type Drawing, type Edge, type Point, type Step, place } from "../model/document.ts";
import { edgeId, edgeIds, stepId, stepIds } from "../model/ids.ts";
import { type Kind, type Kinds, isDoubtful, mainPort, portsAt } from "../model/kinds.ts";
import { starter } from "../model/starters.ts";
import { reached, wiring } from "../model/wiring.ts";
import { type Origin, connect } from "./connect.ts";
import { GAP, HEIGHT, WIDTH, portsDrawn, sizeOf, startAt } from "./sizes.ts";
import { freeSpot, snap, snapped } from "./spot.ts";

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

// A step near a place, on no other one.
export function putNear(drawing: Drawing, kinds: Kinds, kind: Kind, wanted: Point): Made {
  const step = newStep(drawing, kind, wanted);
  return putAt(drawing, kind, freeSpot(drawing, kinds, wanted, sizeOf(step, kinds)[1]));
}

// A step to the right of another one, without a way between them.
export function putBeside(drawing: Drawing, kinds: Kinds, kind: Kind, id: string): Made {
  return putAt(drawing, kind, besides(drawing, kinds, kind, { from: id, port: "" }));
}

// A step after a port, to the right of it, where nothing stands yet; or near a place that somebody pointed at.
export function follow(drawing: Drawing, kinds: Kinds, kind: Kind, origin: Origin, at?: Point): Made {
  const height = sizeOf(newStep(drawing, kind, [0, 0]), kinds)[1];
  const step = newStep(drawing, kind, at ? freeSpot(drawing, kinds, at, height) : besides(drawing, kinds, kind, origin));
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
  const wanted: Point = lacks > 0 ? [left[0] + WIDTH + GAP / 2, step.at?.[1] ?? 0] : place(step);
  const settled = { ...step, at: freeSpot(aside(drawing), kinds, wanted, sizeOf(step, kinds)[1], true) };
  const rest: Change[] = port === null ? [] : [(so) => addEdge({ id: edgeId(edgeIds(so)), from: step.id, port, to: to.id })(so)];
  return { id: step.id, change: all(aside, addStep(settled), setEdge(edge.id, { to: step.id }), ...rest) };
}

// The one way out by which a step is continued when nobody says which: the usual one while it is free, else the only free
// one. Null where there are several, and where there is none.
export function onlyPort(drawing: Drawing, kinds: Kinds, id: string): string | null {
  const free = freePorts(drawing, kinds, id);
  const usual = free.find((port) => ["out", "done", "pass", "answered"].includes(port));
  return usual ?? (free.length === 1 ? (free[0] ?? null) : null);
}

export function freePorts(drawing: Drawing, kinds: Kinds, id: string): readonly string[] {
  const wired = (wiring(drawing).outgoing.get(id) ?? []).map((edge) => edge.port);
  return portsAt(drawing, id, kinds).filter((port) => !wired.includes(port) && port !== "error");
}

// What may follow a port, the most fitting families first: after a doubt a person, after a model a check.
export function fitting(kinds: Kinds, port: string, family: string): readonly Kind[] {
  const order = port === "overdue" || isDoubtful(port) ? ["escalate", "outcome", "verify", "decide", "execute"]
    : family === "execute" ? ["verify", "execute", "decide", "escalate", "outcome"]
    : ["execute", "decide", "verify", "escalate", "outcome"];
  return [...kinds.values()].sort((one, other) => order.indexOf(one.family) - order.indexOf(other.family));
}

export { snap, snapped } from "./spot.ts";

function onward(drawing: Drawing, id: string): ReadonlySet<string> {
  const left = place(drawing.nodes.find((step) => step.id === id) ?? { id, kind: "" })[0];
  const after = reached(drawing, id, { forward: true });
  return new Set(drawing.nodes.filter((step) => after.has(step.id) && place(step)[0] >= left).map((step) => step.id));
}

function besides(drawing: Drawing, kinds: Kinds, kind: Kind, { from, port }: Origin): Point {
  const step = drawing.nodes.find((each) => each.id === from);
  const [x, y] = step ? place(step) : startAt(drawing);
  const index = step ? Math.max(0, portsDrawn(drawing, step, kinds).indexOf(port)) : 0;
  const height = sizeOf(newStep(drawing, kind, [0, 0]), kinds)[1];
  return freeSpot(drawing, kinds, [x + WIDTH + GAP, y + index * (HEIGHT / 2)], height, true);
}
