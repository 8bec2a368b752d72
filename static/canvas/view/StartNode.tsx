// Where every case begins, and what it brings along; that is edited in the inspector.

import { memo } from "react";
import { Handle, type NodeProps, Position } from "@xyflow/react";
import { use } from "../editor.ts";
import { FIELDS_SHOWN } from "../kernels/sizes.ts";
import { START } from "../model/document.ts";
import { Icon } from "./Icon.tsx";
import { isPainted, levelOf } from "./marks.ts";
import type { StartPart } from "./parts.ts";

export const StartNode = memo(function StartNode({ data: { fields }, selected }: NodeProps<StartPart>) {
  const level = use((seen) => levelOf(seen, START));
  const painted = use((seen) => isPainted(seen, START));
  const more = fields.length - FIELDS_SHOWN;
  return (
    <div className="start" data-level={level} data-painted={painted || undefined} data-selected={selected || undefined}>
      <Icon name="circle-play" size={18} />
      <div className="step-head"><span className="step-name">Start</span><span className="step-kind">{fields.length ? "A case brings along" : "Brings nothing yet"}</span></div>
      {fields.length > 0 && (
        <ul className="start-fields">
          {fields.slice(0, FIELDS_SHOWN).map((field) => <li key={field.name}><b>{field.name}</b><span>{field.says}</span></li>)}
          {more > 0 && <li>and {more} more</li>}
        </ul>
      )}
      <Handle id="out" type="source" position={Position.Right} className="outlet bare" />
    </div>
  );
});
