// Two people saved: both drawings side by side in words, and a choice. Neither is lost: taking theirs can be undone, and
// one's own can be kept as a workflow of its own.

import { useState } from "react";
import { editor } from "../editor.ts";
import { type Drawing, title } from "../model/document.ts";
import type { Saving } from "../sync/autosave.ts";
import { Modal } from "./Modal.tsx";
import type { Service } from "./Publish.tsx";

export function Conflict({ saving, service, name }: { saving: Extract<Saving, { state: "conflict" }>; service: Service; name: string }): React.JSX.Element {
  const [why, setWhy] = useState("");
  const mine = editor.now.drawing;
  const { theirs, etag, who } = saving;
  const [onlyMine, onlyTheirs, differing] = compared(mine, theirs);
  const take = (): void => {
    editor.edit(() => theirs);
    service.autosave?.adopt(etag);
  };
  const copy = async (): Promise<void> => {
    const answer = await service.api.copy(`${name} (my copy)`, mine);
    if (!answer.ok) return setWhy(answer.detail);
    take();
    editor.tell("Your drawing is kept as a workflow of its own.", "plain", { label: "Open it", run: () => location.assign(`/workflows/${answer.value.slug}/`) });
  };
  return (
    <Modal title={`${who || "Somebody"} has saved this drawing meanwhile`} wide onClose={() => undefined}>
      <p className="modal-text">Nothing is lost yet. Choose which drawing goes on.</p>
      <div className="sides modal-text">
        <Side heading="Yours" drawing={mine} only={onlyMine} />
        <Side heading={who ? `Saved by ${who}` : "Saved by somebody else"} drawing={theirs} only={onlyTheirs} />
      </div>
      <p className="modal-text">{differing.length ? `Different in both: ${named(differing)}.` : "Steps that are in both are the same."}</p>
      {why && <p className="modal-text problem-text" role="alert">{why}</p>}
      <footer className="modal-foot">
        <button type="button" className="button main" onClick={() => void service.autosave?.overwrite(editor.now.drawing, etag)}>Keep mine, replace theirs</button>
        <button type="button" className="button" onClick={take}>Take theirs</button>
        <button type="button" className="button" onClick={() => void copy()}>Take theirs, keep mine as a copy</button>
      </footer>
    </Modal>
  );
}

function Side({ heading, drawing, only }: { heading: string; drawing: Drawing; only: readonly string[] }): React.JSX.Element {
  return (
    <section><h3>{heading}</h3><p>{drawing.nodes.length} steps, {drawing.edges.length} edges.</p><p className="muted">{only.length ? `Only here: ${named(only)}.` : "No step that the other has not."}</p></section>
  );
}

const named = (names: readonly string[]): string => names.slice(0, 8).map((name) => `“${name}”`).join(", ") + (names.length > 8 ? ` and ${names.length - 8} more` : "");

function compared(mine: Drawing, theirs: Drawing): readonly [readonly string[], readonly string[], readonly string[]] {
  const [one, other] = [new Map(mine.nodes.map((step) => [step.id, step])), new Map(theirs.nodes.map((step) => [step.id, step]))];
  const onlyMine = mine.nodes.filter((step) => !other.has(step.id)).map(title);
  const onlyTheirs = theirs.nodes.filter((step) => !one.has(step.id)).map(title);
  const differing = mine.nodes.filter((step) => other.has(step.id) && JSON.stringify(other.get(step.id)) !== JSON.stringify(step)).map(title);
  return [onlyMine, onlyTheirs, differing];
}
