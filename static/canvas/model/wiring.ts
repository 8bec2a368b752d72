// The ways through a drawing, as far as the canvas needs them at once: neighbours, reachability, dominators, meeting
// points. The proof is the server's; this only says what can be drawn, and what a drawing means to the eye.
//
// Made once for a document: documents do not change, so what was found stays true.

import { type Drawing, type Edge, START } from "./document.ts";

export interface Wiring {
  readonly outgoing: ReadonlyMap<string, readonly Edge[]>;
  readonly incoming: ReadonlyMap<string, readonly Edge[]>;
}

const known = new WeakMap<readonly Edge[], Wiring>();

export function wiring(drawing: Drawing): Wiring {
  const before = known.get(drawing.edges);
  if (before) return before;
  const outgoing = new Map<string, Edge[]>();
  const incoming = new Map<string, Edge[]>();
  for (const edge of drawing.edges) {
    (outgoing.get(edge.from) ?? outgoing.set(edge.from, []).get(edge.from)!).push(edge);
    (incoming.get(edge.to) ?? incoming.set(edge.to, []).get(edge.to)!).push(edge);
  }
  const made = { outgoing, incoming };
  known.set(drawing.edges, made);
  return made;
}

// Everything that can be reached from `id`, itself included; `without` is a wall. Loop edges count unless told otherwise.
export function reached(drawing: Drawing, id: string, options: { without?: string; forward?: boolean } = {}): Set<string> {
  const { outgoing } = wiring(drawing);
  const seen = new Set<string>(id === options.without ? [] : [id]);
  for (const here of seen) {
    for (const edge of outgoing.get(here) ?? []) {
      if (edge.to !== options.without && !(options.forward && edge.loop)) seen.add(edge.to);
    }
  }
  return seen;
}

// From where `id` can be reached by edges that do not go back; itself included.
export function leadingTo(drawing: Drawing, id: string): Set<string> {
  const { incoming } = wiring(drawing);
  const seen = new Set([id]);
  for (const here of seen) {
    for (const edge of incoming.get(here) ?? []) if (!edge.loop) seen.add(edge.from);
  }
  return seen;
}

// Whether every case that comes to `below` has passed `above`. Where start cannot reach `below` yet, nothing is known,
// and the half-drawn way gets the benefit of the doubt.
export function dominates(drawing: Drawing, above: string, below: string): boolean {
  if (above === below) return true;
  return !reached(drawing, START, { without: above }).has(below);
}

// The steps at which parallel branches of one port come together, and so really wait for each other.
export function meetings(drawing: Drawing): ReadonlySet<string> {
  const found = new Set<string>();
  for (const branches of forks(drawing)) {
    const counted = new Map<string, number>();
    for (const branch of branches) {
      for (const id of reached(drawing, branch.to, { forward: true })) counted.set(id, (counted.get(id) ?? 0) + 1);
    }
    const { incoming } = wiring(drawing);
    for (const [id, count] of counted) {
      const into = (incoming.get(id) ?? []).filter((edge) => !edge.loop && counted.has(edge.from));
      if (count > 1 && into.some((edge) => counted.get(edge.from) !== count)) found.add(id);
    }
  }
  return found;
}

// The edges of each port that starts branches side by side.
export function forks(drawing: Drawing): readonly (readonly Edge[])[] {
  const byPort = new Map<string, Edge[]>();
  for (const edge of drawing.edges) {
    if (edge.loop || edge.after_loop) continue;
    const port = `${edge.from} ${edge.port}`;
    (byPort.get(port) ?? byPort.set(port, []).get(port)!).push(edge);
  }
  return [...byPort.values()].filter((edges) => edges.length > 1);
}
