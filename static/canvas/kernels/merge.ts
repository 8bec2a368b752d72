// Two sets of edits put together: a three-way merge of drawings. What both left alone stays, what one of them changed is
// changed, and where both changed the same thing differently there is no drawing but a list of clashes, in words.
//
// Steps, edges and notes are compared by id, configurations by field. Where steps stand is no clash: mine holds. Nobody's
// step is ever left out but by somebody who deleted it. Pure: the dialogs ask, people choose.

import { type Drawing, type Edge, type Json, type JsonObject, type Note, type Step, START, isObject, notesOf, place, title } from "../model/document.ts";
import { edgeId, noteId, stepId } from "../model/ids.ts";
import { rename } from "./clipboard.ts";
import { same } from "./same.ts";
import { GRID, HEIGHT, WIDTH } from "./sizes.ts";

export interface Clash {
  readonly sentence: string;
  // What to paint.
  readonly nodes: readonly string[];
}

export type Merged = { readonly ok: true; readonly drawing: Drawing } | { readonly ok: false; readonly clashes: readonly Clash[] };

type Part = Step | Edge | Note;
type Fields = { readonly [key: string]: Json };

export function merged(base: Drawing, mine: Drawing, theirs: Drawing): Merged {
  const clashes: Clash[] = [];
  const own = apart(base, mine, theirs);
  const say = (sentence: string, nodes: readonly string[] = []): void => void clashes.push({ sentence, nodes });
  const input = field(base.input, own.input, theirs.input, ["input"], (path) => say(`You both changed ${inputField(path)}.`)) as JsonObject;
  const nodes = list(base.nodes, own.nodes, theirs.nodes, (was, one, other) => step(was, one, other, say), (part, who) => say(`${halves(who)[0]} deleted “${title(part)}”, and ${halves(who)[1]} changed it.`, [part.id]), still);
  const ports = doublyWired(base, own, theirs);
  const edges = list(base.edges, own.edges, theirs.edges, (was, one, other) => edge(was, one, other, ports), (part) => void ports.add(portOf(part)));
  for (const port of ports) say(...wiredTwice(port, own, theirs));
  const notes = list(notesOf(base), notesOf(own), notesOf(theirs), (was, one, other) => note(was, one, other, say), (_, who) => say(`${halves(who)[0]} deleted a note, and ${halves(who)[1]} changed it.`), stillNote);
  const drawing: Drawing = { format: mine.format, input, nodes: besides(base, theirs, nodes), edges, ...(notes.length ? { notes } : {}) };
  if (clashes.length === 0) dangling(own, theirs, drawing, say);
  return clashes.length ? { ok: false, clashes } : { ok: true, drawing };
}

type Who = "me" | "them";
const halves = (who: Who): readonly [string, string] => (who === "me" ? ["You", "they"] : ["They", "you"]);

// New parts that happen to be called like new parts of the other are called otherwise, with all that names them.
function apart(base: Drawing, mine: Drawing, theirs: Drawing): Drawing {
  const steps = taken(base.nodes, mine.nodes, theirs.nodes);
  let own = mine;
  for (const part of added(base.nodes, mine.nodes, theirs.nodes)) own = rename(part.id, fresh(steps, () => stepId(part.id.replace(/_\d+$/, ""), steps)))(own);
  const [ways, marks] = [taken(base.edges, mine.edges, theirs.edges), taken(notesOf(base), notesOf(mine), notesOf(theirs))];
  const met = drawnByBoth(base, own, theirs);
  const edgeNames = new Map([...added(base.edges, own.edges, theirs.edges).map(({ id }) => [id, fresh(ways, () => edgeId(ways))] as const), ...met]);
  const noteNames = new Map(added(notesOf(base), notesOf(own), notesOf(theirs)).map(({ id }) => [id, fresh(marks, () => noteId(marks))]));
  if (edgeNames.size) own = { ...own, edges: own.edges.map((each) => renamedEdge(each, edgeNames)) };
  if (noteNames.size) own = { ...own, notes: notesOf(own).map((each) => ({ ...each, id: noteNames.get(each.id) ?? each.id })) };
  return own;
}

function renamedEdge(each: Edge, names: ReadonlyMap<string, string>): Edge {
  const loop = each.after_loop ? names.get(each.after_loop) : undefined;
  const id = names.get(each.id);
  return id || loop ? { ...each, id: id ?? each.id, ...(loop ? { after_loop: loop } : {}) } : each;
}

const taken = (...lists: readonly (readonly Part[])[]): Set<string> => new Set([START, ...lists.flatMap((parts) => parts.map(({ id }) => id))]);

