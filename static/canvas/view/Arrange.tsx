// What can be done with several parts at once, or with a group, over the drawing while they are selected.

import { removeParts, setNote } from "../changes/changes.ts";
import * as commands from "../commands.ts";
import { editor, use } from "../editor.ts";
import { ALIGNMENTS, type Alignment } from "../kernels/align.ts";
import { GROUPS, type Note, notesOf } from "../model/document.ts";
import { Icon } from "./Icon.tsx";

const ALIGN_ICONS: Readonly<Record<Alignment, readonly [icon: string, says: string]>> = {
  left: ["align-start-vertical", "Align left"], centre: ["align-center-vertical", "Align on the centre"], right: ["align-end-vertical", "Align right"],
  top: ["align-start-horizontal", "Align at the top"], middle: ["align-center-horizontal", "Align in the middle"], bottom: ["align-end-horizontal", "Align at the bottom"],
  across: ["align-horizontal-distribute-center", "Same room across"], down: ["align-vertical-distribute-center", "Same room down"],
};

export function Arrange(): React.JSX.Element | null {
  const count = use((seen) => (seen.readOnly ? 0 : seen.selected.size));
  const only = use((seen) => (count === 1 ? notesOf(seen.drawing).find((note) => note.group && seen.selected.has(note.id)) : undefined));
  if (only) return <Colours group={only} />;
  if (count < 2) return null;
  return (
    <div className="arrange" role="toolbar" aria-label="What is selected">
      <span className="arrange-count">{count} selected</span>
      {ALIGNMENTS.map((how) => {
        const [icon, says] = ALIGN_ICONS[how];
        return <button key={how} type="button" className="tool" aria-label={says} title={says} onClick={() => commands.lineUp(how)}><Icon name={icon} /></button>;
      })}
      <button type="button" className="tool" aria-label="Put a frame around them" title="Put a frame around them (g)" onClick={() => commands.group()}><Icon name="group" /></button>
    </div>
  );
}

function Colours({ group }: { group: Note }): React.JSX.Element {
  return (
    <div className="arrange" role="toolbar" aria-label="Group">
      <span className="arrange-count">Group</span>
      {GROUPS.map((colour) => <button key={colour} type="button" className="swatch" data-colour={colour} aria-label={`Make it ${colour}`} title={`Make it ${colour}`} aria-pressed={group.group === colour} onClick={() => editor.edit(setNote(group.id, { group: colour }))} />)}
      <button type="button" className="tool" aria-label="Take the frame away, keep its steps" title="Take the frame away, keep its steps (Del)" onClick={() => editor.edit(removeParts(new Set([group.id])))}><Icon name="x" /></button>
    </div>
  );
}
