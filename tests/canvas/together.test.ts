// Several at one drawing: who is here, what others save, several tabs of one person, and a session that has ended.

import assert from "node:assert/strict";
import { test } from "node:test";
import { FRESH } from "../../static/canvas/changes/history.ts";
import { Editor } from "../../static/canvas/editor.ts";
import { setStep } from "../../static/canvas/changes/changes.ts";
import { told } from "../../static/canvas/kernels/summary.ts";
import type { Drawing } from "../../static/canvas/model/document.ts";
import { Autosave, PAUSE_MS, type Saving, revisionOf } from "../../static/canvas/sync/autosave.ts";
import { Follower } from "../../static/canvas/sync/follow.ts";
import { type Other, Presence, type Socket } from "../../static/canvas/sync/presence.ts";
import { type Store, forget, keep, left } from "../../static/canvas/sync/safety.ts";
import { type Channel, Tabs } from "../../static/canvas/sync/tabs.ts";
import { initials } from "../../static/canvas/view/Others.tsx";
import { FakeServer, HandClock, guarded } from "./makers.ts";

const named = (name: string): Drawing => setStep("act", { name })(guarded);
const nameOf = (drawing: Drawing): string | undefined => drawing.nodes.find(({ id }) => id === "act")?.name;

function began(): { server: FakeServer; clock: HandClock; heard: Saving[]; autosave: Autosave; follower: Follower; editor: Editor } {
  const [server, clock, heard, editor] = [new FakeServer(guarded), new HandClock(), [] as Saving[], new Editor()];
  const autosave = new Autosave(server.api(), server.etag, (saving) => heard.push(saving), clock, guarded, "ada");
  editor.set({ drawing: guarded, history: FRESH });
  editor.onDrawing((drawing) => autosave.changed(drawing));
  const screen = { get mine(): Drawing { return editor.mine; }, adopt: (theirs: Drawing): void => editor.adopt(theirs) };
  return { server, clock, heard, autosave, editor, follower: new Follower(server.api(), autosave, server.etag, screen, clock) };
}

test("with nothing unsaved, what somebody else saved comes in at once, and is not one's own to undo", async () => {
  const { server, follower, editor, autosave } = began();
  editor.select(["act"]);
  server.savedBySomebodyElse(JSON.parse(JSON.stringify(named("Theirs"))) as Drawing);
  await follower.hear({ revision: 2, by: "rui" });
  assert.deepEqual([nameOf(editor.mine), [...editor.now.selected], autosave.etag, server.saves], ["Theirs", ["act"], '"r2"', 0]);
  editor.undo();
  assert.equal(nameOf(editor.mine), "Theirs");
});

test("what could not be asked for when they saved comes in as soon as it can be, without a further save", async () => {
  const { server, follower, editor, clock } = began();
  server.savedBySomebodyElse(JSON.parse(JSON.stringify(named("Theirs"))) as Drawing);
  server.reachable = false;
  await follower.hear({ revision: 2, by: "rui" });
  await clock.pass(1_000);
  server.reachable = true;
  await clock.pass(1_000);
  assert.equal(nameOf(editor.mine), nameOf(guarded), "each time it waits a little longer");
  await clock.pass(1_000);
  assert.equal(nameOf(editor.mine), "Theirs");
});

test("who has left the drawing asks for nothing any more", async () => {
  const { server, follower, editor, clock } = began();
  server.savedBySomebodyElse(named("Theirs"));
  server.reachable = false;
  await follower.hear({ revision: 2, by: "rui" });
  follower.leave();
  server.reachable = true;
  await clock.pass(60_000);
  assert.equal(nameOf(editor.mine), nameOf(guarded));
});

test("what goes wrong while one save comes in keeps out no later one", async () => {
  const [server, clock] = [new FakeServer(guarded), new HandClock()];
  const adopted: Drawing[] = [];
  const screen = {
    mine: guarded,
    adopt(theirs: Drawing): void {
      adopted.push(theirs);
      if (adopted.length === 1) throw new Error("unforeseen");
    },
  };
  const follower = new Follower(server.api(), null, server.etag, screen, clock);
  server.savedBySomebodyElse(named("First"));
  await assert.rejects(follower.hear({ revision: 2, by: "rui" }), /unforeseen/);
  server.savedBySomebodyElse(named("Second"));
  await follower.hear({ revision: 3, by: "rui" });
  assert.deepEqual(adopted.map(nameOf), ["First", "Second"]);
});

test("one's own edits are undone beside theirs", async () => {
  const { server, follower, editor, clock } = began();
  editor.edit(setStep("check", { name: "Mine" }));
  await clock.pass(PAUSE_MS);
  server.savedBySomebodyElse(JSON.parse(JSON.stringify(setStep("act", { name: "Theirs" })(editor.mine))) as Drawing);
  await follower.hear({ revision: 3, by: "rui" });
  editor.undo();
  assert.deepEqual(editor.mine.nodes.slice(0, 2).map(({ name }) => name), ["check", "Theirs"]);
});

