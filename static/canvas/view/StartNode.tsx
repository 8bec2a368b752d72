// Where every case begins. What it brings along is edited in the inspector.

import { memo } from "react";
import { Handle, type NodeProps, Position } from "@xyflow/react";
import { use } from "../editor.ts";
import { START } from "../model/document.ts";
import { Icon } from "./Icon.tsx";
import { isPainted, levelOf } from "./marks.ts";
import type { StartPart } from "./parts.ts";

export const StartNode = memo(function StartNode({ data: { fields }, selected }: NodeProps<StartPart>) {
  const level = use((seen) => levelOf(seen, START));
  const painted = use((seen) => isPainted(seen, START));
  return (
    <div className="start" data-level={level} data-painted={painted || undefined} data-selected={selected || undefined}>
      <Icon name="circle-play" size={18} />
      <span className="step-name">Start</span>
      <span className="step-kind">{fields === 1 ? "1 field" : `${fields} fields`}</span>
      <Handle id="out" type="source" position={Position.Right} className="outlet bare" />
    </div>
  );
});
