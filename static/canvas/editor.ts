// The one place that holds what is on screen: the drawing, its history, what is selected, what is being done, what the
// server said. Views read it by `use`; they change it through the functions of `Editor` alone.
//
// It decides nothing about drawings: that is in `changes` and `kernels`. It draws nothing: that is in `view`.

import { useSyncExternalStore } from "react";
import type { Change } from "./changes/changes.ts";
import { FRESH, type History, rebased, recorded, redone, undone } from "./changes/history.ts";
import type { Origin } from "./kernels/connect.ts";
import { type Overlay, QUIET } from "./live/overlay.ts";
import { NO_PINS, type Pins } from "./live/pins.ts";
import { NO_TRIAL, type Trial } from "./live/trial.ts";
import { type Drawing, EMPTY, type Json, type Point, START, notesOf } from "./model/document.ts";
import type { Kinds } from "./model/kinds.ts";
import type { Checking, Problem } from "./model/problem.ts";
import type { Difference } from "./sync/api.ts";
import type { Saving } from "./sync/autosave.ts";
import type { Other } from "./sync/presence.ts";

// One at a time: what the person is in the middle of.
export type Mode =
  | { readonly is: "idle" }
  | { readonly is: "adding"; readonly at: Point | null; readonly screen: Point | null; readonly after?: Origin; readonly on?: string }
  | { readonly is: "wiring"; readonly origin: Origin | null; readonly lit: ReadonlySet<string> }
  | { readonly is: "connecting"; readonly from: string }
  | { readonly is: "searching" }
  | { readonly is: "publishing" }
  | { readonly is: "versions" }
  | { readonly is: "needs" }
  // `text`: what was dropped on the drawing.
  | { readonly is: "importing"; readonly text?: string }
  | { readonly is: "insisting" }
  | { readonly is: "keys" };

export interface Notice {
  readonly text: string;
  readonly tone: "plain" | "problem";
  readonly action?: { readonly label: string; readonly run: () => void };
}

// The case that the drawing is looked at with: previews are worked out on it, and "Try it" begins with it.
export type Sample = { readonly is: "sample"; readonly id: number; readonly input: Json } | { readonly is: "run"; readonly id: string };

type Own = Pick<Seen, "drawing" | "history" | "selected" | "edge" | "problems" | "shown" | "checked" | "differences" | "overlay" | "readOnly">;

// Another drawing on the screen, only to look at: a version, or what somebody else saved. One's own waits behind it.
export interface Looking {
  readonly title: string;
  readonly own: Own;
  readonly actions: readonly { readonly label: string; readonly run: () => void }[];
  // What the way back is called.
  readonly back: string;
}

export interface Seen {
  readonly drawing: Drawing;
  readonly kinds: Kinds;
  readonly history: History;
  readonly selected: ReadonlySet<string>;
  readonly edge: string | null;
  readonly mode: Mode;
  readonly problems: readonly Problem[];
  // Which problem is painted strongly; its place in the list.
  readonly shown: number | null;
  readonly checked: Drawing | null;
  // Whether `problems` are those of one's own drawing as it is now.
  readonly checking: Checking;
  // What a repair would do, while one looks at its button.
  readonly ghost: { readonly asked: Drawing; readonly document: Drawing } | null;
  readonly saving: Saving;
  readonly notice: Notice | null;
  // What a screen reader hears of what was just done, where nothing on the screen says it in words.
  readonly said: string;
  readonly differences: readonly Difference[];
  readonly overlay: Overlay;
  readonly sample: Sample | null;
  readonly readOnly: boolean;
  readonly looking: Looking | null;
  // Who else has the drawing open.
  readonly others: readonly Other[];
  readonly panels: { readonly palette: boolean; readonly problems: boolean; readonly trying: boolean };
  readonly trial: Trial;
  readonly pins: Pins;
  // How far the deciding steps of the published version are trusted, by id: the state, and the words for it.
  readonly gates: ReadonlyMap<string, readonly [string, string]>;
}

export const NOTHING: ReadonlySet<string> = new Set();
export const IDLE: Mode = { is: "idle" };

const FIRST: Seen = {
  drawing: EMPTY, kinds: new Map(), history: FRESH, selected: NOTHING, edge: null, mode: IDLE, problems: [], shown: null, checked: null, checking: { is: "under way" }, ghost: null,
  saving: { state: "saved" }, notice: null, said: "", differences: [], overlay: QUIET, sample: null, readOnly: false, looking: null, others: [], panels: { palette: true, problems: false, trying: false },
  trial: NO_TRIAL, pins: NO_PINS, gates: new Map(),
};

export class Editor {
  private seen: Seen = FIRST;
  private readonly listeners = new Set<() => void>();
  private readonly drawingListeners = new Set<(drawing: Drawing) => void>();

  get now(): Seen {
    return this.seen;
  }

