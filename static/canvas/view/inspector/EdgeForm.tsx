// An edge: where it leads, whether it goes back, and how often.

import { removeEdges, setEdge } from "../../changes/changes.ts";
import { editor, use } from "../../editor.ts";
import { makeLoop, meaning, unmakeLoop } from "../../kernels/connect.ts";
import { Icon } from "../Icon.tsx";

export function EdgeForm({ id }: { id: string }): React.JSX.Element | null {
  const drawing = use((seen) => seen.drawing);
  const readOnly = use((seen) => seen.readOnly);
  const edge = drawing.edges.find((each) => each.id === id);
  if (!edge) return null;
  const turns = edge.loop?.max;
  return (
    <>
      <header className="inspector-head" data-family="outcome"><Icon name="corner-down-right" size={20} /><div><h2>Way</h2><p className="muted">{meaning(drawing, edge)}</p></div></header>
      <fieldset className="inspector-body" disabled={readOnly}>
        <legend className="visually-hidden">Way</legend>
        <div className="field"><label className="check"><input type="checkbox" checked={turns !== undefined} onChange={(event) => editor.edit(event.target.checked ? makeLoop(id) : unmakeLoop(id))} />Goes back (a loop)</label>
          <p className="hint">The steps from there to here are done again, at most so often as you say. The other way out of the same port is taken after that.</p></div>
        {turns !== undefined && (
          <div className="field"><label htmlFor="loop-turns">At most this many turns</label>
            <input id="loop-turns" type="number" min={1} max={1000} value={turns} onChange={(event) => event.target.valueAsNumber >= 1 && editor.edit(setEdge(id, { loop: { max: Math.min(1000, Math.trunc(event.target.valueAsNumber)) } }), `turns ${id}`)} /></div>
        )}
        <div className="row">
          {!edge.loop && <button type="button" className="button" onClick={() => editor.enter({ is: "adding", at: null, screen: null, on: id })}><Icon name="plus" size={14} />Insert a step</button>}
          <button type="button" className="button" onClick={() => editor.edit(removeEdges(new Set([id])))}><Icon name="trash-2" size={14} />Delete</button>
        </div>
      </fieldset>
    </>
  );
}
