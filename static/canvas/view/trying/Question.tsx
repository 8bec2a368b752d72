// What a step asks a person, or what is to be done about one that failed: shown and answered here, for nobody's inbox has
// the case of a try-out.

import { useEffect, useState } from "react";
import { use } from "../../editor.ts";
import { faultsAt } from "../../kernels/fields.ts";
import type { Visit } from "../../live/story.ts";
import * as trying from "../../live/trying.ts";
import { type Json, type JsonObject, type Step, isObject } from "../../model/document.ts";
import { portsOf } from "../../model/kinds.ts";
import { Icon } from "../Icon.tsx";
import { JsonTree } from "./JsonTree.tsx";
import { JsonField, SchemaForm } from "./SchemaForm.tsx";
import { answeredNothing, nameOf } from "./words.ts";

export function Question({ visit, step }: { visit: Visit; step: Step | undefined }): React.JSX.Element | null {
  const refused = use((seen) => seen.trial.refusedAnswer);
  const busy = use((seen) => seen.trial.answering);
  const insists = use((seen) => seen.trial.insists);
  const kinds = use((seen) => seen.kinds);
  const [comment, setComment] = useState("");
  const editable = objectOf(visit.asked?.["editable"]);
  const [edits, setEdits] = useState<JsonObject>(() => Object.fromEntries(Object.entries(editable).map(([name, each]) => [name, objectOf(each)["value"] ?? null])));
  const [skip, setSkip] = useState<JsonObject>({});
  const [unread, setUnread] = useState(false);
  // The question goes when it is answered, and with it the button that was pressed: the keyboard goes on from the steps.
  useEffect(() => () => void requestAnimationFrame(() => document.activeElement === document.body && document.querySelector<HTMLElement>(".trying-steps")?.focus()), []);
  const { asked } = visit;
  if (!asked) return null;
  if (insists) return <InInbox asked={asked} />;
  const form = isObject(asked["form"]) ? asked["form"] : null;
  const choices = listOf(asked["choices"]);
  const ports = step ? portsOf(step, kinds) : [];
  const isIncident = visit.state === "incident";
  const told = { node: visit.node, ...(comment ? { comment } : {}) };
  const errors = refused?.errors ?? [];
  const choose = (name: string): void => void trying.reply({ ...told, choice: name, ...(isIncident ? (name === "skip" ? { edits: skip } : {}) : { edits: changed(editable, edits) }) });
  return (
    <section className="trying-question" aria-label="The question">
      <p className="trying-asks"><Icon name={isIncident ? "circle-alert" : "hand"} size={16} /><b>{String(asked["question"] ?? "")}</b></p>
      {listOf(visit.reasons).length > 0 && !isIncident && <div><h4>Why a person is asked</h4><ul className="trying-reasons">{listOf(visit.reasons).map((reason, index) => <li key={index}>{String(reason["message"] ?? "")}{Array.isArray(reason["details"]) && reason["details"].length > 0 && <ul>{reason["details"].map((each, place) => <li key={place}>{String(each)}</li>)}</ul>}</li>)}</ul></div>}
      {form && <SchemaForm id="answer" schema={form} value={edits} faults={faultsAt(errors, "/answers")} asText={false} onChange={(next) => setEdits(objectOf(next))} />}
      {!form && Object.keys(editable).length > 0 && <div><h4>May be changed</h4><SchemaForm id="edit" schema={schemaOf(editable)} value={edits} faults={faultsAt(errors, "/edits")} asText={false} onChange={(next) => setEdits(objectOf(next))} /></div>}
      {isIncident && <Empty />}
      {isIncident && <Skip ports={ports} value={skip} onChange={(next, isUnread) => { setSkip(next); setUnread(isUnread); }} />}
      <div className="field"><label htmlFor="answer-comment">Comment{choices.some((choice) => choice["comment_required"] === true) ? ` (needed for ${choices.filter((choice) => choice["comment_required"] === true).map((choice) => `“${label(choice)}”`).join(", ")})` : ""}</label><textarea id="answer-comment" rows={2} maxLength={10_000} value={comment} onChange={(event) => setComment(event.target.value)} /></div>
      {refused && <p className="problem-text" role="alert">{[refused.detail, ...(form || Object.keys(editable).length ? [] : errors.map((error) => error.message))].join(" ")}</p>}
      <div className="trying-row">
        {form
          ? <button type="button" className="button main" disabled={busy} onClick={() => void trying.reply({ ...told, choice: "", answers: edits })}>Answer</button>
          : choices.map((choice) => <button key={String(choice["name"])} type="button" className="button" disabled={busy || (choice["name"] === "skip" && unread)} onClick={() => choose(String(choice["name"]))}>{label(choice)}</button>)}
        {!isIncident && ports.includes("overdue") && <button type="button" className="button quiet" disabled={busy} onClick={() => void trying.reply({ node: visit.node, choice: "overdue" })}><Icon name="clock" size={13} />As if nobody answered in time</button>}
      </div>
      <p className="hint">Only you are asked: a try-out brings no case into anybody’s inbox.</p>
      {!isIncident && Object.keys(objectOf(asked["show"])).length > 0 && <JsonTree label="What is shown" value={objectOf(asked["show"])} />}
    </section>
  );
}

