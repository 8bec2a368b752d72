// What comes after the first sight: once, again after a failure, and told to whoever waits for it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Later } from "../../static/canvas/later.ts";

test("it is fetched once, however often it is asked for", async () => {
  let fetched = 0;
  const later = new Later(async () => (fetched += 1));
  assert.deepEqual(later.now(), { is: "coming" });
  await Promise.all([later.fetch(), later.fetch()]);
  await later.fetch();
  assert.deepEqual(later.now(), { is: "there", part: 1 });
  assert.equal(fetched, 1);
});

test("where it cannot be had, that is said, and it is tried again when asked", async () => {
  const [answers, seen] = [[Promise.reject(new Error("no line")), Promise.resolve("part")], [] as string[]];
  const later = new Later(() => answers.shift() ?? Promise.reject(new Error("asked too often")));
  later.subscribe(() => seen.push(later.now().is));
  await later.fetch();
  assert.deepEqual(later.now(), { is: "missing" });
  await later.fetch();
  assert.deepEqual(later.now(), { is: "there", part: "part" });
  assert.deepEqual(seen, ["missing", "coming", "there"]);
});

test("who has stopped listening is not told", async () => {
  let told = 0;
  const later = new Later(async () => "part");
  later.subscribe(() => (told += 1))();
  await later.fetch();
  assert.equal(told, 0);
});
