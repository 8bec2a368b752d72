// Every edit of a drawing: pure functions from a drawing to the next one. Nothing here looks at the screen.
//
// A change that would change nothing gives the very same drawing back, so that history keeps no empty step.

import { type Drawing, type Edge, type JsonObject, type Note, type Point, type Step, notesOf, place } from "../model/document.ts";

export type Change = (drawing: Drawing) => Drawing;

export const setInput = (input: JsonObject): Change => (drawing) => ({ ...drawing, input });

export const addStep = (step: Step): Change => (drawing) => ({ ...drawing, nodes: [...drawing.nodes, step] });
export const addEdge = (edge: Edge): Change => (drawing) => ({ ...drawing, edges: [...drawing.edges, edge] });
export const addNote = (note: Note): Change => (drawing) => ({ ...drawing, notes: [...notesOf(drawing), note] });

// Sets fields of a step; a field that is undefined is taken away, so that only what somebody chose is written.
export function setStep(id: string, fields: { readonly [K in keyof Step]?: Step[K] | undefined }): Change {
  return (drawing) => ({ ...drawing, nodes: drawing.nodes.map((step) => (step.id === id ? without<Step>({ ...step, ...fields }) : step)) });
}

export function setConfig(id: string, config: JsonObject): Change {
  return setStep(id, { config });
}

export function setEdge(id: string, fields: { readonly [K in keyof Edge]?: Edge[K] | undefined }): Change {
  return (drawing) => ({ ...drawing, edges: drawing.edges.map((edge) => (edge.id === id ? without<Edge>({ ...edge, ...fields }) : edge)) });
}

export function setNote(id: string, fields: Partial<Note>): Change {
  return (drawing) => ({ ...drawing, notes: notesOf(drawing).map((note) => (note.id === id ? { ...note, ...fields } : note)) });
}

// Puts steps and notes to new places, by id.
export function move(places: ReadonlyMap<string, Point>): Change {
  return (drawing) => {
    const to = <T extends Step | Note>(part: T): T => {
      const at = places.get(part.id);
      const here = part.at ?? [0, 0];
      return !at || (at[0] === here[0] && at[1] === here[1]) ? part : { ...part, at };
    };
    const nodes = mapped(drawing.nodes, to);
    const notes = mapped(notesOf(drawing), to);
    if (nodes === drawing.nodes && notes === notesOf(drawing)) return drawing;
    return { ...drawing, nodes, ...(notes.length ? { notes } : {}) };
  };
}

export function shift(ids: ReadonlySet<string>, by: Point): Change {
  return (drawing) => {
    const parts = [...drawing.nodes.map((step) => ({ id: step.id, at: place(step) })), ...notesOf(drawing)];
    const chosen = parts.filter((part) => ids.has(part.id));
    return move(new Map(chosen.map(({ id, at }) => [id, [at[0] + by[0], at[1] + by[1]]])))(drawing);
  };
}

export function removeEdges(ids: ReadonlySet<string>): Change {
  return (drawing) => {
    const left = drawing.edges.filter((edge) => !ids.has(edge.id));
    return left.length === drawing.edges.length ? drawing : { ...drawing, edges: freed(left) };
  };
}

// Takes steps and notes away, and every edge that touched them.
export function removeParts(ids: ReadonlySet<string>): Change {
  return (drawing) => {
    const nodes = drawing.nodes.filter((step) => !ids.has(step.id));
    const notes = notesOf(drawing).filter((note) => !ids.has(note.id));
    const edges = freed(drawing.edges.filter((edge) => !ids.has(edge.from) && !ids.has(edge.to)));
    const { notes: _, ...rest } = drawing;
    return { ...rest, nodes, edges, ...(notes.length ? { notes } : {}) };
  };
}

export const all = (...changes: readonly Change[]): Change => (drawing) => changes.reduce((so, change) => change(so), drawing);

// The way out of a loop that is no more is a way like any other.
export function freed(edges: readonly Edge[]): readonly Edge[] {
  const loops = new Set(edges.filter((edge) => edge.loop).map((edge) => edge.id));
  return edges.map((edge) => {
    if (!edge.after_loop || loops.has(edge.after_loop)) return edge;
    const { after_loop: _, ...plain } = edge;
    return plain;
  });
}

function mapped<T>(list: readonly T[], to: (item: T) => T): readonly T[] {
  const next = list.map(to);
  return next.every((item, index) => item === list[index]) ? list : next;
}

function without<T extends object>(value: { [K in keyof T]?: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;
}
