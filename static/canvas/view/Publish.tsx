// Publishing: what would be different for the next cases, in words and painted on the drawing; what still keeps it back.

import { useEffect, useState } from "react";
import { editor, use } from "../editor.ts";
import type { Api, Difference } from "../sync/api.ts";
import type { Autosave } from "../sync/autosave.ts";
import { Icon } from "./Icon.tsx";
import { Modal } from "./Modal.tsx";

export interface Service {
  readonly api: Api;
  readonly autosave: Autosave | null;
  readonly slug: string;
}

type State =
  | { readonly is: "reading" }
  | { readonly is: "ready"; readonly from: number; readonly changes: readonly Difference[] }
  | { readonly is: "publishing"; readonly from: number; readonly changes: readonly Difference[] }
  | { readonly is: "refused"; readonly why: string }
  | { readonly is: "done"; readonly number: number };

export function Publish({ service }: { service: Service }): React.JSX.Element {
  const [state, setState] = useState<State>({ is: "reading" });
  const [note, setNote] = useState("");
  const errors = use((seen) => seen.problems).filter((problem) => problem.level === "error").length;
  useEffect(() => void read(service).then(setState), [service]);
  const publish = async (): Promise<void> => {
    if (state.is !== "ready") return;
    setState({ ...state, is: "publishing" });
    setState(await published(service, note));
  };
  return (
    <Modal title={state.is === "done" ? "Published" : "Publish this drawing"} wide>
      {state.is === "reading" && <p className="modal-text" role="status">Looking at what has changed…</p>}
      {state.is === "refused" && <p className="modal-text problem-text" role="alert">{state.why}</p>}
      {state.is === "done" && <Done number={state.number} slug={service.slug} />}
      {(state.is === "ready" || state.is === "publishing") && (
        <form className="modal-form" onSubmit={(event) => { event.preventDefault(); if (errors === 0) void publish(); }}>
          <Changes from={state.from} changes={state.changes} />
          {errors > 0
            ? <p className="modal-text problem-text"><Icon name="circle-alert" size={16} />{errors === 1 ? "One problem keeps" : `${errors} problems keep`} this drawing from being published.</p>
            : <div className="field modal-text"><label htmlFor="publish-note">Why (for those who read the history)</label><input id="publish-note" value={note} maxLength={2000} onChange={(event) => setNote(event.target.value)} /></div>}
          <footer className="modal-foot">
            {errors > 0
              ? <button type="button" className="button main" onClick={() => editor.set({ mode: { is: "idle" }, panels: { ...editor.now.panels, problems: true } })}>Show the problems</button>
              : <button type="submit" className="button main" disabled={state.is === "publishing"}><Icon name="rocket" size={14} />Publish</button>}
            {state.changes.length > 0 && state.from > 0 && <button type="button" className="button" onClick={() => editor.set({ differences: state.changes, mode: { is: "idle" } })}>Show it on the drawing</button>}
          </footer>
        </form>
      )}
    </Modal>
  );
}

function Changes({ from, changes }: { from: number; changes: readonly Difference[] }): React.JSX.Element {
  if (from === 0) return <p className="modal-text">This is the first version. From then on, runs can be started with it.</p>;
  if (changes.length === 0) return <p className="modal-text">Nothing has changed since version {from}.</p>;
  return (
    <>
      <p className="modal-text">What is different from version {from}:</p>
      <ul className="changes" tabIndex={0} aria-label="Differences">{changes.map((change, index) => <li key={index} data-kind={change.kind}>{change.sentence}</li>)}</ul>
    </>
  );
}

function Done({ number, slug }: { number: number; slug: string }): React.JSX.Element {
  return (
    <>
      <p className="modal-text"><Icon name="circle-check" size={16} />Version {number} is published: new runs go by it, and those under way end as they began.</p>
      <footer className="modal-foot"><a className="button main" href={`/workflows/${slug}/start/`}><Icon name="play" size={14} />Start a run</a><button type="button" className="button" onClick={() => editor.idle()}>Go on drawing</button></footer>
    </>
  );
}

async function read({ api, autosave }: Service): Promise<State> {
  if (autosave && !(await autosave.flush())) return { is: "refused", why: "The drawing is not saved yet, so it cannot be published. It is kept in this browser and tried again." };
  const answer = await api.differences();
  return answer.ok ? { is: "ready", from: answer.value.from, changes: answer.value.changes } : { is: "refused", why: answer.detail };
}

async function published({ api, autosave }: Service, note: string): Promise<State> {
  if (autosave && !(await autosave.flush())) return { is: "refused", why: "The drawing could not be saved." };
  const answer = await api.publish(note);
  return answer.ok ? { is: "done", number: answer.value.number } : { is: "refused", why: [answer.detail, ...answer.errors.slice(0, 3).map((error) => error.message)].join(" ") };
}
