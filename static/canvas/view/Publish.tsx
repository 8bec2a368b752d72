// Publishing: what would be different for the next cases, in words and painted on the drawing; what still keeps it back.

import { useEffect, useState } from "react";
import { editor, use } from "../editor.ts";
import * as commands from "../commands.ts";
import type { Drawing } from "../model/document.ts";
import type { Api, Difference, Loosened } from "../sync/api.ts";
import type { Checking, Problem } from "../model/problem.ts";
import type { Autosave } from "../sync/autosave.ts";
import { ChangeList } from "./ChangeList.tsx";
import { readDrawing } from "../model/read.ts";
import { Icon } from "./Icon.tsx";
import { Modal } from "./Modal.tsx";
import { Remaining } from "./Remaining.tsx";

const JUMPS = 5;

export interface Service {
  readonly api: Api;
  readonly autosave: Autosave | null;
  readonly slug: string;
  // Checks the drawing at once.
  readonly check: () => void;
}

// What somebody looks at before publishing: the drawing `looked`, against version `from`.
interface Looked {
  readonly looked: Drawing;
  readonly from: number;
  readonly changes: readonly Difference[];
  readonly loosened: readonly Loosened[];
}

type State =
  | { readonly is: "reading" }
  | ({ readonly is: "ready" } & Looked)
  | ({ readonly is: "publishing" } & Looked)
  | { readonly is: "refused"; readonly why: string; readonly again?: boolean }
  | { readonly is: "done"; readonly number: number };

export function Publish({ service }: { service: Service }): React.JSX.Element {
  const [state, setState] = useState<State>({ is: "reading" });
  const [note, setNote] = useState("");
  const errors = use((seen) => seen.problems).filter((problem) => problem.level === "error");
  const checking = use((seen) => seen.checking);
  const look = (): void => {
    setState({ is: "reading" });
    void read(service).then(setState);
  };
  useEffect(look, [service]);
  const publish = async (): Promise<void> => {
    if (state.is !== "ready") return;
    setState({ ...state, is: "publishing" });
    setState(await published(service, note, state));
  };
  return (
    <Modal title={state.is === "done" ? "Published" : "Publish this drawing"} wide>
      {state.is === "reading" && <p className="modal-text" role="status">Looking at what has changed…</p>}
      {state.is === "refused" && <p className="modal-text problem-text" role="alert">{state.why}</p>}
      {state.is === "refused" && state.again && <footer className="modal-foot"><button type="button" className="button main" onClick={look}>Look at what has changed</button></footer>}
      {state.is === "done" && <Done number={state.number} slug={service.slug} />}
      {(state.is === "ready" || state.is === "publishing") && (
        <form className="modal-form" onSubmit={(event) => { event.preventDefault(); if (errors.length === 0 && checking.is === "current" && !unchanged(state)) void publish(); }}>
          <Changes from={state.from} changes={state.changes} />
          {errors.length > 0
            ? <Blocking errors={errors} />
            : !unchanged(state) && <div className="field modal-text"><label htmlFor="publish-note">Why (for those who read the history)</label><input id="publish-note" value={note} maxLength={2000} onChange={(event) => setNote(event.target.value)} /></div>}
          {errors.length === 0 && !unchanged(state) && <Remaining service={service} />}
          {errors.length === 0 && <Loosening key={JSON.stringify(state.loosened)} gates={state.loosened} />}
          {checking.is !== "current" && <Unchecked checking={checking} again={service.check} />}
          <footer className="modal-foot">
            {errors.length > 0
              ? <button type="button" className="button main" onClick={() => editor.set({ mode: { is: "idle" }, panels: { ...editor.now.panels, problems: true } })}>Show the problems</button>
              : unchanged(state)
              ? <button type="button" className="button main" onClick={() => editor.idle()}>Go on drawing</button>
              : <button type="submit" className="button main" disabled={state.is === "publishing" || checking.is !== "current"}><Icon name="rocket" size={14} />Publish</button>}
            {state.changes.length > 0 && state.from > 0 && <button type="button" className="button" onClick={() => editor.set({ differences: state.changes, mode: { is: "idle" } })}>Show it on the drawing</button>}
          </footer>
        </form>
      )}
    </Modal>
  );
}

// Only a drawing that was looked at as it is now is published from here.
function Unchecked({ checking, again }: { checking: Checking; again: () => void }): React.JSX.Element {
  if (checking.is === "under way") return <p className="modal-text" role="status">The drawing is being checked…</p>;
  const why = checking.is === "refused" ? `The server did not check this drawing: ${checking.why}` : "Checks wait for the connection; publishing waits for them.";
  return <p className="modal-text problem-text" role="status"><Icon name="circle-alert" size={16} />{why} <button type="button" className="link" onClick={again}>Check now</button></p>;
}

