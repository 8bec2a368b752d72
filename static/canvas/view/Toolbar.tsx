// What the canvas can do, above the drawing; and whether everything is saved.

import { useStore } from "@xyflow/react";
import * as commands from "../commands.ts";
import { editor, use } from "../editor.ts";
import { counted, counts } from "../kernels/problems.ts";
import type { Saving } from "../sync/autosave.ts";
import { camera } from "./camera.ts";
import { Icon } from "./Icon.tsx";
import { More, type Deed } from "./More.tsx";
import { Others } from "./Others.tsx";

export function Toolbar({ name, leave }: { name: string; leave: string }): React.JSX.Element {
  const panels = use((seen) => seen.panels);
  const canUndo = use((seen) => seen.history.past.length > 0);
  const canRedo = use((seen) => seen.history.future.length > 0);
  const readOnly = use((seen) => seen.readOnly);
  const many = use((seen) => seen.selected.size > 1);
  const looking = use((seen) => seen.looking !== null);
  return (
    <div className="bar" role="toolbar" aria-label="Drawing">
      <a className="bar-back" href={leave} aria-label="All workflows"><Icon name="chevron-left" /></a>
      <h1 className="bar-name" title={name}>{name}</h1>
      {overview && <a className="tool" href={overview} aria-label="Overview, versions and triggers" title="Overview, versions and triggers of this workflow"><Icon name="layout-dashboard" /></a>}
      {lessons && Number(taught) > 0 && <a className="tool bar-lessons" href={lessons} aria-label={`${taught} to learn`} title={`Reviewers want this workflow to learn something: ${taught}`}><Icon name="graduation-cap" />{taught}</a>}
      <SavingSign />
      <Others />
      <span className="bar-gap" />
      {!readOnly && (
        <>
          <Tool icon="panel-left" says="Kinds of steps" pressed={panels.palette} run={() => editor.set({ panels: { ...panels, palette: !panels.palette } })} />
          <Tool icon="plus" says="Add a step" keys="/" run={() => commands.startAdding(null, null)} />
          <Tool icon="sticky-note" wide says="Write a note" keys="n" run={() => commands.addNote(null)} />
          <span className="bar-line" />
          <Tool icon="undo-2" says="Undo" keys="Ctrl Z" off={!canUndo} run={() => editor.undo()} />
          <Tool icon="redo-2" says="Redo" keys="Ctrl Shift Z" off={!canRedo} run={() => editor.redo()} />
          <span className="bar-line" />
          <Tool icon="layout-grid" says={many ? "Tidy what is selected" : "Tidy the drawing"} keys="t" run={() => void commands.tidyUp()} />
          <span className="bar-line" />
        </>
      )}
      <Tool icon="search" says="Search in the drawing" keys="f" run={() => editor.enter({ is: "searching" })} />
      <Tool icon="minus" wide says="Zoom out" keys="−" run={() => camera.zoom(0.8)} />
      <Zoom />
      <Tool icon="plus" wide says="Zoom in" keys="+" run={() => camera.zoom(1.25)} />
      <Tool icon="maximize" says="Show the whole drawing" keys="0" run={() => camera.fit()} />
      <Tool icon="keyboard" wide says="All keys" keys="?" run={() => editor.enter({ is: "keys" })} />
      <span className="bar-line" />
      <Tool icon="braces" wide says="Keep this drawing, or bring one in" run={() => editor.set({ mode: { is: "importing" } })} />
      <Tool icon="history" wide says="Versions" run={() => editor.set({ mode: { is: "versions" } })} />
      <More deeds={rarely(readOnly, looking)} />
      {!looking && <ProblemsButton />}
      {!looking && <button type="button" className="button" aria-pressed={panels.trying} title="Try the drawing on a case (r)" onClick={() => commands.toggleTrying()}><Icon name="play" size={14} /><span className="bar-words" data-last>Try it</span></button>}
      {backtests && !looking && <a className="button" data-wide href={backtests} title="Try the drawing on cases that have already been"><Icon name="flask-conical" size={14} /><span className="bar-words">Try on past cases</span></a>}
      {!readOnly && <button type="button" className="button main" onClick={() => editor.enter({ is: "publishing" })}><Icon name="rocket" size={14} />Publish</button>}
    </div>
  );
}

