// The case that is tried: a sample, one that came in before, or one that is typed in. A case can be kept as a sample.

import { useEffect, useState } from "react";
import { type Sample, editor, use } from "../../editor.ts";
import { faultsAt } from "../../kernels/fields.ts";
import * as trying from "../../live/trying.ts";
import type { Cases as Listed, PastCase, SampleCase } from "../../sync/trying.ts";
import { Icon } from "../Icon.tsx";
import { SchemaForm } from "./SchemaForm.tsx";
import { moment } from "./words.ts";

const SEARCH_AFTER_MS = 250;
// Whoever keeps or throws away a sample tells the list beside it.
const CHANGED = "interlock:samples";

export function Cases(): React.JSX.Element {
  const [listed, setListed] = useState<Listed | null>(null);
  const [search, setSearch] = useState("");
  const [why, setWhy] = useState("");
  const sample = use((seen) => seen.sample);
  useEffect(() => {
    const ask = async (): Promise<void> => {
      const answer = await trying.door().cases(search);
      setWhy(answer.ok ? "" : `The cases cannot be listed. ${answer.detail}`);
      if (!answer.ok) return;
      setListed(answer.value);
      first(answer.value);
    };
    const timer = setTimeout(() => void ask(), search ? SEARCH_AFTER_MS : 0);
    const again = (): void => void ask();
    document.addEventListener(CHANGED, again);
    return () => {
      clearTimeout(timer);
      document.removeEventListener(CHANGED, again);
    };
  }, [search]);
  return (
    <div className="trying-cases">
      <label className="trying-search"><Icon name="search" size={14} /><span className="visually-hidden">Search the cases</span><input type="search" placeholder="Search the cases" value={search} onChange={(event) => setSearch(event.target.value)} /></label>
      <div className="trying-list" tabIndex={0} role="group" aria-label="Cases">
        <button type="button" className="trying-case" aria-pressed={sample === null} onClick={() => void trying.choose(null)}><Icon name="plus" size={15} /><span>Type one in</span></button>
        {why && <p className="problem-text">{why}</p>}
        {listed && <Samples samples={listed.samples.filter((each) => each.name.toLowerCase().includes(search.trim().toLowerCase()))} sample={sample} />}
        {listed && listed.runs.length > 0 && <h3>Past cases</h3>}
        {listed?.runs.map((run) => <Past key={run.id} run={run} isChosen={sample?.is === "run" && sample.id === run.id} />)}
        {listed && search && listed.runs.length === 0 && <p className="hint">No past case holds these words.</p>}
      </div>
    </div>
  );
}

function Samples({ samples, sample }: { samples: readonly SampleCase[]; sample: Sample | null }): React.JSX.Element | null {
  const readOnly = use((seen) => seen.readOnly);
  if (samples.length === 0) return null;
  return (
    <>
      <h3>Sample cases</h3>
      {samples.map((each) => {
        const isChosen = sample?.is === "sample" && sample.id === each.id;
        return (
          <div key={each.id} className="trying-sample">
            <button type="button" className="trying-case" aria-pressed={isChosen} onClick={() => void trying.choose({ is: "sample", id: each.id, input: each.input })}><Icon name="sticky-note" size={15} /><span>{each.name}</span></button>
            {isChosen && !readOnly && <button type="button" className="tool" aria-label={`Throw away the sample case “${each.name}”`} onClick={() => void throwAway(each)}><Icon name="trash-2" size={14} /></button>}
          </div>
        );
      })}
    </>
  );
}

function Past({ run, isChosen }: { run: PastCase; isChosen: boolean }): React.JSX.Element {
  return (
    <button type="button" className="trying-case" aria-pressed={isChosen} onClick={() => void trying.choose({ is: "run", id: run.id })}>
      <Icon name="clock" size={15} /><span>{run.title || "A case without words"}<small>{moment(run.at)}, {run.outcome || run.status}</small></span>
    </button>
  );
}

export function Case(): React.JSX.Element {
  const schema = use((seen) => seen.drawing.input);
  const input = use((seen) => seen.trial.input);
  const hindered = use((seen) => seen.trial.hindrance);
  const sample = use((seen) => seen.sample);
  const readOnly = use((seen) => seen.readOnly);
  const faults = faultsAt((hindered?.errors ?? []).filter((error) => error.path.startsWith("/input")), "/input");
  return (
    <div className="trying-form" tabIndex={0} role="group" aria-label="The case">
      {input === undefined ? <p className="hint">Choose a case at the side, or type one in.</p> : <SchemaForm key={JSON.stringify(sample && { is: sample.is, id: sample.id })} id="case" schema={schema} value={input} faults={faults} onChange={trying.type} />}
      {input !== undefined && !readOnly && <Keep />}
    </div>
  );
}

function Keep(): React.JSX.Element {
  const [name, setName] = useState<string | null>(null);
  const [why, setWhy] = useState("");
  const unread = use((seen) => seen.trial.unread);
  const keep = async (): Promise<void> => {
    const answer = await trying.door().keep(name ?? "", editor.now.trial.input ?? null);
    if (!answer.ok) return setWhy(answer.errors[0]?.message ?? answer.detail);
    setName(null);
    setWhy("");
    await trying.choose({ is: "sample", id: answer.value.id, input: answer.value.input });
    document.dispatchEvent(new Event(CHANGED));
    editor.tell(`Kept as the sample case “${answer.value.name}”.`);
  };
  if (name === null) return <button type="button" className="button small" disabled={unread} onClick={() => setName("")}><Icon name="sticky-note" size={13} />Keep as sample case…</button>;
  return (
    <form className="trying-keep" onSubmit={(event) => { event.preventDefault(); void keep(); }}>
      <div className="field"><label htmlFor="sample-name">Name of the sample case</label><input id="sample-name" autoFocus maxLength={120} value={name} aria-invalid={why !== "" || undefined} aria-describedby="sample-name-help" onChange={(event) => setName(event.target.value)} /><p id="sample-name-help" className={why ? "problem-text" : "hint"} role="status">{why || "Everybody who draws this workflow finds it."}</p></div>
      <button type="submit" className="button small main">Keep</button>
      <button type="button" className="button small" onClick={() => { setName(null); setWhy(""); }}>Leave it</button>
    </form>
  );
}

async function throwAway(sample: SampleCase): Promise<void> {
  const answer = await trying.door().throwAway(sample.id);
  if (!answer.ok && answer.code !== "not_found") return editor.tell(`It is still there. ${answer.detail}`, "problem");
  editor.set({ sample: null });
  document.dispatchEvent(new Event(CHANGED));
  const back = async (): Promise<void> => {
    const kept = await trying.door().keep(sample.name, sample.input);
    if (!kept.ok) return editor.tell(`It could not be brought back. ${kept.detail}`, "problem");
    document.dispatchEvent(new Event(CHANGED));
  };
  editor.tell(`The sample case “${sample.name}” is gone.`, "plain", { label: "Undo", run: () => void back() });
}

// Whoever has not chosen a case begins with the first sample; without any, with an empty form.
function first(listed: Listed): void {
  const { sample, trial } = editor.now;
  if (trial.input !== undefined) return;
  const [one] = listed.samples;
  if (sample) void trying.choose(sample);
  else void trying.choose(one ? { is: "sample", id: one.id, input: one.input } : null);
}
