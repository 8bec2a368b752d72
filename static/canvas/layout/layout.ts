// Tidying a drawing: elkjs computes the places, in a worker that is fetched when it is first asked for. It can be called
// off: the worker is then ended, and the drawing stays as it was.

import type { ElkNode, ELK as Elk } from "elkjs/lib/elk-api.js";
import { type Drawing, type Note, type Point, type Step, START, notesOf, place } from "../model/document.ts";
import type { Kinds } from "../model/kinds.ts";
import { snapped } from "../kernels/insert.ts";
import { GAP, PORT, WIDTH, inletAt, portsDrawn, sizeWith, startAt, startPort, startSize } from "../kernels/sizes.ts";

export interface Layout {
  readonly places: Promise<ReadonlyMap<string, Point> | null>;
  callOff(): void;
}

const OPTIONS = {
  "elk.algorithm": "layered",
  "elk.direction": "RIGHT",
  "elk.layered.spacing.nodeNodeBetweenLayers": String(GAP + 16),
  "elk.spacing.nodeNode": "40",
  "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
  "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
  "elk.layered.crossingMinimization.forceNodeModelOrder": "false",
};

// With `only`, those steps alone are tidied, where they are.
export function tidy(drawing: Drawing, kinds: Kinds, workerUrl: string, only?: ReadonlySet<string>): Layout {
  const worker = new Worker(workerUrl);
  let ended: () => void = () => undefined;
  const over = new Promise<null>((resolve) => (ended = () => resolve(null)));
  const places = import("elkjs/lib/elk-api.js").then(async (module) => {
    const Maker = module.default as unknown as new (options: object) => Elk;
    const elk = new Maker({ workerFactory: () => worker });
    const result = await elk.layout(graph(drawing, kinds, only));
    return only ? placedAmong(drawing, result) : placed(drawing, result);
  });
  const settled = Promise.race([places, over]).finally(() => worker.terminate());
  return { places: settled, callOff: ended };
}

export function graph(drawing: Drawing, kinds: Kinds, only?: ReadonlySet<string>): ElkNode {
  const [wide, high] = startSize(drawing);
  const start = { id: START, width: wide, height: high, ports: [port(START, "out", startPort)], layoutOptions: fixed };
  const steps = drawing.nodes.filter((step) => !only || only.has(step.id)).map((step) => {
    const ports = portsDrawn(drawing, step, kinds);
    const [width, height] = sizeWith(ports.length);
    // The main way out is said to leave on the level of the way in: else each step would stand a little lower than the last.
    const out = ports.map((name, index) => port(step.id, name, [WIDTH, inletAt[1] + index * PORT]));
    return { id: step.id, width, height, ports: [port(step.id, INLET, inletAt), ...out], layoutOptions: fixed };
  });
  const children = only ? steps : [start, ...steps];
  const ids = new Set(children.map((child) => child.id));
  const edges = drawing.edges.filter((edge) => ids.has(edge.from) && ids.has(edge.to) && !edge.loop);
  const ways = edges.map((edge) => ({ id: edge.id, sources: [`${edge.from} ${edge.port}`], targets: [`${edge.to} ${INLET}`] }));
  // What nothing leads to is laid out as if Start led there: else it would stand left of Start, and push it away.
  const reached = new Set(edges.map((edge) => edge.to));
  const loose = only ? [] : steps.filter((step) => !reached.has(step.id)).map(({ id }) => ({ id: ` ${id}`, sources: [`${START} out`], targets: [`${id} ${INLET}`] }));
  return { id: "drawing", layoutOptions: OPTIONS, children, edges: [...ways, ...loose] };
}

// Some steps keep their upper left corner, so that they stay among the others.
export function placedAmong(drawing: Drawing, result: ElkNode): ReadonlyMap<string, Point> {
  const children = result.children ?? [];
  const before = drawing.nodes.filter((step) => children.some((child) => child.id === step.id)).map(place);
  const [x, y] = [0, 1].map((axis) => Math.min(...before.map((at) => at[axis] ?? 0)) - Math.min(...children.map((child) => (axis === 0 ? child.x : child.y) ?? 0))) as [number, number];
  return new Map(children.map((child) => [child.id, snapped([(child.x ?? 0) + x, (child.y ?? 0) + y])]));
}

// Start stays where it is, so that a tidied drawing does not jump away from under the eyes.
export function placed(drawing: Drawing, result: ElkNode): ReadonlyMap<string, Point> {
  const start = result.children?.find((child) => child.id === START);
  const [x, y] = startAt(drawing);
  const by: Point = [x - (start?.x ?? 0), y - (start?.y ?? 0)];
  const moved = (result.children ?? []).filter((child) => child.id !== START);
  const steps = new Map(moved.map((child) => [child.id, snapped([(child.x ?? 0) + by[0], (child.y ?? 0) + by[1]])]));
  return new Map([...steps, ...notesOf(drawing).map((note) => [note.id, withNearest(drawing, note, steps)] as const)]);
}

// A note goes where the step goes that it stands by.
function withNearest(drawing: Drawing, note: Note, steps: ReadonlyMap<string, Point>): Point {
  const far = (step: Step): number => Math.hypot(place(step)[0] - note.at[0], place(step)[1] - note.at[1]);
  const nearest = drawing.nodes.reduce<Step | null>((best, step) => (best && far(best) <= far(step) ? best : step), null);
  const to = nearest && steps.get(nearest.id);
  if (!nearest || !to) return note.at;
  const [x, y] = place(nearest);
  return snapped([note.at[0] + to[0] - x, note.at[1] + to[1] - y]);
}

// No port can be called so: names of ports have no space at their beginning.
const INLET = " in";
const fixed = { "elk.portConstraints": "FIXED_POS" };

function port(id: string, name: string, [x, y]: Point): NonNullable<ElkNode["ports"]>[number] {
  return { id: `${id} ${name}`, width: 1, height: 1, x, y };
}
