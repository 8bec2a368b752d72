// What the server found, errors first: a click shows the way it happens on, a second one mends it where a machine can.
// The list never says that nothing is wrong unless just this drawing was looked at.

import { useEffect, useRef, useState } from "react";
import { editor, use } from "../editor.ts";
import { MANY, counts, groups, keyOf } from "../kernels/problems.ts";
import * as mending from "../mending.ts";
import type { Drawing } from "../model/document.ts";
import type { Checking, Problem, Repairs } from "../model/problem.ts";
import { menders } from "../sync/menders.ts";
import { Icon } from "./Icon.tsx";

const MOST = 100;
// For the first of a list repairs are worked out before somebody asks; the larger the drawing, the fewer.
const aheadOf = (steps: number): number => (steps <= 100 ? 20 : steps <= 400 ? 5 : 0);

export function Problems({ again }: { again: () => void }): React.JSX.Element {
  const problems = use((seen) => seen.problems);
  const checking = use((seen) => seen.checking);
  const panels = use((seen) => seen.panels);
  const looks = use((seen) => seen.readOnly);
  const isCurrent = use(() => mending.isCurrent());
  const isDown = use(() => mending.isDown());
  const [isHeld, press] = usePressed();
  const listed = useHeld(problems, isHeld);
  const close = (): void => editor.set({ panels: { ...panels, problems: false }, shown: null, ghost: null });
  return (
    <section className="problems" aria-label="Problems" data-stale={!isCurrent || undefined} onPointerDown={press}>
      <header><h2>Problems</h2><span className="muted">{headline(problems, checking)}</span>
        {checking.is === "offline" && <button type="button" className="button small" onClick={again}>Check now</button>}
        {!looks && problems.length > 1 && <button type="button" className="button small" disabled={isDown} onClick={() => void mending.mendAll()}><Icon name="wand-sparkles" size={13} />Mend what needs no choice</button>}
        <button type="button" className="tool" aria-label="Close the problems" onClick={close}><Icon name="x" /></button></header>
      {listed.length === 0 ? <Empty checking={checking} /> : <List problems={listed} again={again} isHeld={isHeld} />}
    </section>
  );
}

function headline(problems: readonly Problem[], checking: Checking): string {
  if (checking.is === "refused") return `The server did not check this drawing: ${checking.why}`;
  if (checking.is === "offline") return problems.length ? "Checks wait for the connection. This was found earlier." : "Checks wait for the connection.";
  if (problems.length === 0) return "";
  if (checking.is === "under way") return "Checking…";
  return counts(problems).errors ? "What is red keeps the drawing from being published; the rest is good to know." : "Good to know; the drawing can be published.";
}

function Empty({ checking }: { checking: Checking }): React.JSX.Element {
  const looking = use((seen) => seen.looking !== null);
  if (looking) return <p className="problems-none" data-is="waiting">Problems are shown for your own drawing.</p>;
  if (checking.is === "current") return <p className="problems-none"><Icon name="circle-check" size={18} />Nothing is wrong with this drawing.</p>;
  return <p className="problems-none" data-is="waiting">{checking.is === "under way" ? "Checking the drawing…" : "Whether something is wrong is not known yet."}</p>;
}

function List({ problems, again, isHeld }: { problems: readonly Problem[]; again: () => void; isHeld: boolean }): React.JSX.Element {
  const shown = use((seen) => seen.shown);
  const checked = use((seen) => seen.checked);
  const some = problems.slice(0, MOST);
  const named = problems.length >= MANY && checked !== null ? new Map(groups(some, checked).map((group) => [group.places[0], group])) : null;
  return (
    <ol tabIndex={0} aria-label="List of problems">
      {some.flatMap((problem, index) => {
        const group = named?.get(index);
        const item = <Item key={keyOf(problem)} problem={problem} index={index} isShown={index === shown} again={again} isHeld={isHeld} />;
        return group ? [<li key={`${problem.level} ${group.owner}`} className="problems-group">{group.name}</li>, item] : [item];
      })}
      {problems.length > MOST && <li className="muted problems-more">and {problems.length - MOST} more</li>}
    </ol>
  );
}

