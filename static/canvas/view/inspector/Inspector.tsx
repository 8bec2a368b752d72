// What is selected, to be read and changed: a step, a way, the input, a note. It grows where there is much to see.

import { useState } from "react";
import { editor, use } from "../../editor.ts";
import { START } from "../../model/document.ts";
import { EdgeForm } from "./EdgeForm.tsx";
import { Icon } from "../Icon.tsx";
import { InputForm } from "./InputForm.tsx";
import { StepForm } from "./StepForm.tsx";

export function Inspector(): React.JSX.Element | null {
  const edge = use((seen) => seen.edge);
  const only = use((seen) => (seen.selected.size === 1 ? [...seen.selected][0] : undefined));
  const isStep = use((seen) => seen.drawing.nodes.some((step) => step.id === only));
  const form = edge !== null ? <EdgeForm key={edge} id={edge} /> : only === START ? <InputForm /> : isStep && only !== undefined ? <StepForm key={only} id={only} /> : <NoteHelp />;
  const [wide, setWide] = useState(false);
  return (
    <aside className="inspector" aria-label="Inspector" data-wide={(wide && isStep) || undefined} onKeyDown={pressed}>
      {form}
      {isStep && <button type="button" className="tool inspector-width" aria-label={wide ? "Make the inspector narrow" : "Make the inspector wide"} title={wide ? "Narrow" : "Wide"} aria-pressed={wide} onClick={() => setWide(!wide)}><Icon name={wide ? "panel-right-close" : "panel-right-open"} size={16} /></button>}
    </aside>
  );
}

// The drawing has the one history: what was typed into a form is undone like everything else.
function pressed(event: React.KeyboardEvent): void {
  if (event.key === "Escape" && !event.isDefaultPrevented()) return leave(event);
  const key = (event.ctrlKey || event.metaKey) && !event.altKey ? event.key.toLowerCase() : "";
  if (key !== "z" && key !== "y") return;
  event.preventDefault();
  if (key === "y" || event.shiftKey) editor.redo();
  else editor.undo();
}

function leave(event: React.KeyboardEvent): void {
  event.stopPropagation();
  document.querySelector<HTMLElement>(".pane")?.focus();
  editor.idle();
}

function NoteHelp(): React.JSX.Element {
  return <div className="inspector-body"><p className="hint">A note is written on the drawing itself. It is for people: runs do not read it. Delete it with the Del key.</p></div>;
}
