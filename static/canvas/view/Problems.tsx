// What the server found, errors first: a click shows the way it happens on, a second one mends it where a machine can.

import * as commands from "../commands.ts";
import { editor, use } from "../editor.ts";
import { repairs } from "../kernels/repair.ts";
import { Icon } from "./Icon.tsx";

const MOST = 100;

export function Problems(): React.JSX.Element {
  const problems = use((seen) => seen.problems);
  const shown = use((seen) => seen.shown);
  const panels = use((seen) => seen.panels);
  return (
    <section className="problems" aria-label="Problems">
      <header><h2>Problems</h2><span className="muted">{problems.length ? "Errors keep the drawing from being published; the rest is good to know." : ""}</span>
        <button type="button" className="tool" aria-label="Close the problems" onClick={() => editor.set({ panels: { ...panels, problems: false }, shown: null })}><Icon name="x" /></button></header>
      {problems.length === 0
        ? <p className="problems-none"><Icon name="circle-check" size={18} />Nothing is wrong with this drawing.</p>
        : <ol tabIndex={0} aria-label="List of problems">{problems.slice(0, MOST).map((_, index) => <Item key={index} index={index} isShown={index === shown} />)}{problems.length > MOST && <li className="muted">and {problems.length - MOST} more</li>}</ol>}
    </section>
  );
}

function Item({ index, isShown }: { index: number; isShown: boolean }): React.JSX.Element | null {
  const problem = use((seen) => seen.problems[index]);
  const { drawing, kinds, readOnly } = editor.now;
  if (!problem) return null;
  const mends = readOnly ? [] : repairs(problem, drawing, kinds);
  return (
    <li data-level={problem.level} data-shown={isShown || undefined}>
      <button type="button" className="problem" aria-pressed={isShown} onClick={() => commands.showProblem(index)}>
        <Icon name={problem.level === "error" ? "circle-alert" : "triangle-alert"} size={16} />
        <span><span className="visually-hidden">{problem.level === "error" ? "Error: " : "Warning: "}</span>{problem.message}<small>{problem.suggestion}</small></span>
      </button>
      {mends.map((repair) => <button key={repair.label} type="button" className="button small" onClick={() => commands.mend(repair)}><Icon name="wand-sparkles" size={13} />{repair.label}</button>)}
    </li>
  );
}
