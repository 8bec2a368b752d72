// The drawing from far away: one path a family and one for all edges, so that two thousand steps cost a dozen elements.
// Also the picture in the small map.

import { memo } from "react";
import { type Drawing, START, notesOf, place } from "../model/document.ts";
import { type Family, type Kinds, familyOf } from "../model/kinds.ts";
import { inletAt, portAt, portsDrawn, sizeWith, startAt, startPort, startSize } from "../kernels/sizes.ts";
import { use } from "../editor.ts";
import { type Change, changesOf, levelOf } from "./marks.ts";

interface Shapes {
  readonly families: ReadonlyMap<Family, string>;
  readonly edges: string;
  readonly lines: ReadonlyMap<string, string>;
  readonly notes: string;
}

const known = new WeakMap<Drawing, Shapes>();

function shapes(drawing: Drawing, kinds: Kinds): Shapes {
  const before = known.get(drawing);
  if (before) return before;
  const families = new Map<Family, string[]>([["start", [rect(startAt(drawing), startSize(drawing))]]]);
  const [ports, places] = [new Map<string, readonly string[]>(), new Map([[START, startAt(drawing)]])];
  for (const step of drawing.nodes) {
    const found = portsDrawn(drawing, step, kinds);
    ports.set(step.id, found);
    places.set(step.id, place(step));
    const family = familyOf(step.kind);
    (families.get(family) ?? families.set(family, []).get(family)!).push(rect(place(step), sizeWith(found.length)));
  }
  const lines = new Map(drawing.edges.map((edge) => {
    const [from, to] = [places.get(edge.from), places.get(edge.to)];
    if (!from || !to) return [edge.id, ""];
    const [px, py] = edge.from === START ? startPort : portAt((ports.get(edge.from) ?? []).indexOf(edge.port));
    return [edge.id, `M${from[0] + px},${from[1] + py}L${to[0]},${to[1] + inletAt[1]}`];
  }));
  const made = {
    families: new Map([...families].map(([family, paths]) => [family, paths.join("")])),
    edges: [...lines.values()].join(""),
    lines,
    notes: notesOf(drawing).map((note) => rect(note.at, note.size)).join(""),
  };
  known.set(drawing, made);
  return made;
}

const rect = ([x, y]: readonly [number, number], [width, height]: readonly [number, number]): string => `M${x},${y}h${width}v${height}h${-width}z`;

export const Silhouette = memo(function Silhouette() {
  const drawing = use((seen) => seen.drawing);
  const kinds = use((seen) => seen.kinds);
  const troubled = use((seen) => seen.problems);
  const selected = use((seen) => seen.selected);
  const differences = use((seen) => seen.differences);
  const { families, edges, lines, notes } = shapes(drawing, kinds);
  const marked = (wanted: (id: string) => boolean): string =>
    drawing.nodes.filter((step) => wanted(step.id)).map((step) => rect(place(step), sizeWith(portsDrawn(drawing, step, kinds).length))).join("");
  const changed = changesOf(differences);
  const painted = (how: Change): string => (changed.size ? marked((id) => changed.get(id) === how) + [...lines].map(([id, line]) => (changed.get(id) === how ? line : "")).join("") : "");
  return (
    <>
      <path className="far-note" d={notes} />
      <path className="far-edges" d={edges} />
      {[...families].map(([family, path]) => <path key={family} className="far-steps" data-family={family} d={path} />)}
      <path className="far-differs" data-change="changed" d={painted("changed")} />
      <path className="far-differs" data-change="added" d={painted("added")} />
      <path className="far-troubled" d={troubled.length ? marked((id) => levelOf({ problems: troubled }, id) === "error") : ""} />
      <path className="far-selected" d={selected.size ? marked((id) => selected.has(id)) : ""} />
    </>
  );
});