// Where effects are let out, an answer sends something for good: whoever may settle such cases gives it.
function InInbox({ asked }: { asked: JsonObject }): React.JSX.Element {
  return (
    <section className="trying-question" aria-label="The question">
      <p className="trying-asks"><Icon name="hand" size={16} /><b>{String(asked["question"] ?? "")}</b></p>
      <p className="hint">Effects are let out, so this is a real case: whoever may settle it answers <a href="/cases/" target="_blank" rel="noopener">in the inbox</a>. The try-out waits, and goes on here.</p>
    </section>
  );
}

// What failed may have read an answer that is empty because nothing was sent.
function Empty(): React.JSX.Element | null {
  const visits = use((seen) => seen.trial.story.visits);
  const drawing = use((seen) => seen.drawing);
  const empty = [...visits.values()].find(answeredNothing);
  if (!empty) return null;
  return <p className="hint">“{nameOf(drawing, empty.node)}” gave an empty answer, because nothing was sent. <button type="button" className="link" onClick={() => trying.look(empty.node, empty.visit)}>Pin the answer that you expect</button>, and run again.</p>;
}

// A step that failed can be skipped with a value of one’s own.
function Skip({ ports, value, onChange }: { ports: readonly string[]; value: JsonObject; onChange: (value: JsonObject, unread: boolean) => void }): React.JSX.Element {
  return (
    <details><summary>To skip it: with which output?</summary>
      <div className="field"><label htmlFor="skip-port">It leaves by</label><select id="skip-port" value={String(value["port"] ?? "")} onChange={(event) => { const { port: _, ...rest } = value; onChange(event.target.value ? { ...rest, port: event.target.value } : rest, false); }}><option value="">as it usually would</option>{ports.filter((port) => port !== "error").map((port) => <option key={port}>{port}</option>)}</select></div>
      <JsonField id="skip-value" label="Output, as JSON" rows={3} value={value["value"] ?? null} onChange={(next, unread) => onChange({ ...value, value: next }, unread)} />
    </details>
  );
}

const objectOf = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});
const listOf = (value: unknown): readonly JsonObject[] => (Array.isArray(value) ? value.filter((each): each is JsonObject => isObject(each)) : []);
const label = (choice: JsonObject): string => String(choice["label"] || choice["name"]);
const schemaOf = (editable: JsonObject): JsonObject => ({ type: "object", properties: Object.fromEntries(Object.entries(editable).map(([name, each]) => [name, { title: name.replace(/_/g, " "), ...objectOf(objectOf(each)["schema"]) }])) });

// Only what was changed is an edit.
function changed(editable: JsonObject, edits: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(edits).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(objectOf(editable[name])["value"] ?? null)));
}
