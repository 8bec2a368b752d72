// What is selected, to be read and changed. Until the server renders these forms, they are made here from the kinds'
// schemas; nothing outside this folder knows how.

import { editor, use } from "../../editor.ts";
import { START } from "../../model/document.ts";
import { EdgeForm } from "./EdgeForm.tsx";
import { InputForm } from "./InputForm.tsx";
import { StepForm } from "./StepForm.tsx";

export function Inspector(): React.JSX.Element | null {
  const edge = use((seen) => seen.edge);
  const only = use((seen) => (seen.selected.size === 1 ? [...seen.selected][0] : undefined));
  const isStep = use((seen) => seen.drawing.nodes.some((step) => step.id === only));
  const form = edge !== null ? <EdgeForm key={edge} id={edge} /> : only === START ? <InputForm /> : isStep && only !== undefined ? <StepForm key={only} id={only} /> : <NoteHelp />;
  return <aside className="inspector" aria-label="Inspector" onKeyDown={(event) => event.key === "Escape" && leave(event)}>{form}</aside>;
}

function leave(event: React.KeyboardEvent): void {
  event.stopPropagation();
  document.querySelector<HTMLElement>(".pane")?.focus();
  editor.idle();
}

function NoteHelp(): React.JSX.Element {
  return <div className="inspector-body"><p className="hint">A note is written on the drawing itself. It is for people: runs do not read it. Delete it with the Del key.</p></div>;
}
