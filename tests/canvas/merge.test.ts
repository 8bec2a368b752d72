// Two sets of edits put together: what neither touched stays, what one did is done, what both did otherwise is a clash.
// Edits are drawn at random from a seed, so that the rules are held against many drawings and a failure can be repeated.

import assert from "node:assert/strict";
import { test } from "node:test";
import { removeEdges, removeParts, setConfig, setInput, setStep } from "../../static/canvas/changes/changes.ts";
import { FRESH, rebased, recorded, undone } from "../../static/canvas/changes/history.ts";
import { merged } from "../../static/canvas/kernels/merge.ts";
import { same } from "../../static/canvas/kernels/same.ts";
import { type Drawing, notesOf } from "../../static/canvas/model/document.ts";
import { drawing, guarded, step, ways } from "./makers.ts";

type Edit = (of: Drawing) => Drawing;

const ok = (base: Drawing, mine: Drawing, theirs: Drawing): Drawing => {
  const found = merged(base, mine, theirs);
  assert.ok(found.ok, JSON.stringify(found));
  return found.drawing;
};

const clashes = (base: Drawing, mine: Edit, theirs: Edit): string[] => {
  const found = merged(base, mine(base), theirs(base));
  return found.ok ? [] : found.clashes.map((each) => each.sentence);
};

// The same whatever the order of the parts.
const sorted = (of: Drawing): Drawing => {
  const by = <T extends { id: string }>(parts: readonly T[]): T[] => [...parts].sort((a, b) => a.id.localeCompare(b.id));
  const notes = by(notesOf(of));
  return { ...of, nodes: by(of.nodes), edges: by(of.edges), ...(notes.length ? { notes } : {}) };
};

const chance = (seed: number) => (): number => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed / 2 ** 32;
};

// A row of steps, each with a way to the next.
const row = (count: number): Drawing => drawing(
  [...Array.from({ length: count }, (_, index) => step(`s${index}`, "execute.transform", index * 240, 0, { config: { a: 1, b: { c: 2, d: 3 } } })), step("end", "outcome", count * 240, 0)],
  ["start.out s0", ...Array.from({ length: count }, (_, index) => `s${index}.done ${index + 1 < count ? `s${index + 1}` : "end"}`)],
);

// Edits of single steps: which step, and how.
function edits(random: () => number, steps: readonly string[]): Edit {
  const made = steps.flatMap((id): Edit[] => {
    const number = Math.floor(random() * 1_000);
    return [
      [(of: Drawing): Drawing => setConfig(id, { a: number, b: { c: 2, d: 3 } })(of)],
      [(of: Drawing): Drawing => setStep(id, { name: `Name ${number}` })(of)],
      [(of: Drawing): Drawing => setStep(id, { at: [number, number] })(of)],
      [(of: Drawing): Drawing => ({ ...of, nodes: [...of.nodes, step("fresh", "execute.wait", number, number, { name: `New ${number}` })] })],
      [],
    ][Math.floor(random() * 5)] as Edit[];
  });
  return (of) => made.reduce((so, edit) => (so.nodes.some(({ id }) => id === "fresh") && edit(so).nodes.filter(({ id }) => id === "fresh").length > 1 ? so : edit(so)), of);
}

test("what only one of two changed is the merge, whoever it was", () => {
  for (let seed = 0; seed < 200; seed += 1) {
    const base = row(6);
    const changed = edits(chance(seed), ["s0", "s1", "s2", "s3", "s4", "s5"])(base);
    assert.deepEqual(sorted(ok(base, changed, base)), sorted(changed));
    assert.deepEqual(sorted(ok(base, base, changed)), sorted(changed));
    assert.deepEqual(sorted(ok(base, changed, changed)), sorted(changed));
  }
});

test("edits of different steps merge to both, in either order, and no step is lost", () => {
  for (let seed = 0; seed < 300; seed += 1) {
    const [base, random] = [row(8), chance(seed)];
    const [mine, theirs] = [edits(random, ["s0", "s2", "s4", "s6"])(base), edits(random, ["s1", "s3", "s5", "s7"])(base)];
    const both = ok(base, mine, theirs);
    for (const id of ["s0", "s2", "s4", "s6"]) assert.deepEqual(both.nodes.find((each) => each.id === id), mine.nodes.find((each) => each.id === id));
    for (const id of ["s1", "s3", "s5", "s7"]) assert.deepEqual(both.nodes.find((each) => each.id === id), theirs.nodes.find((each) => each.id === id));
    const names = new Set(both.nodes.map((each) => each.name));
    for (const each of [...mine.nodes, ...theirs.nodes].filter(({ id }) => id === "fresh")) assert.ok(names.has(each.name), `${each.name} is gone`);
    assert.equal(new Set(both.nodes.map(({ id }) => id)).size, both.nodes.length);
    assert.equal(ok(base, theirs, mine).nodes.length, both.nodes.length);
  }
});

