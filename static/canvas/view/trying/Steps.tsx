// What happens in a try-out, told as it happens: one line for each step, with how long it took, which way it went and why.

import { memo, useEffect, useRef } from "react";
import * as commands from "../../commands.ts";
import { editor, use } from "../../editor.ts";
import { type Visit, waitsFor } from "../../live/story.ts";
import * as trying from "../../live/trying.ts";
import { START } from "../../model/document.ts";
import { familyOf } from "../../model/kinds.ts";
import { FAMILY_ICONS, Icon } from "../Icon.tsx";
import { STATES, confidence, holdsBack, moment, nameOf, took } from "./words.ts";

const MOST = 300;

export function Steps(): React.JSX.Element {
  const story = use((seen) => seen.trial.story);
  const list = useRef<HTMLDivElement>(null);
  const visits = [...story.visits.values()];
  const cut = Math.max(0, visits.length - MOST);
  const asks = waitsFor(story);
  const whys = use((seen) => seen.trial.whys);
  const stays = useRef(true);
  // The newest line is in view while the run goes, unless somebody has scrolled up to read.
  useEffect(() => {
    if (list.current && stays.current) list.current.scrollTop = list.current.scrollHeight;
  }, [story, whys]);
  const scrolled = ({ currentTarget: box }: React.UIEvent): void => void (stays.current = box.scrollHeight - box.scrollTop - box.clientHeight < 24);
  return (
    <div className="trying-steps" ref={list} tabIndex={0} role="group" aria-label="Steps" onScroll={scrolled}>
      <ol>
        <li><Line icon="circle-play" family="start" node={START} visit={1} name="Start" says="The case comes in" /></li>
        {cut > 0 && <li className="hint">{cut} earlier steps are left out here.</li>}
        {visits.slice(cut).map((visit) => <Told key={visit.key} visit={visit} />)}
        {story.end && <li><Line icon="flag" family={story.end.is === "failed" ? "problem" : "outcome"} node="" visit={1} name="What came of it" says={{ succeeded: `Ended at “${story.end.outcome}”.`, failed: "It failed.", cancelled: "It was stopped." }[story.end.is]} /></li>}
        {!story.end && !asks && visits.length === 0 && <li className="hint">Waiting for the first step…</li>}
      </ol>
    </div>
  );
}

const Told = memo(function Told({ visit }: { visit: Visit }): React.JSX.Element {
  const drawing = use((seen) => seen.drawing);
  const why = useWhy(visit);
  const pins = use((seen) => seen.trial.pins);
  const tried = use((seen) => seen.trial.drawing);
  const step = drawing.nodes.find((each) => each.id === visit.node) ?? tried?.nodes.find((each) => each.id === visit.node);
  const family = step ? familyOf(step.kind) : "outcome";
  const name = nameOf(drawing, visit.node, tried) + (visit.visit > 1 ? ` (${ordinal(visit.visit)} time)` : "");
  const [, state] = STATES[visit.state];
  const sure = confidence(visit.output, step?.config);
  return (
    <li>
      <Line icon={FAMILY_ICONS[family] ?? "circle"} family={family} node={visit.node} visit={visit.visit} name={name} state={visit.state}
        ms={visit.pinned ? null : visit.ms} says={visit.state === "waiting" ? `Until ${moment(visit.until)}` : ["asked", "called", "running"].includes(visit.state) ? "" : why}>
        {visit.pinned && <span className="chip" data-tone="pin"><Icon name="pin" size={12} />{pins.has(visit.node) ? "pinned" : "from before"}</span>}
        {holdsBack(visit) && <span className="chip" data-tone="held">held back</span>}
        {sure && <span className="chip">{number(sure[0])}{sure[1] === null ? "" : ` of ${number(sure[1])}`}</span>}
        {visit.port && visit.port !== "done" && visit.state === "done" && <span className="trying-port" data-port={visit.port}>{visit.port}</span>}
        {visit.state !== "done" && <span className="chip" data-tone={visit.state}>{state}</span>}
      </Line>
    </li>
  );
});

interface Lined {
  readonly icon: string;
  readonly family: string;
  readonly node: string;
  readonly visit: number;
  readonly name: string;
  readonly says: string;
  readonly state?: Visit["state"];
  readonly ms?: number | null;
  readonly children?: React.ReactNode;
}

function Line({ icon, family, node, visit, name, says, state, ms = null, children }: Lined): React.JSX.Element {
  const isShown = use((seen) => (seen.trial.shows?.node ?? "") === node && (seen.trial.shows?.visit ?? 1) === visit);
  const isEnd = use((seen) => seen.trial.shows === null && node === "");
  return (
    <button type="button" className="trying-step" data-family={family} data-state={state} aria-pressed={isShown || isEnd} onClick={() => show(node, visit)}>
      <Icon name={icon} size={16} /><span className="trying-told"><span className="trying-name">{name}{children}</span>{says && <small>{says}</small>}</span>
      {ms !== null && ms >= 1 && <span className="trying-ms">{took(ms)}</span>}
    </button>
  );
}

// The line of an outcome looks at the whole; that of a step shows where it is on the drawing, too.
function show(node: string, visit: number): void {
  if (node === "") {
    editor.select([]);
    return trying.lookAway();
  }
  if (node === START || trying.isStep(node)) commands.goTo(node);
  trying.look(node, visit);
}

// Why a step went its way. Of what was held back the server speaks as if it had been done.
export function useWhy(visit: Visit): string {
  const told = use((seen) => seen.trial.whys.get(visit.key) ?? "");
  return holdsBack(visit) ? "Nothing was sent: what would have left was held back." : visit.pinned ? "" : told;
}

export const number = (value: number): string => String(Math.round(value * 100) / 100);
const ordinal = (count: number): string => `${count}${count % 100 > 10 && count % 100 < 14 ? "th" : (["th", "st", "nd", "rd"][count % 10] ?? "th")}`;
