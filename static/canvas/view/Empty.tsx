// What to do with an empty drawing; it goes as soon as there is a step.

import * as commands from "../commands.ts";
import { editor, use } from "../editor.ts";
import { Icon } from "./Icon.tsx";

export function Empty(): React.JSX.Element | null {
  const isEmpty = use((seen) => seen.drawing.nodes.length === 0 && !seen.readOnly && ["idle", "wiring"].includes(seen.mode.is));
  if (!isEmpty) return null;
  return (
    <div className="empty-drawing">
      <p><b>Drag a step here, or press <kbd>/</kbd></b></p>
      <p>A case comes in at Start and goes from step to step, until it ends. What is unsure goes to a person.</p>
      <p className="row">
        <button type="button" className="button" onClick={() => commands.startAdding(null, null)}><Icon name="plus" size={14} />Add the first step</button>
        <button type="button" className="button" onClick={() => editor.select(["start"])}><Icon name="circle-play" size={14} />Say what a case brings along</button>
        <a className="button" href="/gallery/"><Icon name="layout-grid" size={14} />Begin with one from the gallery</a>
      </p>
    </div>
  );
}