test("with something unsaved it is a conflict, with all three drawings, and nothing is overwritten", async () => {
  const { server, follower, editor, heard } = began();
  editor.edit(setStep("check", { name: "Mine" }));
  server.savedBySomebodyElse(named("Theirs"));
  await follower.hear({ revision: 2, by: "rui" });
  const last = heard.at(-1);
  assert.ok(last?.state === "conflict");
  assert.deepEqual([last.who, nameOf(last.theirs), last.base, nameOf(server.draftNow), editor.mine.nodes[0]?.name], ["rui", "Theirs", guarded, "Theirs", "Mine"]);
});

test("a conflict that is ended while it is looked at anew stays ended", async () => {
  const { server, follower, editor, heard, autosave } = began();
  editor.edit(setStep("check", { name: "Mine" }));
  server.savedBySomebodyElse(named("Theirs"));
  await follower.hear({ revision: 2, by: "rui" });
  const asking = autosave.overtaken("rui");
  autosave.adopt(server.etag, server.draftNow);
  await asking;
  assert.deepEqual([heard.at(-1)?.state, autosave.isSaved], ["saved", true]);
});

test("a conflict that goes on is told anew, and one in which both came to the same is none", async () => {
  const { server, follower, editor, heard, autosave } = began();
  editor.edit(() => named("Mine"));
  server.savedBySomebodyElse(named("Theirs"));
  await follower.hear({ revision: 2, by: "rui" });
  server.savedBySomebodyElse(named("Again"));
  await follower.hear({ revision: 3, by: "rui" });
  const last = heard.at(-1);
  assert.ok(last?.state === "conflict" && nameOf(last.theirs) === "Again");
  server.savedBySomebodyElse(named("Mine"));
  await follower.hear({ revision: 4, by: "rui" });
  assert.deepEqual([heard.at(-1)?.state, autosave.etag], ["saved", '"r4"']);
});

test("one's own save, told before it is answered, is nobody else's", async () => {
  const { server, follower, editor, clock, autosave } = began();
  editor.edit(() => named("Mine"));
  const under = clock.pass(PAUSE_MS);
  await follower.hear({ revision: 2, by: "ada" });
  await under;
  assert.deepEqual([server.saves, nameOf(editor.mine), autosave.isSaved, revisionOf(autosave.etag)], [1, "Mine", true, 2]);
});

test("a conflict that is ended by both together saves over what was shown", async () => {
  const { server, follower, editor, autosave } = began();
  editor.edit(setStep("check", { name: "Mine" }));
  server.savedBySomebodyElse(named("Theirs"));
  await follower.hear({ revision: 2, by: "rui" });
  const both = setStep("check", { name: "Mine" })(named("Theirs"));
  editor.edit(() => both);
  assert.equal(await autosave.overwrite(both, server.etag, named("Theirs")), true);
  assert.deepEqual([server.draftNow, autosave.base], [both, both]);
});

test("a drawing that is looked at is never saved, and one's own waits behind it, kept up to date", async () => {
  const { server, follower, editor, clock } = began();
  editor.look(named("Version 1"), "Version 1", []);
  editor.edit(() => named("Refused"));
  await clock.pass(PAUSE_MS);
  server.savedBySomebodyElse(named("Theirs"));
  await follower.hear({ revision: 2, by: "rui" });
  assert.deepEqual([server.saves, nameOf(editor.now.drawing), nameOf(editor.mine)], [0, "Version 1", "Theirs"]);
  editor.back();
  assert.deepEqual([nameOf(editor.now.drawing), editor.now.readOnly, editor.now.looking], ["Theirs", false, null]);
});

test("who is signed out is told so; saving goes on when the same person is back, and only then", async () => {
  const { server, editor, clock, heard } = began();
  server.person = "";
  editor.edit(() => named("Mine"));
  await clock.pass(PAUSE_MS);
  assert.deepEqual(heard.at(-1), { state: "signed-out", other: "" });
  server.person = "bo";
  await clock.pass(3_000);
  assert.deepEqual([heard.at(-1), server.saves], [{ state: "signed-out", other: "bo" }, 0]);
  editor.edit(() => named("More"));
  server.person = "ada";
  await clock.pass(3_000);
  assert.deepEqual([heard.at(-1)?.state, nameOf(server.draftNow)], ["saved", "More"]);
});

