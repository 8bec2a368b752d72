// The drawing as JSON: to copy, to keep as a file, or to replace it by a file or a paste. What cannot be read leaves the
// drawing on screen as it is, and says why.

import { useState } from "react";
import * as commands from "../commands.ts";
import { editor } from "../editor.ts";
import { Icon } from "./Icon.tsx";
import { Modal } from "./Modal.tsx";

const EXPORT = "interlock-workflow/1";

export function Exchange({ slug, name }: { slug: string; name: string }): React.JSX.Element {
  const { drawing, readOnly } = editor.now;
  const [text, setText] = useState("");
  const [why, setWhy] = useState<string | null>(null);
  const whole = JSON.stringify({ file: EXPORT, slug, name, description: "", document: drawing }, null, 2);
  const copy = (): void => void navigator.clipboard.writeText(whole).then(() => editor.tell("Copied."), () => editor.tell("The browser did not allow copying.", "problem"));
  const open = (file: File | undefined): void => void file?.text().then((found) => setWhy(commands.replaceWith(found)));
  return (
    <Modal title="This drawing as JSON" wide>
      <div className="modal-text exchange-out">
        <button type="button" className="button" onClick={copy}><Icon name="copy" size={14} />Copy</button>
        <button type="button" className="button" onClick={() => save(whole, `${slug}.json`)}><Icon name="download" size={14} />Download</button>
      </div>
      {!readOnly && (
        <>
          <div className="field modal-text">
            <label htmlFor="exchange-in">Replace it by another drawing</label>
            <textarea id="exchange-in" className="mono" rows={8} spellCheck={false} placeholder="Paste a drawing here…" value={text} aria-invalid={why !== null} aria-describedby="exchange-why" onChange={(event) => { setText(event.target.value); setWhy(null); }} />
            <p id="exchange-why" className={why ? "problem-text" : "hint"} role="status">{why ? `The drawing is as it was. ${why}` : "It can be undone. Only what is a drawing is taken."}</p>
          </div>
          <footer className="modal-foot">
            <button type="button" className="button main" disabled={!text.trim()} onClick={() => setWhy(commands.replaceWith(text))}>Replace</button>
            <label className="button"><Icon name="file-up" size={14} />Open a file<input type="file" accept=".json,application/json" className="visually-hidden" onChange={(event) => open(event.target.files?.[0])} /></label>
          </footer>
        </>
      )}
    </Modal>
  );
}

function save(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}
