// One edge. A loop says how often it goes back, its way out after how often it is taken; doubts are dashed and errors
// dotted: colour is never the only sign.

import { memo, useState } from "react";
import { BaseEdge, type EdgeProps } from "@xyflow/react";
import { editor, use } from "../editor.ts";
import { type Line, draggedLine, labelOf, labelWidth, lineOf } from "../kernels/routes.ts";
import type { Point } from "../model/document.ts";
import { differs, isPainted, levelOf } from "./marks.ts";
import type { Way } from "./parts.ts";

export const WayEdge = memo(function WayEdge({ id, data, sourceX, sourceY, targetX, targetY, selected }: EdgeProps<Way>) {
  const [hovered, setHovered] = useState(false);
  const level = use((seen) => levelOf(seen, id));
  const painted = use((seen) => isPainted(seen, id));
  const change = use((seen) => differs(seen, id));
  const taken = use((seen) => seen.overlay.edges.has(id));
  const open = use((seen) => !seen.readOnly);
  const settled = use((seen) => data && lineOf(seen.drawing, seen.kinds, data.edge));
  if (!data || !settled) return null;
  const { edge } = data;
  const { drawing, kinds } = editor.now;
  const stays = near(settled.from, sourceX, sourceY) && near(settled.to, targetX, targetY);
  const line = stays ? settled : draggedLine(drawing, kinds, edge, [sourceX, sourceY], [targetX, targetY]);
  const text = labelOf(edge, data.turns);
  const means = edge.loop ? "loop" : edge.after_loop ? "exit" : undefined;
  return (
    <g className="way" data-means={means} data-port={edge.port} data-level={level} data-painted={painted || undefined} data-change={change} data-taken={taken || undefined}
      data-selected={selected || undefined} onMouseEnter={() => setHovered(true)} onMouseLeave={() => setHovered(false)}>
      <BaseEdge id={id} path={line.path} markerEnd="url(#arrow)" interactionWidth={18} />
      {text && <Label line={line} text={text} />}
      {open && (hovered || selected) && !edge.loop && <Plus line={line} id={id} aside={means !== undefined} />}
    </g>
  );
});

const near = ([x, y]: Point, nowX: number, nowY: number): boolean => Math.abs(x - nowX) < 2 && Math.abs(y - nowY) < 2;

function Label({ line, text }: { line: Line; text: string }): React.JSX.Element {
  const width = labelWidth(text);
  return (
    <g className="way-label" transform={`translate(${line.label[0]},${line.label[1]})`}>
      <rect x={-width / 2} y={-10} width={width} height={20} rx={10} />
      <text textAnchor="middle" dy="0.35em">{text}</text>
    </g>
  );
}

// A step is put on the edge from here; by keyboard it is done from the inspector.
function Plus({ line, id, aside }: { line: Line; id: string; aside: boolean }): React.JSX.Element {
  const add = (event: React.MouseEvent): void => {
    event.stopPropagation();
    editor.enter({ is: "adding", at: null, screen: [event.clientX, event.clientY], on: id });
  };
  return (
    <g className="way-plus nopan" transform={`translate(${line.label[0]},${line.label[1] + (aside ? 24 : 0)})`} onClick={add}>
      <title>Insert a step here</title>
      <circle r={11} />
      <path d="M-5,0H5M0,-5V5" />
    </g>
  );
}
