// One step on the drawing: at most fifteen elements, since hundreds of them are on screen. Each port is one element that
// bears its name: one reads a drawing without hovering over anything.

import { memo } from "react";
import { Handle, type NodeProps, Position } from "@xyflow/react";
import { use } from "../editor.ts";
import { effectOf, familyOf } from "../model/kinds.ts";
import { title } from "../model/document.ts";
import { PORT, HEAD } from "../kernels/sizes.ts";
import { FAMILY_ICONS, Icon } from "./Icon.tsx";
import { countOf, differs, isPainted, levelOf, waitsForAll } from "./marks.ts";
import type { StepPart } from "./parts.ts";

// One style object a place, the same for every node: the flow would otherwise compare and set it again and again.
const PLACES = Array.from({ length: 64 }, (_, index) => ({ top: HEAD + index * PORT }));

export const StepNode = memo(function StepNode({ id, data: { step, ports }, selected }: NodeProps<StepPart>) {
  const kind = use((seen) => seen.kinds.get(step.kind));
  const lit = use((seen) => (seen.mode.is === "wiring" ? (seen.mode.lit.has(id) ? "yes" : "no") : undefined));
  const level = use((seen) => levelOf(seen, id));
  const count = use((seen) => countOf(seen, id));
  const painted = use((seen) => isPainted(seen, id));
  const change = use((seen) => differs(seen, id));
  const outward = use((seen) => effectOf(step, seen.kinds) === "outward");
  const waits = use((seen) => step.join === "any" || waitsForAll(seen.drawing, id));
  const run = use((seen) => seen.overlay.steps.get(id)?.state);
  const held = use((seen) => seen.overlay.steps.get(id)?.held);
  const gate = use((seen) => seen.gates.get(id));
  const pinned = use((seen) => seen.pins.has(id));
  const family = familyOf(step.kind);
  return (
    <div className="step" data-family={family} data-lit={lit} data-level={level} data-count={count || undefined} data-painted={painted || undefined} data-change={change} data-run={run} data-selected={selected || undefined}>
      <Icon name={kind?.icon ?? FAMILY_ICONS[family] ?? "circle"} size={18} />
      <div className="step-head"><span className="step-name">{title(step)}</span><span className="step-kind">{kind?.title ?? step.kind}</span></div>
      {pinned && <span className="step-pin" title="Pinned: not run in a try-out"><Icon name="pin" size={12} /></span>}
      {held ? <span className="step-held">held back</span> : outward && <span className="step-outward" data-asks={step.asks || undefined}>{step.asks ? "asks" : "outward"}</span>}
      {gate && !held && <span className="step-gate" data-state={gate[0]} title="How far this decision is trusted in the published version">{gate[1]}</span>}
      {waits && <span className="step-join">{step.join === "any" ? "goes on with the first" : "waits for all"}</span>}
      <Handle id="in" type="target" position={Position.Left} className="inlet" />
      {ports.map((port, index) => (
        <Handle key={port} id={port} type="source" position={Position.Right} className="outlet" data-port={port} style={PLACES[index] ?? {}}>
          {port}
        </Handle>
      ))}
    </div>
  );
});