function fresh(names: Set<string>, make: () => string): string {
  const name = make();
  names.add(name);
  return name;
}

// Two new steps that came to lie on one another: mine goes below, so that none is hidden.
function besides(base: Drawing, theirs: Drawing, nodes: readonly Step[]): readonly Step[] {
  const [before, other] = [byId(base.nodes), byId(theirs.nodes)];
  const placed = theirs.nodes.filter(({ id }) => !before.has(id)).map(place);
  if (placed.length === 0) return nodes;
  return nodes.map((each) => {
    if (before.has(each.id) || other.has(each.id)) return each;
    let at = place(each);
    while (placed.some(([x, y]) => Math.abs(x - at[0]) < WIDTH && Math.abs(y - at[1]) < HEIGHT)) at = [at[0], at[1] + HEIGHT + GRID];
    placed.push(at);
    return at === place(each) || same(at, place(each)) ? each : { ...each, at };
  });
}

// A way that both drew is one way: mine is called like theirs.
function drawnByBoth(base: Drawing, mine: Drawing, theirs: Drawing): Map<string, string> {
  const before = byId(base.edges);
  const free = new Map(theirs.edges.filter(({ id }) => !before.has(id)).map((each) => [meaning(each, byId(theirs.edges)), each.id]));
  const found = new Map<string, string>();
  for (const each of mine.edges.filter(({ id }) => !before.has(id))) {
    const key = meaning(each, byId(mine.edges));
    const partner = free.get(key);
    if (partner !== undefined && free.delete(key)) found.set(each.id, partner);
  }
  return found;
}

// Mine that are new under a name under which theirs has something else that is new.
function added<T extends Part>(base: readonly T[], mine: readonly T[], theirs: readonly T[]): readonly T[] {
  const [before, other] = [byId(base), byId(theirs)];
  return mine.filter((part) => !before.has(part.id) && other.has(part.id) && !same(other.get(part.id), part));
}

function byId<T extends Part>(parts: readonly T[]): Map<string, T> {
  return new Map(parts.map((part) => [part.id, part]));
}

// Theirs in their order, then what is new with me. A part that one deleted is gone, unless the other changed it.
function list<T extends Part>(
  base: readonly T[], mine: readonly T[], theirs: readonly T[],
  both: (was: T, one: T, other: T) => T, lost: (part: T, who: Who) => void, unchanged: (was: T, now: T) => boolean = same,
): readonly T[] {
  const [before, own, other] = [byId(base), byId(mine), byId(theirs)];
  const kept = theirs.flatMap((part): readonly T[] => {
    const [was, one] = [before.get(part.id), own.get(part.id)];
    if (was && one) return [both(was, one, part)];
    if (one || !was) return [one ?? part];
    if (!unchanged(was, part)) lost(part, "me");
    return [];
  });
  for (const part of mine) {
    const was = before.get(part.id);
    if (was && !other.has(part.id) && !unchanged(was, part)) lost(part, "them");
  }
  return [...kept, ...mine.filter((part) => !before.has(part.id) && !other.has(part.id))];
}

function step(was: Step, one: Step, other: Step, say: (sentence: string, nodes: readonly string[]) => void): Step {
  if (same(was, other)) return one;
  if (same(was, one)) return other;
  // What a configuration means depends on its kind: one of them did not see the other's.
  const touched = (now: Step): boolean => now.kind !== was.kind || !same(was.config, now.config);
  if ((one.kind !== was.kind || other.kind !== was.kind) && touched(one) && touched(other) && !same(one.config, other.config)) {
    say(`“${title(was)}”: one of you changed what kind of step it is, the other how it is set.`, [was.id]);
  }
  return record(was, one, other, (path) => path[0] !== "at" && say(`“${title(was)}”: you both changed ${stepField(path)}.`, [was.id])) as Step;
}

function note(was: Note, one: Note, other: Note, say: (sentence: string) => void): Note {
  return record(was, one, other, (path) => path[0] === "text" && say("You both changed the same note.")) as Note;
}

// An edge is one thing: who changed its end and who changed its turns did not see each other's.
function edge(was: Edge, one: Edge, other: Edge, ports: Set<string>): Edge {
  if (same(was, other) || same(one, other)) return one;
  if (!same(was, one)) ports.add(portOf(was));
  return other;
}

function record(was: Part, one: Part, other: Part, clash: (path: readonly string[]) => void): unknown {
  return field(was as unknown as Json, one as unknown as Json, other as unknown as Json, [], clash);
}