// The same as the tools that are `wide`, for where there is no room for those.
function rarely(readOnly: boolean, looking: boolean): readonly Deed[] {
  const past: readonly Deed[] = backtests && !looking ? [{ icon: "flask-conical", says: "Try on past cases", run: () => location.assign(backtests) }] : [];
  const note: readonly Deed[] = readOnly ? [] : [{ icon: "sticky-note", says: "Write a note", keys: "n", run: () => commands.addNote(null) }];
  return [
    ...past, ...note,
    { icon: "minus", says: "Zoom out", keys: "−", run: () => camera.zoom(0.8) },
    { icon: "plus", says: "Zoom in", keys: "+", run: () => camera.zoom(1.25) },
    { icon: "history", says: "Versions", run: () => editor.set({ mode: { is: "versions" } }) },
    { icon: "braces", says: "Keep this drawing, or bring one in", run: () => editor.set({ mode: { is: "importing" } }) },
    { icon: "keyboard", says: "All keys", keys: "?", run: () => editor.enter({ is: "keys" }) },
  ];
}

// `wide`: where there is little room, it stands in the list behind “More” instead.
function Tool({ icon, says, keys, run, off = false, pressed, wide = false }: { icon: string; says: string; keys?: string; run: () => void; off?: boolean; pressed?: boolean; wide?: boolean }): React.JSX.Element {
  return (
    <button type="button" className="tool" data-wide={wide || undefined} aria-label={says} title={keys ? `${says} (${keys})` : says} disabled={off} aria-pressed={pressed} onClick={run}><Icon name={icon} /></button>
  );
}

function Zoom(): React.JSX.Element {
  const percent = useStore((state) => Math.round(state.transform[2] * 100));
  return <output className="bar-zoom" data-wide aria-label="Zoom">{percent} %</output>;
}

function ProblemsButton(): React.JSX.Element {
  const problems = use((seen) => seen.problems);
  const panels = use((seen) => seen.panels);
  const checking = use((seen) => seen.checking);
  const { errors, warnings } = counts(problems);
  const isKnown = checking.is === "current" || problems.length > 0;
  const level = checking.is === "refused" || !isKnown ? "unknown" : errors ? "error" : warnings ? "warning" : "none";
  return (
    <button type="button" className="button bar-problems" data-level={level} data-checking={checking.is} aria-pressed={panels.problems} title="The problems of the drawing (p)" onClick={() => editor.set({ panels: { ...panels, problems: !panels.problems } })}>
      <Icon name={level === "unknown" ? "clock" : errors ? "circle-alert" : warnings ? "triangle-alert" : "circle-check"} size={15} />{counted(problems, checking)}
    </button>
  );
}

const SIGNS: Readonly<Record<Saving["state"], readonly [icon: string, says: string]>> = {
  saved: ["cloud-check", "All saved"], waiting: ["cloud", "Not saved yet"], saving: ["cloud-upload", "Saving…"],
  offline: ["cloud-off", "No connection: kept in this browser, tried again"], refused: ["circle-alert", "Not saved"], conflict: ["users", "Somebody else saved"],
  "signed-out": ["log-in", "Signed out: nothing is saved"],
};

const { archived, backtests, lessons, overview, taught } = document.querySelector<HTMLElement>("interlock-canvas")?.dataset ?? {};

function SavingSign(): React.JSX.Element {
  const saving = use((seen) => seen.saving);
  const readOnly = use((seen) => seen.readOnly);
  const [icon, says] = readOnly && !editor.now.looking ? ["eye", archived ? `${archived}: to look at, not to change` : "You may look, not change"] : SIGNS[saving.state];
  const looking = use((seen) => seen.looking !== null);
  const more = saving.state === "refused" ? `: ${saving.why}` : "";
  return (
    <span className="bar-saving" role="status" title={says} data-state={readOnly && !looking ? "reading" : saving.state}>
      <Icon name={icon} size={15} /><span>{says}{more}</span>
    </span>
  );
}
