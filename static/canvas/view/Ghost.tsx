// What a repair would do, drawn over the drawing while one looks at its button: what would come, and what would go.

import { ViewportPortal } from "@xyflow/react";
import { use } from "../editor.ts";
import { outlook } from "../kernels/mend.ts";
import { inletAt, portAt, portsDrawn, sizeOf, sizeWith, startAt, startPort } from "../kernels/sizes.ts";
import { type Drawing, type Edge, type Point, START, place, title } from "../model/document.ts";
import type { Kinds } from "../model/kinds.ts";

export function Ghost(): React.JSX.Element | null {
  const ghost = use((seen) => seen.ghost);
  const kinds = use((seen) => seen.kinds);
  if (!ghost) return null;
  const { steps, edges, touched } = outlook(ghost.asked, ghost.document);
  const boxes = ghost.document.nodes.filter((step) => touched.has(step.id));
  return (
    <ViewportPortal>
      <svg className="ghost" overflow="visible" width={1} height={1} aria-hidden="true">
        {edges.map((edge) => <path key={edge.id} className="ghost-way" d={line(ghost.document, kinds, edge)} markerEnd="url(#arrow)" />)}
        {boxes.map((step) => <rect key={step.id} className="ghost-touched" {...corner(place(step))} {...extent(sizeWith(portsDrawn(ghost.document, step, kinds).length))} rx={8} />)}
        {steps.map((step) => (
          <g key={step.id} transform={`translate(${place(step).join(",")})`}>
            <rect className="ghost-step" {...extent(sizeOf(step, kinds))} rx={8} />
            <text x={16} y={34}>{title(step)}</text>
          </g>
        ))}
      </svg>
    </ViewportPortal>
  );
}

const corner = ([x, y]: Point): { x: number; y: number } => ({ x, y });
const extent = ([width, height]: Point): { width: number; height: number } => ({ width, height });

function line(drawing: Drawing, kinds: Kinds, edge: Edge): string {
  const [from, to] = [drawing.nodes.find((step) => step.id === edge.from), drawing.nodes.find((step) => step.id === edge.to)];
  const ports = from ? portsDrawn(drawing, from, kinds) : [];
  const [sx, sy] = edge.from === START ? sum(startAt(drawing), startPort) : sum(from ? place(from) : [0, 0], portAt(Math.max(0, ports.indexOf(edge.port))));
  const [tx, ty] = sum(to ? place(to) : [0, 0], inletAt);
  const pull = Math.max(40, Math.abs(tx - sx) / 2);
  return `M${sx},${sy}C${sx + pull},${sy} ${tx - pull},${ty} ${tx},${ty}`;
}

const sum = ([x, y]: Point, [dx, dy]: Point): Point => [x + dx, y + dy];
