// What can be done with several parts at once, over the drawing while they are selected: lining up, framing.

import * as commands from "../commands.ts";
import { use } from "../editor.ts";
import { ALIGNMENTS, type Alignment } from "../kernels/align.ts";
import { Icon } from "./Icon.tsx";

const ALIGN_ICONS: Readonly<Record<Alignment, readonly [icon: string, says: string]>> = {
  left: ["align-start-vertical", "Align left"], centre: ["align-center-vertical", "Align on the centre"], right: ["align-end-vertical", "Align right"],
  top: ["align-start-horizontal", "Align at the top"], middle: ["align-center-horizontal", "Align in the middle"], bottom: ["align-end-horizontal", "Align at the bottom"],
  across: ["align-horizontal-distribute-center", "Same room across"], down: ["align-vertical-distribute-center", "Same room down"],
};

export function Arrange(): React.JSX.Element | null {
  const count = use((seen) => (seen.readOnly ? 0 : seen.selected.size));
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
