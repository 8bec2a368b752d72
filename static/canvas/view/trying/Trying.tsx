// The panel below the drawing in which it is tried on a case: the case, what happens with it step by step, and what each
// step was given and gave. It covers nothing of the drawing, and is as high as its upper edge is dragged.

import { useEffect, useRef, useState } from "react";
import { editor, use } from "../../editor.ts";
import * as trying from "../../live/trying.ts";
import { isUnderWay } from "../../live/trial.ts";
import { camera } from "../camera.ts";
import { Icon } from "../Icon.tsx";
import { Case, Cases } from "./Cases.tsx";
import { Detail } from "./Detail.tsx";
import { Hindered } from "./Hindered.tsx";
import { Height } from "./Height.tsx";
import { Steps } from "./Steps.tsx";
import { standing } from "./words.ts";

type Side = "case" | "story";

export function Trying(): React.JSX.Element {
  const phase = use((seen) => seen.trial.phase);
  const hindered = use((seen) => seen.trial.hindrance);
  const run = use((seen) => seen.trial.run);
  const [side, setSide] = useState<Side>(editor.now.trial.run ? "story" : "case");
  const panel = useRef<HTMLElement>(null);
  useEffect(() => setSide(run ? "story" : "case"), [run]);
  // What keeps the case from being tried stands beside its fields.
  useEffect(() => void (hindered?.errors.length && setSide("case")), [hindered]);
  useEffect(() => panel.current?.querySelector<HTMLElement>(".trying-run")?.focus({ preventScroll: true }), []);
  useSelection();
  const sample = use((seen) => seen.sample);
  // A case that was chosen elsewhere on the page is the one that is tried.
  useEffect(() => void (sample && sample !== editor.now.trial.of && trying.choose(sample)), [sample]);
  const keyed = (event: React.KeyboardEvent): void => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void trying.begin();
    else if (event.key === "Escape") camera.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <section ref={panel} className="trying" aria-label="Try it" data-own-keys onKeyDown={keyed}>
      <Height panel={panel} />
      <header className="trying-head">
        <div className="trying-sides" role="group" aria-label="What the panel shows">
          <button type="button" aria-pressed={side === "case"} onClick={() => setSide("case")}>Case</button>
          <button type="button" aria-pressed={side === "story"} disabled={phase === "ready"} onClick={() => setSide("story")}>What happens</button>
        </div>
        <Standing />
        <Buttons />
        <button type="button" className="tool" aria-label="Close the try-out" onClick={() => close()}><Icon name="x" /></button>
      </header>
      {hindered && <Hindered what={hindered} />}
      <div className="trying-body">
        {side === "case" ? <><Cases /><Case /></> : <><Steps /><Detail /></>}
      </div>
    </section>
  );
}

function Standing(): React.JSX.Element {
  const trial = use((seen) => seen.trial);
  const drawing = use((seen) => seen.drawing);
  const says = standing(trial, drawing);
  const changed = trial.drawing !== null && trial.drawing !== drawing && trial.phase === "ended";
  return (
    <p className="trying-standing" data-phase={trial.phase} data-end={trial.story.end?.is}>
      <span role="status">{says}</span>
      {trial.line === "down" && <span className="trying-line"><Icon name="cloud-off" size={14} />The connection broke: trying to come back…</span>}
      {trial.line === "refused" && <span className="trying-line">This try-out can no longer be watched.</span>}
      {changed && <span className="muted">The drawing has been changed since.</span>}
      {trial.insists && trial.phase !== "ready" && <span className="trying-insists"><Icon name="triangle-alert" size={14} />Effects are let out</span>}
      {!says && <span className="muted">Mails and calls are held back: nothing leaves.</span>}
    </p>
  );
}

function Buttons(): React.JSX.Element {
  const trial = use((seen) => seen.trial);
  const errors = use((seen) => seen.problems.some((problem) => problem.level === "error"));
  const busy = isUnderWay(trial);
  const why = errors ? "Only a drawing without errors may let its effects out" : "Send for real what would be held back";
  return (
    <>
      {busy && <button type="button" className="button" onClick={() => void trying.stop()}><Icon name="square" size={13} />Stop</button>}
      {trial.phase === "ended" && <button type="button" className="button" onClick={trying.clear}>Clear</button>}
      {!busy && <button type="button" className="button trying-insist" disabled={errors} title={why} onClick={() => editor.enter({ is: "insisting" })}><Icon name="triangle-alert" size={14} /><span>Let effects out…</span></button>}
      <button type="button" className="button main trying-run" title="Ctrl Enter" disabled={trial.unread || trial.phase === "starting"} onClick={() => void trying.begin()}><Icon name="play" size={14} />{trial.phase === "ready" ? "Run" : busy ? "Start over" : "Run again"}</button>
    </>
  );
}

// A step that is chosen on the drawing is what the panel looks at.
function useSelection(): void {
  const only = use((seen) => (seen.selected.size === 1 ? ([...seen.selected][0] ?? null) : null));
  const first = useRef(true);
  useEffect(() => {
    if (first.current && !only) return void (first.current = false);
    first.current = false;
    if (only) trying.look(only);
    else trying.lookAway();
  }, [only]);
}

export function close(): void {
  const { panels } = editor.now;
  editor.set({ panels: { ...panels, trying: false } });
  camera.focus();
}