function Item({ problem, index, isShown, again, isHeld }: { problem: Problem; index: number; isShown: boolean; again: () => void; isHeld: boolean }): React.JSX.Element {
  const own = useRef<HTMLLIElement>(null);
  const [near, setNear] = useState(false);
  const drawing = use((seen) => seen.drawing);
  const looks = use((seen) => seen.readOnly);
  const isCurrent = use(() => mending.isCurrent());
  const wanted = !looks && isCurrent && (isShown || near || index < aheadOf(drawing.nodes.length));
  const found = useHeld(useRepairs(problem, drawing, wanted), isHeld);
  useEffect(() => {
    if (isShown) own.current?.scrollIntoView({ block: "nearest" });
  }, [isShown]);
  return (
    <li ref={own} data-level={problem.level} data-shown={isShown || undefined} onPointerEnter={() => setNear(true)} onFocus={() => setNear(true)}>
      <button type="button" className="problem" aria-pressed={isShown} onClick={() => mending.show(problem)}>
        <Icon name={problem.level === "error" ? "circle-alert" : "triangle-alert"} size={16} />
        <span><span className="visually-hidden">{problem.level === "error" ? "Error: " : "Warning: "}</span>{problem.message}<small>{problem.suggestion}</small></span>
      </button>
      {found && !looks && <Mends problem={problem} found={found.repairs} asked={found.drawing} again={again} />}
    </li>
  );
}

// A button says what is meant: clicked before it is known for the newest drawing, it is carried out once it is.
function Mends({ problem, found, asked, again }: { problem: Problem; found: Repairs; asked: Drawing; again: () => void }): React.JSX.Element {
  const [busy, setBusy] = useState<string | null>(null);
  const isDown = use(() => mending.isDown());
  const peek = (document: Drawing | null) => (): void => editor.set({ ghost: document && asked === editor.now.drawing ? { asked, document } : null });
  const choose = (label: string): void => {
    setBusy(label);
    void mending.repair(problem, label).finally(() => setBusy(null));
  };
  useEffect(() => () => editor.set({ ghost: null }), []);
  return (
    <div className="problem-mends">
      {found.repairs.map((repair) => (
        <button key={repair.label} type="button" className="button small" disabled={isDown} aria-busy={repair.label === busy || undefined} onClick={() => choose(repair.label)}
          onPointerEnter={peek(repair.document)} onPointerLeave={peek(null)} onFocus={peek(repair.document)} onBlur={peek(null)}>
          <Icon name="wand-sparkles" size={13} />{repair.label}
        </button>
      ))}
      {found.elsewhere.map((what) => what.href === undefined
        ? <button key={what.label} type="button" className="button small" onClick={() => void mending.make(what, again)}><Icon name="plus" size={13} />{what.label}</button>
        : <a key={what.label} className="button small" href={what.href} target="_blank" rel="noopener">{what.label}</a>)}
    </div>
  );
}

// While something in the list is pressed, the list stays as it is: what moves away under a pointer loses the click.
function usePressed(): readonly [boolean, () => void] {
  const [isPressed, setPressed] = useState(false);
  useEffect(() => {
    if (!isPressed) return;
    // The click comes after the release.
    const release = (): unknown => setTimeout(() => setPressed(false));
    const ends = ["pointerup", "pointercancel", "dragend", "blur"];
    for (const end of ends) addEventListener(end, release);
    return () => {
      for (const end of ends) removeEventListener(end, release);
    };
  }, [isPressed]);
  return [isPressed, () => setPressed(true)];
}

function useHeld<T>(value: T, isHeld: boolean): T {
  const [kept, keep] = useState(value);
  if (!isHeld && kept !== value) keep(value);
  return isHeld ? kept : value;
}

// What was found stays on screen until there is something newer, so that buttons do not jump while one draws.
function useRepairs(problem: Problem, drawing: Drawing, wanted: boolean): { repairs: Repairs; drawing: Drawing } | null {
  const [found, setFound] = useState<{ repairs: Repairs; drawing: Drawing } | null>(null);
  useEffect(() => {
    let isOver = false;
    if (wanted) void menders()?.of(drawing, problem).then((repairs) => repairs && !isOver && setFound({ repairs, drawing }));
    return () => {
      isOver = true;
    };
  }, [problem, drawing, wanted]);
  return found;
}
