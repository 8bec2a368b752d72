// What came of a try-out: its outcome with its output, and all that was held back on the way.

import * as commands from "../../commands.ts";
import { use } from "../../editor.ts";
import { heldBack } from "../../live/story.ts";
import * as trying from "../../live/trying.ts";
import { Icon } from "../Icon.tsx";
import { JsonTree } from "./JsonTree.tsx";
import { held, nameOf, sent } from "./words.ts";

export function End(): React.JSX.Element {
  const story = use((seen) => seen.trial.story);
  const drawing = use((seen) => seen.drawing);
  const insists = use((seen) => seen.trial.insists);
  const visits = [...story.visits.values()];
  const kept = visits.flatMap((visit) => heldBack(visit).map((call) => ({ node: visit.node, key: visit.key, visit: visit.visit, says: held(call)?.says ?? "" })));
  const gone = insists ? visits.flatMap((visit) => visit.calls.map((call) => ({ node: visit.node, key: visit.key, visit: visit.visit, says: sent(call) }))).filter((each) => each.says) : [];
  const { end } = story;
  const show = (node: string, visit: number): void => {
    commands.goTo(node);
    trying.look(node, visit);
  };
  return (
    <>
      {end?.is === "succeeded" && <header className="trying-detail-head"><h3>{end.outcome}</h3><p className="muted">The outcome of this try-out</p></header>}
      {end?.is === "failed" && <header className="trying-detail-head"><h3>It failed</h3></header>}
      {end?.is === "cancelled" && <p className="hint">The try-out was stopped before it came to an end.</p>}
      {!end && <p className="hint">Choose a step to see what it was given and what it gave.</p>}
      {[...kept, ...gone].length > 0 && (
        <section className="trying-held-list" aria-label={kept.length ? "Held back" : "Sent"}>
          <h4>{kept.length ? "Held back: nothing of this has left" : "This has left"}</h4>
          <ul>{[...kept, ...gone].map((each, index) => <li key={index}><Icon name={kept.length ? "hand" : "triangle-alert"} size={14} /><span>{each.says} <button type="button" className="link" onClick={() => show(each.node, each.visit)}>{nameOf(drawing, each.node)}</button></span></li>)}</ul>
        </section>
      )}
      {end?.is === "succeeded" && <JsonTree label="Output" value={end.output} />}
      {end?.is === "failed" && <JsonTree label="What went wrong" value={end.error} />}
    </>
  );
}