class FakeSocket implements Socket {
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  close(): void {
    this.onclose?.({ code: 1000 } as CloseEvent);
  }
  says(message: unknown): void {
    this.onmessage?.({ data: JSON.stringify(message) } as MessageEvent<string>);
  }
  drops(code: number): void {
    this.onclose?.({ code } as CloseEvent);
  }
}

test("who is here comes and goes; the line comes back by itself, but for a refusal", async () => {
  const [clock, sockets, seen, revisions] = [new HandClock(), [] as FakeSocket[], [] as string[][], [] as number[]];
  const hears = { draft: (draft: { revision: number }): void => void revisions.push(draft.revision), others: (others: readonly Other[]): void => void seen.push(others.map(({ name }) => name)) };
  const presence = new Presence(() => (sockets.push(new FakeSocket()), sockets.at(-1)!), hears, clock);
  sockets[0]?.says({ type: "draft", revision: 4, by: "rui" });
  sockets[0]?.says({ type: "others", others: [{ name: "rui", since: "", you: false }] });
  sockets[0]?.drops(1006);
  assert.deepEqual([revisions, seen], [[4], [["rui"], []]]);
  await clock.pass(1_000);
  assert.equal(sockets.length, 2);
  sockets[1]?.drops(4403);
  await clock.pass(60_000);
  assert.equal(sockets.length, 2);
  presence.wake();
  assert.equal(sockets.length, 3);
  presence.leave();
  await clock.pass(60_000);
  assert.equal(sockets.length, 3);
});

function store(bound = Infinity): Store {
  const held = new Map<string, string>();
  const setItem = (key: string, value: string): void => {
    if (value.length > bound) throw new Error("full");
    held.set(key, value);
  };
  return { getItem: (key) => held.get(key) ?? null, setItem, removeItem: (key) => void held.delete(key), key: (index) => [...held.keys()][index] ?? null, get length() { return held.size; } };
}

const shelf = { who: "ada", slug: "leads" };
const copy = (name: string, at: number) => ({ etag: '"r3"', base: guarded, drawing: named(name), at });

test("each tab keeps a copy of its own; they come back as they were, the newest first, for this person and workflow only", () => {
  const own = store();
  keep(own, shelf, "one", copy("One", 1));
  keep(own, shelf, "two", copy("Two", 2));
  assert.deepEqual(left(own, shelf), [{ tab: "two", copy: copy("Two", 2) }, { tab: "one", copy: copy("One", 1) }]);
  for (const other of [{ who: "bo", slug: "leads" }, { who: "ada", slug: "lead" }, { who: "ada", slug: "leads two" }]) assert.deepEqual(left(own, other), []);
  forget(own, shelf, "two");
  assert.deepEqual(left(own, shelf).map(({ tab }) => tab), ["one"]);
});

test("a copy that was tampered with is no copy, and a full store keeps what it can", () => {
  const own = store();
  keep(own, shelf, "one", copy("One", 1));
  own.setItem(own.key(0)!, '{"etag": "x", "drawing": {"format": "interlock/1", "__proto__": {}}}');
  assert.deepEqual(left(own, shelf), []);
  assert.equal(keep(store(10), shelf, "one", copy("One", 1)), false);
  const tight = store(JSON.stringify(copy("One", 1)).length - 1);
  assert.equal(keep(tight, shelf, "one", copy("One", 1)), true);
  assert.deepEqual(left(tight, shelf)[0]?.copy, { ...copy("One", 1), base: null });
});

test("tabs that are open answer, those that are gone do not", async () => {
  const channels: Channel[] = [];
  const channel = (): Channel => {
    const made: Channel = { onmessage: null, close: () => void channels.splice(channels.indexOf(made), 1), postMessage: (data: unknown) => channels.filter((each) => each !== made).forEach((each) => each.onmessage?.({ data } as MessageEvent)) };
    channels.push(made);
    return made;
  };
  const tabs = [1, 2, 3].map(() => new Tabs(channel(), () => Promise.resolve()));
  tabs[2]?.close();
  assert.deepEqual([...await tabs[0]!.alive()], [tabs[1]?.id]);
});

test("what others did is said in a short sentence", () => {
  assert.equal(told(guarded, guarded), "");
  assert.equal(told(guarded, named("Told")), "“Told” was changed.");
  assert.equal(told(guarded, setStep("act", { at: [9, 9] })(guarded)), "steps were moved.");
  const less = { ...guarded, nodes: guarded.nodes.slice(2), edges: [] };
  assert.equal(told(guarded, less), "2 steps were deleted, ways were drawn anew.");
  assert.equal(told(less, guarded), "2 steps were added, ways were drawn anew.");
});

test("people are shown by two letters", () => {
  assert.deepEqual(["ada", "Ann Bo", "rui.costa", "李", "-"].map(initials), ["AD", "AB", "RC", "李", "?"]);
});