function field(was: Json | undefined, one: Json | undefined, other: Json | undefined, path: readonly string[], clash: (path: readonly string[]) => void): Json | undefined {
  if (same(was, other)) return one;
  if (same(was, one) || same(one, other)) return other;
  if (!isObject(was) || !isObject(one) || !isObject(other)) {
    clash(path);
    return one;
  }
  const [a, b, c]: readonly Fields[] = [was, one, other];
  const keys = [...new Set([...Object.keys(c!), ...Object.keys(b!)])];
  const merging = keys.map((key) => [key, field(own(a!, key), own(b!, key), own(c!, key), [...path, key], clash)] as const);
  return Object.fromEntries(merging.filter(([, value]) => value !== undefined)) as JsonObject;
}

const own = (of: Fields, key: string): Json | undefined => (Object.hasOwn(of, key) ? of[key] : undefined);

// Ports that both wired anew, each otherwise: put together, one way would have become two.
function doublyWired(base: Drawing, mine: Drawing, theirs: Drawing): Set<string> {
  const [before, one, other] = [outgoing(base), outgoing(mine), outgoing(theirs)];
  return new Set([...new Set([...one.keys(), ...other.keys()])].filter((port) => {
    const [was, my, their] = [before.get(port) ?? "", one.get(port) ?? "", other.get(port) ?? ""];
    return my !== was && their !== was && my !== their;
  }));
}

const portOf = (each: Edge): string => `${each.from}\n${each.port}`;

function wiredTwice(port: string, mine: Drawing, theirs: Drawing): [string, readonly string[]] {
  const [from = "", name = ""] = port.split("\n");
  const owner = [...theirs.nodes, ...mine.nodes].find((each) => each.id === from);
  return [`You both changed where ${from === START ? "the start" : `“${owner ? title(owner) : from}” (${name})`} leads.`, from === START ? [] : [from]];
}

function outgoing(drawing: Drawing): Map<string, string> {
  const loops = new Map(drawing.edges.map((each) => [each.id, each]));
  const found = new Map<string, string[]>();
  for (const each of drawing.edges) {
    const key = portOf(each);
    (found.get(key) ?? found.set(key, []).get(key)!).push(meaning(each, loops));
  }
  return new Map([...found].map(([key, ways]) => [key, ways.sort().join("\n")]));
}

// What an edge means, whatever it is called.
function meaning(each: Edge, by: ReadonlyMap<string, Edge>): string {
  const loop = each.after_loop ? by.get(each.after_loop) : undefined;
  return JSON.stringify([each.from, each.port, each.to, each.loop?.max ?? 0, loop ? [loop.from, loop.port, loop.to] : (each.after_loop ?? "")]);
}

// Ways that one drew to what the other has deleted. What led nowhere before is nobody's clash.
function dangling(mine: Drawing, theirs: Drawing, drawing: Drawing, say: (sentence: string, nodes: readonly string[]) => void): void {
  const [there, loops] = [new Set([START, ...drawing.nodes.map(({ id }) => id)]), new Set(drawing.edges.map(({ id }) => id))];
  const known = new Map([...theirs.nodes, ...mine.nodes].map((each) => [each.id, title(each)]));
  const ways = new Set([...mine.edges, ...theirs.edges].map(({ id }) => id));
  for (const each of drawing.edges) {
    const gone = [each.from, each.to].find((id) => !there.has(id) && known.has(id));
    if (gone !== undefined) say(`One of you deleted “${known.get(gone)}”, the other drew a way to or from it.`, [each.from, each.to].filter((id) => there.has(id)));
    if (each.after_loop && !loops.has(each.after_loop) && ways.has(each.after_loop)) say("One of you deleted a loop, the other drew its way out.", [each.from]);
  }
}

// Whether a part is as it was, but for its place: who moved what another deleted loses nothing.
const still = (was: Step, now: Step): boolean => same({ ...was, at: undefined }, { ...now, at: undefined });
const stillNote = (was: Note, now: Note): boolean => was.text === now.text;

const WORDS: Readonly<Record<string, string>> = { name: "its name", kind: "what kind of step it is", join: "what it waits for", retry: "how often it tries again", timeout_s: "the time it may take", asks: "whether it only asks", note: "its note" };

function stepField(path: readonly string[]): string {
  const [first = "", second] = path;
  return first === "config" && second !== undefined ? `“${second.replaceAll("_", " ")}”` : (WORDS[first] ?? "how it is set");
}

function inputField(path: readonly string[]): string {
  const named = path[1] === "properties" ? path[2] : undefined;
  return named === undefined ? "what the workflow is started with" : `the field “${named}” that the workflow is started with`;
}
