// The kinds of steps by family, with search: drag one onto the drawing or onto an edge, or press it.

import { useState } from "react";
import * as commands from "../commands.ts";
import { editor, use } from "../editor.ts";
import { kindsFor } from "../kernels/search.ts";
import { FAMILIES, FAMILY_TITLES, type Kind } from "../model/kinds.ts";
import { isNarrow } from "./camera.ts";
import { KIND_TYPE } from "./Flow.tsx";
import { Icon } from "./Icon.tsx";
import { firstSentence } from "./QuickAdd.tsx";

export function Palette(): React.JSX.Element {
  const kinds = use((seen) => seen.kinds);
  const [words, setWords] = useState("");
  const found = kindsFor([...kinds.values()], words);
  return (
    <aside className="palette" aria-label="Kinds of steps">
      <div className="palette-search"><Icon name="search" /><input type="search" aria-label="Search the kinds of steps" placeholder="Search" value={words} onChange={(event) => setWords(event.target.value)} /></div>
      <div className="palette-list" tabIndex={-1}>
        {FAMILIES.map((family) => {
          const members = found.filter((kind) => kind.family === family);
          return members.length > 0 && (
            <section key={family} data-family={family}>
              <h2>{FAMILY_TITLES[family]}</h2>
              <ul>{members.map((kind) => <Entry key={kind.kind} kind={kind} />)}</ul>
            </section>
          );
        })}
        {found.length === 0 && <p className="palette-none">No kind of step is called “{words}”.</p>}
      </div>
    </aside>
  );
}

function Entry({ kind }: { kind: Kind }): React.JSX.Element {
  const start = (event: React.DragEvent): void => {
    event.dataTransfer.setData(KIND_TYPE, kind.kind);
    event.dataTransfer.effectAllowed = "copy";
  };
  return (
    <li>
      <button type="button" className="palette-kind" draggable onDragStart={start} onClick={() => { commands.addBeside(kind); leaveSheet(); }} title={firstSentence(kind.help)}>
        <Icon name={kind.icon} size={16} /><span>{kind.title}</span>
        {kind.effect === "outward" && <small>outward</small>}
      </button>
    </li>
  );
}

// Where the kinds lie over the drawing, they go when one has been taken.
function leaveSheet(): void {
  if (isNarrow()) editor.set({ panels: { ...editor.now.panels, palette: false } });
}