  // One's own drawing, also while another one is looked at.
  get mine(): Drawing {
    return this.seen.looking?.own.drawing ?? this.seen.drawing;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  // Hears each new drawing, however it came to be: what autosave and the checks live by.
  onDrawing(listener: (drawing: Drawing) => void): void {
    this.drawingListeners.add(listener);
  }

  set(fields: Partial<Seen>): void {
    const before = this.mine;
    this.seen = { ...this.seen, ...fields };
    for (const listener of this.listeners) listener();
    if (this.mine !== before) for (const listener of this.drawingListeners) listener(this.mine);
  }

  // Edits the drawing as one step of history. Edits of the same `what` in quick succession are one step.
  edit(change: Change, what = ""): void {
    const { drawing, history, readOnly } = this.seen;
    if (readOnly) return;
    const next = change(drawing);
    if (next === drawing) return;
    this.set({ drawing: next, history: recorded(history, drawing, what, Date.now()), differences: [], ...this.settled(), ...this.kept(next) });
  }

  // Sets what belongs to one's own drawing, wherever it is just now.
  setOwn(fields: Partial<Own>): void {
    const { looking } = this.seen;
    this.set(looking ? { looking: { ...looking, own: { ...looking.own, ...fields } } } : fields);
  }

  // Somebody else's drawing comes in beneath one's own: not a step to undo, and nothing that is selected is lost.
  adopt(drawing: Drawing): void {
    const { history } = this.seen.looking?.own ?? this.seen;
    const next = { drawing, history: rebased(history, this.mine, drawing), differences: [] };
    if (this.seen.looking) this.setOwn(next);
    else this.set({ ...next, ...this.kept(drawing) });
  }

  look(drawing: Drawing, title: string, differences: readonly Difference[], actions: Looking["actions"] = [], back = "Back to the draft"): void {
    const { history, selected, edge, problems, shown, checked, differences: painted, overlay, readOnly } = this.seen;
    const own = this.seen.looking?.own ?? { drawing: this.seen.drawing, history, selected, edge, problems, shown, checked, differences: painted, overlay, readOnly };
    this.set({ drawing, differences, looking: { title, own, actions, back }, selected: NOTHING, edge: null, problems: [], shown: null, overlay: QUIET, readOnly: true, mode: IDLE });
  }

  back(): void {
    const { looking } = this.seen;
    if (looking) this.set({ ...looking.own, looking: null, mode: IDLE });
  }

  undo(): void {
    this.travel(undone(this.seen.history, this.seen.drawing), "There is nothing to undo.");
  }

  redo(): void {
    this.travel(redone(this.seen.history, this.seen.drawing), "There is nothing to redo.");
  }

  select(ids: Iterable<string>): void {
    const selected = new Set(ids);
    const same = selected.size === this.seen.selected.size && [...selected].every((id) => this.seen.selected.has(id));
    if (!same || this.seen.edge) this.set({ selected: same ? this.seen.selected : selected, edge: null });
  }

  selectEdge(edge: string | null): void {
    if (edge !== this.seen.edge) this.set({ edge, selected: NOTHING });
  }

  enter(mode: Mode): void {
    if (this.seen.readOnly && !["idle", "searching", "keys", "versions", "importing"].includes(mode.is)) return;
    this.set({ mode });
  }

  idle(): void {
    if (this.seen.mode.is !== "idle") this.set({ mode: IDLE });
  }

  tell(text: string, tone: Notice["tone"] = "plain", action?: Notice["action"]): void {
    this.set({ notice: { text, tone, ...(action ? { action } : {}) } });
  }

  say(said: string): void {
    this.set({ said });
  }

  private travel(to: { history: History; drawing: Drawing } | null, otherwise: string): void {
    if (this.seen.readOnly) return;
    if (!to) return this.tell(otherwise);
    this.set({ ...to, ...this.settled(), ...this.kept(to.drawing), said: to.history.past.length < this.seen.history.past.length ? "Undone." : "Done again." });
  }

  // A way back that was offered would now take back something else.
  private settled(): Partial<Seen> {
    return this.seen.notice?.action?.label === "Undo" ? { notice: null } : {};
  }

  // What is selected stays selected where it is still there.
  private kept(drawing: Drawing): Partial<Seen> {
    const { selected, edge } = this.seen;
    const there = new Set([START, ...drawing.nodes.map((step) => step.id), ...notesOf(drawing).map((note) => note.id)]);
    const left = [...selected].filter((id) => there.has(id));
    return {
      ...(left.length === selected.size ? {} : { selected: new Set(left) }),
      ...(edge && !drawing.edges.some((each) => each.id === edge) ? { edge: null } : {}),
    };
  }
}

export const editor = new Editor();

// A part of what is on screen; the view is drawn again only when this part is another one.
export function use<T>(part: (seen: Seen) => T): T {
  return useSyncExternalStore(editor.subscribe, () => part(editor.now));
}
