// A group: a frame with a title behind its steps. It is taken by its head; what lies inside is clicked as if it were not there.
// Its colour is chosen above the drawing, where buttons keep their size however far away one is.

import { memo } from "react";
import { type NodeProps, NodeResizeControl, ResizeControlVariant } from "@xyflow/react";
import { setNote } from "../changes/changes.ts";
import { editor, use } from "../editor.ts";
import { LEAST_GROUP } from "../kernels/groups.ts";
import { snap } from "../kernels/spot.ts";
import { camera } from "./camera.ts";
import { Icon } from "./Icon.tsx";
import type { GroupPart } from "./parts.ts";

export const GroupNode = memo(function GroupNode({ id, data: { note, isSelected } }: NodeProps<GroupPart>) {
  const readOnly = use((seen) => seen.readOnly);
  const edits = isSelected && !readOnly;
  const pick = (event: React.PointerEvent): void => {
    const adds = event.ctrlKey || event.metaKey || event.shiftKey;
    if (!isSelected) editor.select(adds ? [...editor.now.selected, id] : [id]);
  };
  const keyed = (event: React.KeyboardEvent): void => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    camera.focus();
  };
  return (
    <div className="group" data-colour={note.group} data-selected={isSelected || undefined}>
      <div className="group-head" onPointerDown={pick}>
        {edits
          ? <input className="group-title nodrag" aria-label="Name of the group" autoFocus={note.text === ""} placeholder="Name this group" value={note.text} maxLength={200} spellCheck={false} onKeyDown={keyed} onChange={(event) => editor.edit(setNote(id, { text: event.target.value }), `note ${id}`)} />
          : <span className="group-title">{note.text || "Group"}</span>}
      </div>
      {edits && (
        <NodeResizeControl variant={ResizeControlVariant.Handle} minWidth={LEAST_GROUP[0]} minHeight={LEAST_GROUP[1]} className="note-corner"
          onResizeEnd={(_, { width, height }) => editor.edit(setNote(id, { size: [Math.max(LEAST_GROUP[0], snap(width)), Math.max(LEAST_GROUP[1], snap(height))] }))}>
          <Icon name="move-diagonal-2" size={12} />
        </NodeResizeControl>
      )}
    </div>
  );
});
