// One short word about what was just done, with a way back where there is one. Also tells screen readers what is selected.

import { useEffect, useRef, useState } from "react";
import { editor, use } from "../editor.ts";
import { meaning } from "../kernels/connect.ts";
import { counted } from "../kernels/problems.ts";
import { START, title } from "../model/document.ts";
import { FAMILY_TITLES, familyOf } from "../model/kinds.ts";
import { wiring } from "../model/wiring.ts";
import { Icon } from "./Icon.tsx";

const STAYS_MS = 8_000;

export function Notices(): React.JSX.Element {
  const notice = use((seen) => seen.notice);
  const differences = use((seen) => seen.differences);
  const looking = use((seen) => seen.looking !== null);
  useEffect(() => {
    if (!notice || notice.action?.label === "Cancel") return undefined;
    const timer = setTimeout(() => editor.set({ notice: null }), STAYS_MS);
    return () => clearTimeout(timer);
  }, [notice]);
  return (
    <div className="notice-place" role="status">
      {differences.length > 0 && !looking && <p className="notice-chip">Painted: what is different from the published version.<button type="button" className="link" onClick={() => editor.set({ differences: [] })}>Done</button></p>}
      {notice && (
        <p className="notice-chip" data-tone={notice.tone}>
          {notice.tone === "problem" && <Icon name="circle-alert" />}{notice.text}
          {notice.action && <button type="button" className="link" onClick={() => { editor.set({ notice: null }); notice.action?.run(); }}>{notice.action.label}</button>}
          <button type="button" className="tool" aria-label="Dismiss" onClick={() => editor.set({ notice: null })}><Icon name="x" size={14} /></button>
        </p>
      )}
    </div>
  );
}

// Tells screen readers when there are more or fewer problems than before, and which one is shown.
export function SpokenProblems(): React.JSX.Element {
  const problems = use((seen) => seen.problems);
  const checking = use((seen) => seen.checking);
  const shown = use((seen) => (seen.shown === null ? undefined : seen.problems[seen.shown]));
  const [said, setSaid] = useState("");
  const before = useRef("");
  useEffect(() => {
    const now = counted(problems, checking);
    if (checking.is === "under way" || now === before.current) return;
    if (before.current) setSaid(`${now}.`);
    before.current = now;
  }, [problems, checking]);
  return <div className="visually-hidden"><p role="status">{said}</p><p role="status">{shown ? `${shown.message} ${shown.suggestion}` : ""}</p></div>;
}

export function Spoken(): React.JSX.Element {
  const selected = use((seen) => seen.selected);
  const drawing = use((seen) => seen.drawing);
  const said = selected.size > 1 ? `${selected.size} parts selected` : [...selected].map((id) => described(id)).join("");
  const happened = use((seen) => seen.said);
  return (
    <>
      <p className="visually-hidden" aria-live="polite">{said}</p>
      <p className="visually-hidden" aria-live="polite">{happened}</p>
    </>
  );

  function described(id: string): string {
    const step = drawing.nodes.find((each) => each.id === id);
    const name = id === START ? "Start" : step ? `${title(step)}, ${FAMILY_TITLES[familyOf(step.kind)]}` : "Note";
    const ways = (wiring(drawing).outgoing.get(id) ?? []).map((edge) => meaning(drawing, edge));
    return [name, ...ways].join(". ");
  }
}
