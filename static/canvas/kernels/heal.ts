// Taking steps out of a drawing so that what was before them goes on to what was after them.
//
// Never past a judgement: where a doubtful way (unsure, fail, error, overdue) led into a check, a decision or a person,
// taking that step away leaves the way open. A machine that closed it would draw what the checks exist to refuse.

import { type Change, removeParts } from "../changes/changes.ts";
import { type Drawing, type Edge, START, isPlain } from "../model/document.ts";
import { edgeId, edgeIds } from "../model/ids.ts";
import { type Kinds, familyOf, isDoubtful, mainPort } from "../model/kinds.ts";
import { leadingTo, wiring } from "../model/wiring.ts";

export interface Healed {
  readonly change: Change;
  readonly joined: number;
}

export function removeHealing(drawing: Drawing, ids: ReadonlySet<string>, kinds: Kinds): Healed {
  const bridges = drawing.edges.flatMap((edge) => bridge(drawing, edge, ids, kinds));
  const after = removeParts(ids)(drawing);
  const fresh = bridges.filter((edge, index) => sound(after, edge) && bridges.findIndex((other) => sameWay(edge, other)) === index);
  return { joined: fresh.length, change: () => fresh.reduce(withEdge, after) };
}

function withEdge(drawing: Drawing, edge: Edge): Drawing {
  const { after_loop, ...plain } = edge;
  const stays = after_loop && drawing.edges.some((each) => each.id === after_loop && each.loop);
  return { ...drawing, edges: [...drawing.edges, { ...plain, id: edgeId(edgeIds(drawing)), ...(stays ? { after_loop } : {}) }] };
}

// The edges that replace one that led into what is taken away.
function bridge(drawing: Drawing, edge: Edge, gone: ReadonlySet<string>, kinds: Kinds): readonly Edge[] {
  if (gone.has(edge.from) || !gone.has(edge.to) || edge.loop) return [];
  const ends = new Set<string>();
  const seen = new Set<string>();
  follow(edge.to);
  return [...ends].map((to) => ({ ...edge, to }));

  function follow(id: string): void {
    const step = drawing.nodes.find((each) => each.id === id);
    if (!step || seen.has(id) || (isDoubtful(edge.port) && familyOf(step.kind) !== "execute")) return;
    seen.add(id);
    const port = mainPort(step, kinds);
    for (const onward of (wiring(drawing).outgoing.get(id) ?? []).filter((each) => each.port === port && isPlain(each))) {
      if (gone.has(onward.to)) follow(onward.to);
      else ends.add(onward.to);
    }
  }
}

function sound(drawing: Drawing, edge: Edge): boolean {
  if (edge.from !== START && leadingTo(drawing, edge.from).has(edge.to)) return false;
  return !drawing.edges.some((each) => sameWay(each, edge));
}

const sameWay = (one: Edge, other: Edge): boolean => one.from === other.from && one.port === other.port && one.to === other.to;
