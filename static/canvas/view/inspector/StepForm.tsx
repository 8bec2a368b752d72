// A step: its name, its configuration (the server's form), where it leads, and how patient it is.

import { useMemo } from "react";
import * as commands from "../../commands.ts";
import { setStep } from "../../changes/changes.ts";
import { editor, use } from "../../editor.ts";
import { rename } from "../../kernels/clipboard.ts";
import { ID, START, type Step, title } from "../../model/document.ts";
import { effectOf, familyOf, portsOf } from "../../model/kinds.ts";
import { stepIds } from "../../model/ids.ts";
import { wiring } from "../../model/wiring.ts";
import { firstSentence } from "../QuickAdd.tsx";
import { FAMILY_ICONS, Icon } from "../Icon.tsx";
import { ConfigForm } from "./ConfigForm.tsx";
import { type Other, othersOf } from "./others.ts";

const MOST = 2;

export function StepForm({ id }: { id: string }): React.JSX.Element | null {
  const step = use((seen) => seen.drawing.nodes.find((each) => each.id === id));
  const kind = use((seen) => (step ? seen.kinds.get(step.kind) : undefined));
  const readOnly = use((seen) => seen.readOnly);
  const [problems, checked] = [use((seen) => seen.problems), use((seen) => seen.checked)];
  const others = useMemo(() => othersOf(id, problems, checked), [id, problems, checked]);
  if (!step) return null;
  const family = familyOf(step.kind);
  return (
    <>
      <header className="inspector-head" data-family={family}>
        <Icon name={kind?.icon ?? FAMILY_ICONS[family] ?? "circle"} size={20} />
        <div><h2>{kind?.title ?? step.kind}</h2><p className="muted">{kind ? firstSentence(kind.help) : "This kind of step is not installed here."}</p></div>
      </header>
      <div className="inspector-body">
        <Others problems={others} />
        <div className="field"><label htmlFor="step-name">{family === "outcome" ? "Name of the outcome" : "Name"}</label><input id="step-name" value={step.name ?? ""} maxLength={200} disabled={readOnly} placeholder={step.id} onChange={(event) => editor.edit(setStep(id, { name: event.target.value || undefined }), `name ${id}`)} /></div>
        {kind && <ConfigForm id={id} readOnly={readOnly} />}
        <Ways step={step} readOnly={readOnly} />
        <More step={step} readOnly={readOnly} />
      </div>
    </>
  );
}

// What is wrong with the step as a whole; the list of all problems is the place for many.
function Others({ problems }: { problems: readonly Other[] }): React.JSX.Element | null {
  const { panels } = editor.now;
  if (problems.length === 0) return null;
  return (
    <div className="inspector-problems">
      {problems.slice(0, MOST).map((other) => <button key={other.index} type="button" className="inspector-problem" data-level={other.level} onClick={() => commands.showProblem(other.index)}><Icon name={other.level === "error" ? "circle-alert" : "triangle-alert"} size={15} /><span>{other.message}</span></button>)}
      <button type="button" className="link" onClick={() => editor.set({ panels: { ...panels, problems: true } })}>{problems.length > MOST ? `${problems.length - MOST} more, and repairs` : "Repairs"}</button>
    </div>
  );
}

// Where each port leads, and the keyboard's way to change it.
function Ways({ step, readOnly }: { step: Step; readOnly: boolean }): React.JSX.Element | null {
  const drawing = use((seen) => seen.drawing);
  const kinds = use((seen) => seen.kinds);
  const ports = portsOf(step, kinds);
  const name = (id: string): string => title(drawing.nodes.find((each) => each.id === id) ?? { id, kind: "" });
  if (ports.length === 0) return null;
  return (
    <section className="ways"><h3>Ways out</h3>
      <dl>
        {ports.map((port) => {
          const edges = (wiring(drawing).outgoing.get(step.id) ?? []).filter((edge) => edge.port === port);
          return (
            <div key={port}><dt>{port}</dt><dd>
              {edges.map((edge) => <button key={edge.id} type="button" className="link" onClick={() => editor.selectEdge(edge.id)}>{edge.loop ? "↻ " : ""}{name(edge.to)}</button>)}
              {edges.length === 0 && <span className="muted">{port === "error" ? "a person is asked" : "nowhere yet"}</span>}
            </dd></div>
          );
        })}
      </dl>
      {!readOnly && <button type="button" className="button small" onClick={() => editor.enter({ is: "connecting", from: step.id })}><Icon name="corner-down-right" size={13} />Connect…</button>}
    </section>
  );
}