test("whatever both do, a step goes only when somebody deleted it", () => {
  for (let seed = 0; seed < 300; seed += 1) {
    const [base, random] = [row(6), chance(seed)];
    const all = base.nodes.map(({ id }) => id);
    const some = (): Edit => (random() < 0.5 ? removeParts(new Set([`s${Math.floor(random() * 6)}`])) : edits(random, all.slice(0, 6)));
    const [one, other] = [some(), some()];
    const [mine, theirs] = [one(base), other(base)];
    const found = merged(base, mine, theirs);
    if (!found.ok) continue;
    for (const id of all) {
      const kept = [mine, theirs].every((each) => each.nodes.some((part) => part.id === id));
      assert.equal(found.drawing.nodes.some((part) => part.id === id), kept, `${id} of seed ${seed}`);
    }
  }
});

test("fields of one step that only one touched are taken from both", () => {
  const base = row(1);
  const merge = ok(base, setConfig("s0", { a: 9, b: { c: 2, d: 3 } })(base), setConfig("s0", { a: 1, b: { c: 2, d: 7 }, e: 1 })(base));
  assert.deepEqual(merge.nodes[0]?.config, { a: 9, b: { c: 2, d: 7 }, e: 1 });
});

test("a field that both changed, otherwise, is a clash in words", () => {
  assert.deepEqual(clashes(row(1), setConfig("s0", { a: 8 }), setConfig("s0", { a: 9 })), ["“s0”: you both changed “a”."]);
  assert.deepEqual(clashes(row(1), setStep("s0", { name: "One" }), setStep("s0", { name: "Two" })), ["“s0”: you both changed its name."]);
  const typed = (type: string): Edit => setInput({ type: "object", properties: { email: { type } } });
  assert.deepEqual(clashes(typed("string")(row(1)), typed("number"), typed("boolean")), ["You both changed the field “email” that the workflow is started with."]);
});

test("a step that one deleted and the other changed is a clash; one that was only moved is not", () => {
  const gone = removeParts(new Set(["s1"]));
  assert.deepEqual(clashes(row(3), gone, setStep("s1", { name: "Mine" })), ["You deleted “Mine”, and they changed it."]);
  assert.deepEqual(clashes(row(3), setStep("s1", { name: "Mine" }), gone), ["They deleted “Mine”, and you changed it."]);
  assert.deepEqual(clashes(row(3), gone, setStep("s1", { at: [1, 1] })), []);
});

test("a kind that one changed and the settings that the other did are a clash", () => {
  assert.deepEqual(clashes(row(1), setStep("s0", { kind: "execute.wait" }), setConfig("s0", { a: 2 })), ["“s0”: one of you changed what kind of step it is, the other how it is set."]);
});

test("one way that both led elsewhere is a clash, whatever the edges are called", () => {
  const to = (id: string, name: string): Edit => (of) => ({ ...of, edges: [...of.edges.filter((each) => each.from !== "s0"), { id: name, from: "s0", port: "done", to: id }] });
  assert.deepEqual(clashes(row(3), to("s2", "e2"), to("end", "e99")), ["You both changed where “s0” (done) leads."]);
  assert.deepEqual(clashes(row(3), to("s2", "e98"), to("s2", "e99")), []);
  const both = ok(row(3), to("s2", "e98")(row(3)), to("s2", "e99")(row(3)));
  assert.equal(both.edges.filter((each) => each.from === "s0").length, 1);
});

test("a way that means the same under another id hides no change of the other", () => {
  const renamed: Edit = (of) => ({ ...of, edges: of.edges.map((each) => (each.from === "s0" ? { ...each, id: "e50" } : each)) });
  const led: Edit = (of) => ({ ...of, edges: of.edges.map((each) => (each.from === "s0" ? { ...each, to: "end" } : each)) });
  assert.deepEqual(clashes(row(2), renamed, led), ["You both changed where “s0” (done) leads."]);
});

test("a way to a step that the other deleted is a clash", () => {
  const drawn: Edit = (of) => ({ ...of, edges: [...of.edges, { id: "e40", from: "s0", port: "error", to: "s2" }] });
  assert.deepEqual(clashes(row(3), drawn, removeParts(new Set(["s2"]))), ["One of you deleted “s2”, the other drew a way to or from it."]);
});

