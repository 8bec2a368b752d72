// Ties one's own drawing to the server and to the others: autosave, the copy in the browser, and what others save. Called
// once by `main`, when a drawing is opened.

import { editor } from "../editor.ts";
import { told } from "../kernels/summary.ts";
import type { Drawing } from "../model/document.ts";
import { same } from "../kernels/same.ts";
import type { Api } from "./api.ts";
import { Autosave, type Clock } from "./autosave.ts";
import { Follower } from "./follow.ts";
import { type DraftTold, Presence } from "./presence.ts";
import { type Shelf, forget, keep, left } from "./safety.ts";
import { Tabs } from "./tabs.ts";

const KEEP_MS = 200;

// Every change goes to this tab's copy at once and to the server soon; what another tab left behind is taken up.
export async function keeping(shelf: Shelf, api: Api, etag: string, saved: Drawing, clock: Clock): Promise<Autosave> {
  let timer: unknown = null;
  const tabs = new Tabs(typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(`interlock ${JSON.stringify([shelf.who, shelf.slug])}`));
  const autosave = new Autosave(api, etag, (saving) => {
    editor.set({ saving });
    if (saving.state === "saved") forget(localStorage, shelf, tabs.id);
  }, clock, saved, shelf.who);
  const copy = (): boolean => {
    clock.cancel(timer);
    const drawing = autosave.unsaved;
    return drawing === null || keep(localStorage, shelf, tabs.id, { etag: autosave.etag, base: autosave.base, drawing, at: Date.now() });
  };
  editor.onDrawing((drawing) => {
    autosave.changed(drawing);
    clock.cancel(timer);
    timer = clock.after(KEEP_MS, () => void copy());
  });
  addEventListener("pagehide", () => void copy());
  // Leaving needs no question: what is not saved is found again. Only where the browser keeps nothing, it asks.
  addEventListener("beforeunload", (event) => !copy() && event.preventDefault());
  for (const awake of ["online", "focus"]) addEventListener(awake, () => void autosave.flush());
  await takeUp(shelf, tabs, autosave, saved, copy);
  return autosave;
}

// What was not saved goes on as if the page had never been left: if somebody saved since, that is a conflict to choose in.
// One copy a time; further ones wait for the next visit.
async function takeUp(shelf: Shelf, tabs: Tabs, autosave: Autosave, saved: Drawing, copy: () => boolean): Promise<void> {
  if (left(localStorage, shelf).length === 0) return;
  const alive = await tabs.alive();
  const lost = left(localStorage, shelf).filter(({ tab }) => !alive.has(tab) && tab !== tabs.id);
  for (const each of lost.filter((one) => same(one.copy.drawing, saved))) forget(localStorage, shelf, each.tab);
  const found = lost.find((one) => !same(one.copy.drawing, saved));
  if (!found) return;
  Object.assign(autosave, { etag: found.copy.etag, base: found.copy.base });
  editor.edit(() => found.copy.drawing);
  if (copy()) forget(localStorage, shelf, found.tab);
  editor.tell("Changes that had not been saved were found in this browser and taken up.", "plain", { label: "Undo", run: () => editor.undo() });
}

// Shows who else is here, and brings the drawing up to date when they save.
export function following(slug: string, api: Api, autosave: Autosave | null, etag: string, clock: Clock): () => void {
  const screen = {
    get mine(): Drawing {
      return editor.mine;
    },
    adopt(theirs: Drawing, by: string): void {
      const says = told(editor.mine, theirs);
      editor.adopt(theirs);
      if (says) editor.tell(`${by || "Somebody else"} has saved: ${says}`);
    },
  };
  const follower = new Follower(api, autosave, etag, screen, clock);
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const open = (): WebSocket => new WebSocket(`${scheme}//${location.host}/ws/workflows/${encodeURIComponent(slug)}/`);
  const hears = { draft: (draft: DraftTold) => void follower.hear(draft), others: (others: typeof editor.now.others) => editor.set({ others }) };
  const presence = new Presence(open, hears, clock);
  for (const awake of ["online", "focus"]) addEventListener(awake, () => presence.wake());
  const stop = editor.subscribe(() => editor.now.saving.state === "saved" && presence.wake());
  return () => {
    stop();
    follower.leave();
    presence.leave();
  };
}
