// What the panel looks at: one visit of a step with all that it was given, did and gave; or the end of the run. A step
// that asks has its question here; a step that gave something can be pinned, or run from.

import { use } from "../../editor.ts";
import { readBy } from "../../kernels/find.ts";
import { type Visit, visitsOf } from "../../live/story.ts";
import * as trying from "../../live/trying.ts";
import { type Json, START, type Step, isObject } from "../../model/document.ts";
import { wiring } from "../../model/wiring.ts";
import { Icon } from "../Icon.tsx";
import { Done } from "./Done.tsx";
import { End } from "./End.tsx";
import { JsonTree } from "./JsonTree.tsx";
import { Pinning } from "./Pinning.tsx";
import { Question } from "./Question.tsx";
import { STATES, confidence, moment, nameOf, took } from "./words.ts";
import { number, useWhy } from "./Steps.tsx";

export function Detail(): React.JSX.Element {
  const shows = use((seen) => seen.trial.shows);
  const story = use((seen) => seen.trial.story);
  const step = use((seen) => seen.drawing.nodes.find((each) => each.id === shows?.node));
  const visits = shows ? visitsOf(story, shows.node) : [];
  const visit = visits.find((each) => each.visit === shows?.visit) ?? visits.at(-1);
  return (
    <div className="trying-detail" tabIndex={0} role="group" aria-label="In detail">
      {shows?.node === START ? <JsonTree key="start" label="The case" value={story.input} />
        : visit ? <OfVisit key={visit.key} visit={visit} visits={visits} step={step} />
        : step ? <NotReached step={step} /> : <End />}
    </div>
  );
}

function NotReached({ step }: { step: Step }): React.JSX.Element {
  const ended = use((seen) => seen.trial.story.end !== null);
  const name = nameOf({ format: "interlock/1", input: {}, nodes: [step], edges: [] }, step.id);
  return <><h3>{name}</h3><p className="hint">{ended ? "The case did not come here." : "The case has not come here yet."}</p><Pinning step={step} visit={null} /></>;
}

function OfVisit({ visit, visits, step }: { visit: Visit; visits: readonly Visit[]; step: Step | undefined }): React.JSX.Element {
  const drawing = use((seen) => seen.drawing);
  const tried = use((seen) => seen.trial.drawing);
  const why = useWhy(visit);
  const [, state] = STATES[visit.state];
  return (
    <>
      <header className="trying-detail-head"><h3>{nameOf(drawing, visit.node, tried)}</h3><p className="muted">{state}{visit.port && visit.state === "done" ? `, left by “${visit.port}”` : ""}{visit.ms === null || visit.pinned ? "" : `, ${took(visit.ms)}`}{visit.attempts > 1 ? `, ${visit.attempts} attempts` : ""}</p></header>
      {visits.length > 1 && <div className="trying-sides" role="group" aria-label="Which time">{visits.map((each) => <button key={each.key} type="button" aria-pressed={each.key === visit.key} onClick={() => trying.look(each.node, each.visit)}>{`Time ${each.visit}`}</button>)}</div>}
      {why && !["asked", "incident", "waiting", "called", "running"].includes(visit.state) && <p>{why}</p>}
      <Sure visit={visit} step={step} />
      {visit.state === "waiting" && <p className="hint">It waits until {moment(visit.until)}. To go on at once, pin its output and run again.</p>}
      {visit.state === "called" && visit.child && <p className="hint">It waits for another workflow: <a href={`/runs/${visit.child}/`}>look at that run</a>.</p>}
      {(visit.state === "asked" || visit.state === "incident") && <Question key={visit.key} visit={visit} step={step} />}
      {visit.error !== null && <JsonTree label="What went wrong" value={visit.error} />}
      {visit.state !== "called" && visit.child && <p className="hint">Another workflow did this. <a href={`/runs/${visit.child}/`}>See what it did, and what it held back</a>.</p>}
      <Done visit={visit} />
      {visit.state === "done" && (visit.leftOut ? <p className="hint">Its output is too large to be shown here.</p> : <JsonTree label="Output" value={visit.output} />)}
      {step && step.kind !== "outcome" && <Pinning key={`pin ${visit.key}`} step={step} visit={visit} />}
      <Read visit={visit} step={step} />
    </>
  );
}

function Sure({ visit, step }: { visit: Visit; step: Step | undefined }): React.JSX.Element | null {
  const sure = confidence(visit.output, step?.config);
  if (!sure) return null;
  const [has, needs] = sure;
  return (
    <p className="trying-sure"><Icon name={needs === null || has >= needs ? "circle-check" : "circle-alert"} size={15} />Confidence {number(has)}{needs === null ? "" : has >= needs ? `: at or above the limit of ${number(needs)}` : `: below the limit of ${number(needs)}`}
      <meter min={0} max={1} value={has} low={needs ?? 0} aria-label="Confidence" /></p>
  );
}

// What came in: of the input and of the outputs before, what the step's form speaks of.
function Read({ visit, step }: { visit: Visit; step: Step | undefined }): React.JSX.Element | null {
  const story = use((seen) => seen.trial.story);
  const drawing = use((seen) => seen.drawing);
  if (!step) return null;
  const outputs = new Map<string, Json>();
  for (const each of story.visits.values()) {
    if (each.key === visit.key) break;
    if (each.state === "done") outputs.set(each.node, each.output);
  }
  const before = (wiring(drawing).incoming.get(step.id) ?? []).map((edge) => edge.from);
  const read = readBy(step.config ?? {}, before, story.input, outputs);
  return isObject(read) && Object.keys(read).length > 0 ? <JsonTree label="What it was given" value={read} /> : null;
}