test("a loop that one deleted and the way out of it that the other drew are a clash", () => {
  const looped = drawing([step("a", "verify.rules"), step("b", "outcome", 240)], ["start.out a", "a.pass b", "a.fail a loop"]);
  const out: Edit = (of) => ({ ...of, edges: [...of.edges, { id: "e9", from: "a", port: "unsure", to: "b", after_loop: "e3" }] });
  assert.deepEqual(clashes(looped, out, removeEdges(new Set(["e3"]))), ["One of you deleted a loop, the other drew its way out."]);
});

test("two new steps of one id both stay, and what named mine still names mine", () => {
  const base = row(1);
  const adds = (name: string): Edit => (of) => ({ ...of, nodes: [...of.nodes, step("wait", "execute.wait", 0, 0, { name }), ...(name === "Mine" ? [step("told", "execute.transform", 0, 0, { config: { x: "steps.wait.output" } })] : [])], edges: [...of.edges, { id: "e9", from: "s0", port: "error", to: name === "Mine" ? "wait" : "end" }] });
  const found = merged(base, adds("Mine")(base), adds("Theirs")(base));
  assert.equal(found.ok, false, "both wired s0.error");
  const apart = (name: string): Edit => (of) => ({ ...adds(name)(of), edges: name === "Mine" ? [...of.edges, { id: "e9", from: "told", port: "done", to: "wait" }] : [...of.edges, { id: "e9", from: "s0", port: "error", to: "wait" }] });
  const both = ok(base, apart("Mine")(base), apart("Theirs")(base));
  assert.deepEqual(both.nodes.filter((each) => each.kind === "execute.wait").map(({ id, name }) => [id, name]), [["wait", "Theirs"], ["wait_2", "Mine"]]);
  assert.deepEqual(both.nodes.find((each) => each.id === "told")?.config, { x: "steps.wait_2.output" });
  assert.ok(ways(both).includes("told.done wait_2"));
  assert.ok(ways(both).includes("s0.error wait"));
});

test("two new steps in one place do not hide one another", () => {
  const adds = (name: string): Edit => (of) => ({ ...of, nodes: [...of.nodes, step(name, "execute.wait", 80, 80)] });
  const both = ok(row(1), adds("mine")(row(1)), adds("theirs")(row(1)));
  const at = (id: string): readonly number[] => both.nodes.find((each) => each.id === id)?.at ?? [];
  assert.deepEqual(at("theirs"), [80, 80]);
  assert.ok(at("mine")[1]! > 180);
});

test("notes merge like steps", () => {
  const noted = (text: string): Edit => (of) => ({ ...of, notes: [{ id: "note1", text, at: [0, 0], size: [100, 100] }] });
  const base = noted("Ask Ann")(row(1));
  assert.deepEqual(clashes(base, noted("Ask Bo"), noted("Ask Cy")), ["You both changed the same note."]);
  assert.deepEqual(notesOf(ok(base, base, noted("Ask Bo")(base))).map(({ text }) => text), ["Ask Bo"]);
});

test("what did not change is the very same part, so that it is not drawn anew", () => {
  const theirs = JSON.parse(JSON.stringify(setStep("act", { name: "Theirs" })(guarded))) as Drawing;
  const both = ok(guarded, guarded, theirs);
  for (const part of guarded.nodes.filter(({ id }) => id !== "act")) assert.ok(both.nodes.includes(part));
});

test("two thousand steps are merged in a moment", () => {
  const base = row(1_990);
  const theirs = JSON.parse(JSON.stringify(setStep("s7", { name: "Theirs" })(base))) as Drawing;
  const began = performance.now();
  ok(base, setStep("s1000", { name: "Mine" })(base), theirs);
  assert.ok(performance.now() - began < 1_000);
});

test("undo goes on with one's own edits after somebody else's were taken in", () => {
  const base = row(3);
  const mine = setStep("s0", { name: "Mine" })(base);
  const theirs = setStep("s2", { name: "Theirs" })(mine);
  const back = undone(rebased(recorded(FRESH, base, "", 0), mine, theirs), theirs);
  assert.deepEqual(back?.drawing.nodes.map(({ name }) => name), ["s0", "s1", "Theirs", "end"]);
});

test("what can no longer be undone apart from theirs is no history any more", () => {
  const base = row(3);
  const mine = setStep("s0", { name: "Mine" })(base);
  const theirs = setStep("s0", { name: "Theirs" })(mine);
  assert.deepEqual(rebased(recorded(FRESH, base, "", 0), mine, theirs).past, []);
});

test("JSON is compared by what it says", () => {
  assert.ok(same({ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }));
  assert.ok(same({ a: 1, b: undefined }, { a: 1 }));
  for (const [one, other] of [[1, true], [{}, []], [{ a: null }, {}], [[1], [1, 2]], ["1", 1]]) assert.ok(!same(one, other));
});
