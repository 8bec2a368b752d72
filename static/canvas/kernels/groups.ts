// Groups: frames with a title and a colour around some steps, for people alone. In the document a group is a note that has
// a colour; what stands inside the frame belongs to it, and nobody has to say so.

import { type Change, setNote } from "../changes/changes.ts";
import { type Drawing, GROUPS, type Note, type Point, START, notesOf } from "../model/document.ts";
import { noteId, noteIds } from "../model/ids.ts";
import type { Kinds } from "../model/kinds.ts";
import { boxesOf } from "./boxes.ts";
import { type Box, boundsOf } from "./sizes.ts";
import { snap } from "./spot.ts";

export const GROUP_HEAD = 36;
export const LEAST_GROUP: Point = [160, 96];
const ROOM = 24;

export const isGroup = (note: Note): boolean => Boolean(note.group);

const known = new WeakMap<Drawing, Map<string, ReadonlySet<string>>>();

// The steps, notes and smaller groups of which the middle lies inside a group's frame.
export function members(drawing: Drawing, kinds: Kinds, id: string): ReadonlySet<string> {
  const before = known.get(drawing)?.get(id);
  if (before) return before;
  const group = notesOf(drawing).find((note) => note.id === id && isGroup(note));
  const parts = [...[...boxesOf(drawing, kinds).of].filter(([step]) => step !== START), ...notesOf(drawing).map((note) => [note.id, asBox(note)] as const)];
  const found = new Set(group ? parts.filter(([part, box]) => part !== id && isWithin(box, asBox(group))).map(([part]) => part) : []);
  (known.get(drawing) ?? known.set(drawing, new Map()).get(drawing)!).set(id, found);
  return found;
}

// Some parts and, of the groups among them, all that stands inside.
export function withMembers(drawing: Drawing, kinds: Kinds, ids: ReadonlySet<string>): ReadonlySet<string> {
  const groups = notesOf(drawing).filter((note) => ids.has(note.id) && isGroup(note));
  return groups.length ? new Set([...ids, ...groups.flatMap((group) => [...members(drawing, kinds, group.id)])]) : ids;
}

export function groupAround(drawing: Drawing, kinds: Kinds, ids: ReadonlySet<string>): Note {
  const used = notesOf(drawing).filter(isGroup).length;
  return { id: noteId(noteIds(drawing)), text: "", ...frame(boundsOf(drawing, kinds, ids)), group: GROUPS[used % GROUPS.length] ?? "grey" };
}

// Frames follow what stood in them, for instance when a drawing has been tidied.
export function reframed(before: Drawing, kinds: Kinds): Change {
  return (drawing) => notesOf(before).filter(isGroup).reduce((so, group) => {
    const inside = members(before, kinds, group.id);
    return inside.size ? setNote(group.id, frame(boundsOf(so, kinds, inside)))(so) : so;
  }, drawing);
}

function frame({ x, y, width, height }: Box): { at: Point; size: Point } {
  const at: Point = [snap(x - ROOM), snap(y - ROOM - GROUP_HEAD)];
  return { at, size: [Math.max(LEAST_GROUP[0], snap(x + width + ROOM) - at[0]), Math.max(LEAST_GROUP[1], snap(y + height + ROOM) - at[1])] };
}

const asBox = ({ at: [x, y], size: [width, height] }: Note): Box => ({ x, y, width, height });

// Of two frames of one size neither holds the other.
function isWithin(part: Box, group: Box): boolean {
  const [x, y] = [part.x + part.width / 2, part.y + part.height / 2];
  return part.width * part.height < group.width * group.height && x > group.x && x < group.x + group.width && y > group.y && y < group.y + group.height;
}
