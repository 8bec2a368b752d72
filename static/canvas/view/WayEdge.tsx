// One edge. Loops go over the top with their turns beside them, the way out says after how many turns it is taken, errors
// and doubts are dashed: colour is never the only sign.

import { memo, useState } from "react";
import { BaseEdge, type EdgeProps } from "@xyflow/react";
import { editor, use } from "../editor.ts";
import { turns } from "../kernels/connect.ts";
import { type Route, route } from "../kernels/route.ts";
import { differs, isPainted, levelOf } from "./marks.ts";
import type { Way } from "./parts.ts";

export const WayEdge = memo(function WayEdge({ id, data, sourceX, sourceY, targetX, targetY, selected }: EdgeProps<Way>) {
  const [hovered, setHovered] = useState(false);
  const level = use((seen) => levelOf(seen, id));
  const painted = use((seen) => isPainted(seen, id));
  const change = use((seen) => differs(seen, id));
  const taken = use((seen) => seen.overlay.edges.has(id));
  const open = use((seen) => !seen.readOnly);
  if (!data) return null;
  const { edge } = data;
  const line = route([sourceX, sourceY], [targetX, targetY], Boolean(edge.loop));
  const means = edge.loop ? "loop" : edge.after_loop ? "exit" : undefined;
  return (
    <g className="way" data-means={means} data-port={edge.port} data-level={level} data-painted={painted || undefined} data-change={change} data-taken={taken || undefined}
      data-selected={selected || undefined} onMouseEnter={() => setHovered(true)} onMouseLeave={() => setHovered(false)}>
      <BaseEdge id={id} path={line.path} markerEnd="url(#arrow)" interactionWidth={18} />
      {means && <Label line={line} text={edge.loop ? `↻ up to ${turns(data.turns)}` : `after ${turns(data.turns)}`} />}
      {open && (hovered || selected) && !edge.loop && <Plus line={line} id={id} aside={means !== undefined} />}
    </g>
  );
});

function Label({ line, text }: { line: Route; text: string }): React.JSX.Element {
  const width = text.length * 6.2 + 14;
  return (
    <g className="way-label" transform={`translate(${line.middle[0]},${line.middle[1]})`}>
      <rect x={-width / 2} y={-10} width={width} height={20} rx={10} />
      <text textAnchor="middle" dy="0.35em">{text}</text>
    </g>
  );
}

// A step is put on the edge from here; by keyboard it is done from the inspector.
function Plus({ line, id, aside }: { line: Route; id: string; aside: boolean }): React.JSX.Element {
  const add = (event: React.MouseEvent): void => {
    event.stopPropagation();
    editor.enter({ is: "adding", at: null, screen: [event.clientX, event.clientY], on: id });
  };
  return (
    <g className="way-plus nopan" transform={`translate(${line.middle[0]},${line.middle[1] + (aside ? 24 : 0)})`} onClick={add}>
      <title>Insert a step here</title>
      <circle r={11} />
      <path d="M-5,0H5M0,-5V5" />
    </g>
  );
}