function Changes({ from, changes }: { from: number; changes: readonly Difference[] }): React.JSX.Element {
  if (from === 0) return <p className="modal-text">This is the first version. From then on, runs can be started with it.</p>;
  if (changes.length === 0) return <p className="modal-text"><Icon name="circle-check" size={16} />Nothing has changed since version {from}: it is what new runs go by, and there is nothing to publish.</p>;
  return (
    <>
      <p className="modal-text">What is different from version {from}:</p>
      <div className="modal-text"><ChangeList changes={changes} label="Differences" none="" /></div>
    </>
  );
}

// What asks less of a gate than before is said, and published only by whoever says that it is meant.
function Loosening({ gates }: { gates: readonly Loosened[] }): React.JSX.Element | null {
  if (gates.length === 0) return null;
  return (
    <fieldset className="modal-text stack loosening">
      <legend className="problem-text"><Icon name="triangle-alert" size={16} />{gates.length === 1 ? "A promise is loosened" : `${gates.length} promises are loosened`}</legend>
      <ul tabIndex={0} aria-label="What is loosened">{gates.map((gate) => <li key={gate.node}>{gate.sentence}</li>)}</ul>
      <p>More of what the machine decides by itself may be wrong, or it is noticed later. Your name will stand beside it.</p>
      <label className="check"><input type="checkbox" required />{gates.length === 1 ? "Loosen it, in my name" : "Loosen them, in my name"}</label>
    </fieldset>
  );
}

const unchanged = (state: State): boolean => "changes" in state && state.from > 0 && state.changes.length === 0;

// What keeps it back: a click goes there.
function Blocking({ errors }: { errors: readonly Problem[] }): React.JSX.Element {
  const show = (problem: Problem): void => {
    editor.set({ mode: { is: "idle" }, panels: { ...editor.now.panels, problems: true } });
    commands.showProblem(editor.now.problems.indexOf(problem));
  };
  return (
    <div className="modal-text stack">
      <p className="problem-text"><Icon name="circle-alert" size={16} />{errors.length === 1 ? "One problem keeps" : `${errors.length} problems keep`} this drawing from being published:</p>
      <ul className="blocking">{errors.slice(0, JUMPS).map((problem, index) => <li key={index}><button type="button" className="link" onClick={() => show(problem)}>{problem.message}</button></li>)}{errors.length > JUMPS && <li className="muted">and {errors.length - JUMPS} more</li>}</ul>
    </div>
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

// The newest version is asked for anew: somebody else may have published since the page was opened.
async function read({ api, autosave }: Service): Promise<State> {
  if (autosave && !(await autosave.flush())) return { is: "refused", why: "The drawing is not saved yet, so it cannot be published. It is kept in this browser and tried again." };
  const versions = await api.versions();
  if (!versions.ok) return { is: "refused", why: versions.detail };
  const [newest] = versions.value.results;
  const looked = editor.mine;
  if (!newest) return { is: "ready", looked, from: 0, changes: [], loosened: [] };
  const running = await api.version(newest.number);
  if (!running.ok) return { is: "refused", why: running.detail };
  const before = readDrawing(running.value.document);
  const answer = before.ok ? await api.compare(before.value, looked) : null;
  // A version that cannot be read any more is no reason to keep the next one back.
  if (!answer) return { is: "ready", looked, from: newest.number, changes: [{ kind: "changed", sentence: `Version ${newest.number} cannot be read any more, so what is different from it cannot be told.`, nodes: [], edges: [] }], loosened: [] };
  return answer.ok ? { is: "ready", looked, from: newest.number, ...answer.value } : { is: "refused", why: answer.detail };
}

// Only what was looked at is published: where somebody saved in between, one looks again.
async function published({ api, autosave }: Service, note: string, seen: Looked): Promise<State> {
  if (editor.mine !== seen.looked) return { is: "refused", why: "This drawing has changed meanwhile. Nothing was published.", again: true };
  if (autosave && !(await autosave.flush())) return { is: "refused", why: "The drawing could not be saved." };
  const answer = await api.publish(note, autosave?.etag ?? "", seen.loosened.map((gate) => gate.node));
  if (answer.ok) return { is: "done", number: answer.value.number };
  if (answer.status === 412) return { is: "refused", why: `${answer.who || "Somebody else"} has saved this drawing meanwhile. Nothing was published.`, again: true };
  // Somebody else has published meanwhile, and against that it is looser.
  if (answer.gates) return { ...seen, is: "ready", loosened: answer.gates };
  return { is: "refused", why: [answer.detail, ...answer.errors.slice(0, 3).map((error) => error.message)].join(" ") };
}