function More({ step, readOnly }: { step: Step; readOnly: boolean }): React.JSX.Element {
  const { drawing, kinds } = editor.now;
  const set = (fields: Parameters<typeof setStep>[1], what: string): void => editor.edit(setStep(step.id, fields), `${what} ${step.id}`);
  const several = (wiring(drawing).incoming.get(step.id) ?? []).filter((edge) => !edge.loop).length > 1;
  const number = (event: React.ChangeEvent<HTMLInputElement>): number | undefined => (event.target.value === "" || Number.isNaN(event.target.valueAsNumber) ? undefined : event.target.valueAsNumber);
  return (
    <details className="inspector-more" open={Boolean(step.note) || step.asks || step.retry !== undefined || undefined}>
      <summary>Note, patience, id</summary>
      <fieldset disabled={readOnly}>
        <legend className="visually-hidden">More about this step</legend>
        {effectOf(step, kinds) === "outward" && <div className="field"><label className="check"><input type="checkbox" checked={step.asks ?? false} onChange={(event) => set({ asks: event.target.checked || undefined }, "asks")} />Only asks or tells</label><p className="hint">It is seen outside, but promises nothing: “please send us what is missing”.</p></div>}
        {(several || step.join === "any") && <div className="field"><label htmlFor="step-join">With several ways in, it waits for</label><select id="step-join" value={step.join ?? "all"} onChange={(event) => set({ join: event.target.value === "any" ? "any" : undefined }, "join")}><option value="all">all that were taken</option><option value="any">the first</option></select></div>}
        <div className="two">
          <div className="field"><label htmlFor="step-attempts">Attempts</label><input id="step-attempts" type="number" min={1} max={20} placeholder="3" value={step.retry?.attempts ?? ""} onChange={(event) => { const attempts = number(event); set({ retry: attempts === undefined ? undefined : { ...step.retry, attempts } }, "retry"); }} /></div>
          <div className="field"><label htmlFor="step-timeout">Seconds it may take</label><input id="step-timeout" type="number" min={1} max={3600} placeholder="30" value={step.timeout_s ?? ""} onChange={(event) => set({ timeout_s: number(event) }, "timeout")} /></div>
        </div>
        <div className="field"><label htmlFor="step-note">Note</label><textarea id="step-note" rows={2} maxLength={4000} value={step.note ?? ""} onChange={(event) => set({ note: event.target.value || undefined }, "note")} /></div>
        <div className="field"><label htmlFor="step-id">Id</label><input id="step-id" key={step.id} className="mono" defaultValue={step.id} spellCheck={false} autoComplete="off" onBlur={(event) => reidentify(step.id, event.target)} />
          <p className="hint">Other steps read this one as <code>steps.{step.id}.output</code>.</p></div>
      </fieldset>
    </details>
  );
}

function reidentify(from: string, input: HTMLInputElement): void {
  const to = input.value.trim();
  if (to === from) return;
  const taken = to === START || stepIds(editor.now.drawing).has(to);
  if (!ID.test(to) || taken) {
    input.value = from;
    return editor.tell(taken ? `“${to}” is taken.` : "An id begins with a small letter and has small letters, digits and _, at most 40.", "problem");
  }
  editor.edit(rename(from, to));
  editor.select([to]);
}
