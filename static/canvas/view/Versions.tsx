// What was published: each version with who, when and why; what it is against one's draft, in words and on the drawing;
// and the way back to one, as an edit like any other.

import { useEffect, useState } from "react";
import { editor, use } from "../editor.ts";
import type { Drawing } from "../model/document.ts";
import { readDrawing } from "../model/read.ts";
import type { Version } from "../sync/api.ts";
import { camera } from "./camera.ts";
import { ChangeList } from "./ChangeList.tsx";
import { shown, useChanges } from "./Conflict.tsx";
import { Icon } from "./Icon.tsx";
import { Modal } from "./Modal.tsx";
import type { Service } from "./Publish.tsx";

interface Found {
  readonly versions: readonly Version[];
  readonly next: string | null;
}

export function Versions({ service }: { service: Service }): React.JSX.Element {
  const [found, setFound] = useState<Found | null>(null);
  const [why, setWhy] = useState("");
  const [open, setOpen] = useState<number | null>(null);
  const more = async (next?: string): Promise<void> => {
    const answer = await service.api.versions(next);
    if (!answer.ok) return setWhy(answer.detail);
    setFound((before) => ({ versions: [...(next ? (before?.versions ?? []) : []), ...answer.value.results], next: answer.value.next }));
  };
  useEffect(() => void more(), [service]);
  return (
    <Modal title="Published versions" wide>
      {why && <p className="modal-text problem-text" role="alert">{why}</p>}
      {!found && !why && <p className="modal-text" role="status">Looking…</p>}
      {found?.versions.length === 0 && <p className="modal-text">Nothing is published yet. Once it is, every version can be looked at and brought back from here.</p>}
      {found && found.versions.length > 0 && (
        <ol className="versions modal-text">
          {found.versions.map((version, index) => (
            <li key={version.number}>
              <button type="button" className="version" aria-expanded={open === version.number} onClick={() => setOpen(open === version.number ? null : version.number)}>
                <b>Version {version.number}</b>{index === 0 && <span className="tag" data-family="verify">running</span>}<span className="muted">{version.published_by || "Somebody"}, {when(version.published_at)}</span>
                {version.note && <span className="version-note">{version.note}</span>}
              </button>
              {open === version.number && <Opened service={service} version={version} />}
            </li>
          ))}
        </ol>
      )}
      {found?.next && <footer className="modal-foot"><button type="button" className="button" onClick={() => void more(found.next ?? undefined)}>Show older ones</button></footer>}
    </Modal>
  );
}

function Opened({ service, version }: { service: Service; version: Version }): React.JSX.Element {
  const [read, setRead] = useState<ReturnType<typeof readDrawing> | null>(null);
  useEffect(() => void service.api.version(version.number).then((answer) => setRead(answer.ok ? readDrawing(answer.value.document) : { ok: false, why: answer.detail })), [service, version]);
  if (!read) return <p role="status" className="muted">Looking…</p>;
  return read.ok ? <Compared service={service} version={version} drawing={read.value} /> : <p className="problem-text" role="alert">This version cannot be shown. {read.why}</p>;
}

function Compared({ service, version, drawing }: { service: Service; version: Version; drawing: Drawing }): React.JSX.Element {
  const mine = use(() => editor.mine);
  const readOnly = use((seen) => seen.looking?.own.readOnly ?? seen.readOnly);
  const changes = useChanges(service, mine, drawing);
  const label = `Bring version ${version.number} back`;
  const restore = (): void => restored(drawing, version.number);
  return (
    <div className="version-open">
      <p className="muted">Against your draft, this version is different in:</p>
      {typeof changes === "string" ? <p className="muted" role="status">{changes}</p> : <ChangeList changes={changes} label={`Differences of version ${version.number}`} none="Nothing: the draft is this version." />}
      <div className="modal-actions">
        <button type="button" className="button small" onClick={() => shown(drawing, `Version ${version.number}`, changes, readOnly ? [] : [{ label, run: restore }], "Back to the draft")}><Icon name="eye" size={13} />Show it on the drawing</button>
        {!readOnly && typeof changes !== "string" && changes.length > 0 && <button type="button" className="button small" onClick={restore}><Icon name="undo-2" size={13} />{label}</button>}
      </div>
    </div>
  );
}

function restored(drawing: Drawing, number: number): void {
  editor.back();
  editor.edit(() => drawing);
  editor.idle();
  camera.fit();
  editor.tell(`Your draft is as version ${number} was. What runs has not changed: that takes publishing.`, "plain", { label: "Undo", run: () => editor.undo() });
}

const when = (at: string): string => new Date(at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
