// Tidying a drawing: elkjs computes the places, in a worker that is fetched when it is first asked for. It can be called
// off: the worker is then ended, and the drawing stays as it was.

import type { ElkNode, ELK as Elk } from "elkjs/lib/elk-api.js";
import { type Drawing, type Point, START } from "../model/document.ts";
import type { Kinds } from "../model/kinds.ts";
import { snapped } from "../kernels/insert.ts";
import { GAP, START_SIZE, portAt, portsDrawn, sizeWith, startAt } from "../kernels/sizes.ts";

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

export function tidy(drawing: Drawing, kinds: Kinds, workerUrl: string): Layout {
  const worker = new Worker(workerUrl);
  let ended: () => void = () => undefined;
  const over = new Promise<null>((resolve) => (ended = () => resolve(null)));
  const places = import("elkjs/lib/elk-api.js").then(async (module) => {
    const Maker = module.default as unknown as new (options: object) => Elk;
    const elk = new Maker({ workerFactory: () => worker });
    return placed(drawing, await elk.layout(graph(drawing, kinds)));
  });
  const settled = Promise.race([places, over]).finally(() => worker.terminate());
  return { places: settled, callOff: ended };
}

export function graph(drawing: Drawing, kinds: Kinds): ElkNode {
  const start = { id: START, width: START_SIZE[0], height: START_SIZE[1], ports: [port(START, "out", START_SIZE)], layoutOptions: fixed };
  const children = drawing.nodes.map((step) => {
    const ports = portsDrawn(drawing, step, kinds);
    const [width, height] = sizeWith(ports.length);
    return { id: step.id, width, height, ports: ports.map((name, index) => port(step.id, name, portAt(index))), layoutOptions: fixed };
  });
  const ids = new Set([START, ...drawing.nodes.map((step) => step.id)]);
  const edges = drawing.edges.filter((edge) => ids.has(edge.from) && ids.has(edge.to) && !edge.loop);
  return { id: "drawing", layoutOptions: OPTIONS, children: [start, ...children], edges: edges.map((edge) => ({ id: edge.id, sources: [`${edge.from} ${edge.port}`], targets: [edge.to] })) };
}

// Start stays where it is, so that a tidied drawing does not jump away from under the eyes.
export function placed(drawing: Drawing, result: ElkNode): ReadonlyMap<string, Point> {
  const start = result.children?.find((child) => child.id === START);
  const [x, y] = startAt(drawing);
  const by: Point = [x - (start?.x ?? 0), y - (start?.y ?? 0)];
  const moved = (result.children ?? []).filter((child) => child.id !== START);
  return new Map(moved.map((child) => [child.id, snapped([(child.x ?? 0) + by[0], (child.y ?? 0) + by[1]])]));
}

const fixed = { "elk.portConstraints": "FIXED_POS" };

function port(id: string, name: string, [x, y]: Point): NonNullable<ElkNode["ports"]>[number] {
  return { id: `${id} ${name}`, width: 1, height: 1, x, y };
}
