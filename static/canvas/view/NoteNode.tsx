// A note for people. It is written in place, and means nothing to a run.

import { memo } from "react";
import { type NodeProps, NodeResizeControl, ResizeControlVariant } from "@xyflow/react";
import { setNote } from "../changes/changes.ts";
import { editor, use } from "../editor.ts";
import { snap } from "../kernels/insert.ts";
import { Icon } from "./Icon.tsx";
import type { NotePart } from "./parts.ts";

const LEAST = [96, 48] as const;

export const NoteNode = memo(function NoteNode({ id, data: { note }, selected }: NodeProps<NotePart>) {
  const readOnly = use((seen) => seen.readOnly);
  return (
    <div className="note" data-selected={selected || undefined}>
      <textarea
        className="nodrag" aria-label="Note" autoFocus={selected && note.text === "" && !readOnly} placeholder="Write a note for people…" value={note.text} maxLength={4000} readOnly={readOnly} spellCheck={false}
        onChange={(event) => editor.edit(setNote(id, { text: event.target.value }), `note ${id}`)}
      />
      {selected && !readOnly && (
        <NodeResizeControl variant={ResizeControlVariant.Handle} minWidth={LEAST[0]} minHeight={LEAST[1]} className="note-corner"
          onResizeEnd={(_, { width, height }) => editor.edit(setNote(id, { size: [Math.max(LEAST[0], snap(width)), Math.max(LEAST[1], snap(height))] }))}>
          <Icon name="move-diagonal-2" size={12} />
        </NodeResizeControl>
      )}
    </div>
  );
});
