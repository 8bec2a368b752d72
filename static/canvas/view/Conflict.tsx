// Two people saved: what each of them changed, in words and on the drawing, and a choice. None is lost: taking theirs or
// both together can be undone, and one's own can be kept as a workflow of its own.

import { useEffect, useState } from "react";
import { editor, use } from "../editor.ts";
import { merged } from "../kernels/merge.ts";
import type { Drawing } from "../model/document.ts";
import type { Difference } from "../sync/api.ts";
import type { Saving } from "../sync/autosave.ts";
import { camera } from "./camera.ts";
import { ChangeList } from "./ChangeList.tsx";
import { Icon } from "./Icon.tsx";
import { Modal } from "./Modal.tsx";
import type { Service } from "./Publish.tsx";

const CHOICE = "Back to the choice";
type LookActions = NonNullable<typeof editor.now.looking>["actions"];
type Conflicting = Extract<Saving, { state: "conflict" }>;

export function Conflict({ saving, service, name }: { saving: Conflicting; service: Service; name: string }): React.JSX.Element {
  const [why, setWhy] = useState("");
  const [later, setLater] = useState(false);
  const mine = use(() => editor.mine);
  const { theirs, etag, base } = saving;
  const who = saving.who || "Somebody else";
  const [yours, others] = [useChanges(service, base, mine), useChanges(service, base, theirs)];
  const together = base ? merged(base, mine, theirs) : null;
  useEffect(() => setLater(false), [saving]);
  const goOn = (drawing: Drawing): void => {
    editor.edit(() => drawing);
    void service.autosave?.overwrite(editor.mine, etag, theirs);
  };
  const take = (): void => {
    editor.edit(() => theirs);
    service.autosave?.adopt(etag, theirs);
  };
  const copy = async (): Promise<void> => {
    const answer = await service.api.copy(`${name} (my copy)`, mine);
    if (!answer.ok) return setWhy(answer.detail);
    take();
    editor.tell("Your drawing is kept as a workflow of its own.", "plain", { label: "Open it", run: () => location.assign(`/workflows/${answer.value.slug}/`) });
  };
  if (later) return <Waiting who={who} open={() => setLater(false)} />;
  return (
    <Modal title={`${who} has saved this drawing meanwhile`} wide onClose={() => setLater(true)}>
      <p className="modal-text">Nothing is lost yet. Choose how it goes on.</p>
      <div className="sides modal-text">
        <Side heading="What you changed" changes={yours} look={() => shown(mine, "Your drawing", yours, [], CHOICE)} />
        <Side heading={`What ${who} changed`} changes={others} look={() => shown(theirs, `As ${who} saved it`, others, [], CHOICE)} />
      </div>
      {together && !together.ok && (
        <div className="modal-text"><p>These changes cannot be put together by themselves:</p><ul className="clashes">{together.clashes.map(({ sentence }) => <li key={sentence}>{sentence}</li>)}</ul></div>
      )}
      {!base && <p className="modal-text muted">What both began from is not known any more, so the two cannot be put together.</p>}
      {why && <p className="modal-text problem-text" role="alert">{why}</p>}
      <footer className="modal-foot">
        {together?.ok && <button type="button" className="button main" onClick={() => { goOn(together.drawing); editor.tell("Both are in the drawing now.", "plain", { label: "Undo", run: () => editor.undo() }); }}><Icon name="users" size={14} />Put both together</button>}
        <button type="button" className={together?.ok ? "button" : "button main"} onClick={() => void copy()}>Take theirs, keep mine as a copy</button>
        <button type="button" className="button" onClick={take}>Take theirs</button>
        <button type="button" className="button" onClick={() => goOn(mine)}>Keep mine, replace theirs</button>
      </footer>
    </Modal>
  );
}

// The choice can wait while one looks around; until it is made, nothing is saved.
function Waiting({ who, open }: { who: string; open: () => void }): React.JSX.Element {
  return <p className="choice-waits" role="status"><Icon name="users" size={16} />{who} has saved meanwhile. Nothing of yours is saved before you choose.<button type="button" className="link" onClick={open}>Choose</button></p>;
}

function Side({ heading, changes, look: show }: { heading: string; changes: readonly Difference[] | string; look: () => void }): React.JSX.Element {
  return (
    <section aria-label={heading}>
      <h3>{heading}</h3>
      {typeof changes === "string" ? <p className="muted">{changes}</p> : <ChangeList changes={changes} label={heading} none="Nothing." />}
      <button type="button" className="button small" onClick={show}><Icon name="eye" size={13} />Show it on the drawing</button>
    </section>
  );
}

// Another drawing on the screen, with what is different painted and in view.
export function shown(drawing: Drawing, title: string, changes: readonly Difference[] | string, actions: LookActions, back: string): void {
  const differences = typeof changes === "string" ? [] : changes;
  const there = new Set(drawing.nodes.map(({ id }) => id));
  const touched = [...new Set(differences.flatMap(({ nodes }) => nodes))].filter((id) => there.has(id));
  editor.look(drawing, title, differences, actions, back);
  // Once the drawing has the room of the panels that are put away.
  if (touched.length) requestAnimationFrame(() => camera.show(touched));
}

// The words are the server's; while they are under way, or cannot be had, that is said in their place.
export function useChanges({ api }: Service, before: Drawing | null, after: Drawing): readonly Difference[] | string {
  const [found, setFound] = useState<readonly Difference[] | string>("Looking…");
  useEffect(() => {
    let over = false;
    if (!before) return setFound(`${after.nodes.length} steps, ${after.edges.length} ways.`);
    void api.compare(before, after).then((answer) => !over && setFound(answer.ok ? answer.value.changes : answer.detail));
    return () => {
      over = true;
    };
  }, [api, before, after]);
  return found;
}
