// The drawing as a file or text: to copy, to keep, or to be replaced by another one (from a file, a paste or a drop), with
// what would be different said first. What cannot be read leaves the drawing on screen as it is, and says why.

import { useEffect, useState } from "react";
import * as commands from "../commands.ts";
import { editor } from "../editor.ts";
import type { Drawing } from "../model/document.ts";
import { EXPORT, type Parcel, readFile } from "../model/read.ts";
import { ChangeList } from "./ChangeList.tsx";
import { useChanges } from "./Conflict.tsx";
import { readable } from "./files.ts";
import { Icon } from "./Icon.tsx";
import { Modal } from "./Modal.tsx";
import type { Service } from "./Publish.tsx";

export function Exchange({ service, name, dropped = "" }: { service: Service; name: string; dropped?: string }): React.JSX.Element {
  const drawing = editor.now.drawing;
  const [text, setText] = useState(dropped);
  const [why, setWhy] = useState<string | null>(null);
  const [found, setFound] = useState<Parcel | null>(null);
  const whole = JSON.stringify({ file: EXPORT, slug: service.slug, name, description: "", document: drawing }, null, 2);
  const copy = (): void => void navigator.clipboard.writeText(whole).then(() => editor.tell("Copied."), () => editor.tell("The browser did not allow copying.", "problem"));
  const read = (given: string): void => {
    const answer = readFile(given);
    setWhy(answer.ok ? null : answer.why);
    setFound(answer.ok ? answer.value : null);
  };
  const open = (file: File | undefined): void => void readable(file).then(read, setWhy);
  useEffect(() => {
    if (dropped) read(dropped);
  }, [dropped]);
  if (found) return <Found service={service} found={found} back={() => setFound(null)} />;
  return (
    <Modal title="Keep this drawing, or bring one in" wide>
      <section className="modal-text exchange-out" aria-label="Keep this drawing">
        <button type="button" className="button" onClick={() => save(whole, `${service.slug}.json`)}><Icon name="download" size={14} />Download as a file</button>
        <button type="button" className="button" onClick={copy}><Icon name="copy" size={14} />Copy as text</button>
      </section>
      <div className="modal-text field" onDragOver={(event) => event.preventDefault()} onDrop={(event) => { event.preventDefault(); open(event.dataTransfer.files[0]); }}>
        <label htmlFor="exchange-in">Bring in another drawing</label>
        <textarea id="exchange-in" className="mono" rows={8} spellCheck={false} placeholder="Paste a drawing, or drop its file here…" value={text} aria-invalid={why !== null} aria-describedby="exchange-why" onChange={(event) => { setText(event.target.value); setWhy(null); }} />
        <p id="exchange-why" className={why ? "problem-text" : "hint"} role="status">{why ? `The drawing is as it was. ${why}` : "You see what would be different before anything changes."}</p>
      </div>
      <footer className="modal-foot">
        <button type="button" className="button main" disabled={!text.trim()} onClick={() => read(text)}>Look at it</button>
        <label className="button"><Icon name="file-up" size={14} />Open a file<input type="file" accept=".json,application/json" className="visually-hidden" onChange={(event) => open(event.target.files?.[0])} /></label>
      </footer>
    </Modal>
  );
}

function Found({ service, found, back }: { service: Service; found: Parcel; back: () => void }): React.JSX.Element {
  const { readOnly, drawing } = editor.now;
  const [why, setWhy] = useState("");
  const changes = useChanges(service, drawing, found.drawing);
  const problems = useProblems(service, found.drawing);
  const asNew = async (): Promise<void> => {
    const answer = await service.api.copy(found.name || "Imported workflow", found.drawing);
    if (answer.ok) location.assign(`/workflows/${answer.value.slug}/?begun`);
    else setWhy(answer.detail);
  };
  return (
    <Modal title={found.name ? `Bring in “${found.name}”` : "Bring in this drawing"} wide>
      <p className="modal-text">It has {found.drawing.nodes.length} steps and {found.drawing.edges.length} ways. {problems}</p>
      <div className="modal-text stack">
        <p className="muted">Against the drawing on screen:</p>
        {typeof changes === "string" ? <p className="muted" role="status">{changes}</p> : <ChangeList changes={changes} label="Differences" none="Nothing is different." />}
      </div>
      {why && <p className="modal-text problem-text" role="alert">{why}</p>}
      <footer className="modal-foot">
        {!readOnly && <button type="button" className="button main" onClick={() => commands.replaceBy(found.drawing)}>Replace the drawing by it</button>}
        <button type="button" className="button" onClick={() => void asNew()}><Icon name="plus" size={14} />Make a new workflow of it</button>
        <button type="button" className="button quiet" onClick={back}>Back</button>
      </footer>
    </Modal>
  );
}

function useProblems({ api }: Service, drawing: Drawing): string {
  const [says, setSays] = useState("");
  useEffect(() => void api.check(drawing).then((answer) => {
    if (!answer.ok) return setSays(answer.detail);
    const errors = answer.value.problems.filter((problem) => problem.level === "error").length;
    setSays(errors ? `${errors === 1 ? "One problem has" : `${errors} problems have`} to be repaired before it can be published.` : "The checks find nothing to repair.");
  }), [api, drawing]);
  return says;
}

function save(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}
