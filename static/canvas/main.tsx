// The canvas as an element of the page: <interlock-canvas slug="…" csrf="…">. In the light, so that the page's own styles
// hold; it fetches the drawing and the kinds, and keeps the server's draft as the drawing is.

import "./canvas.css";
import { StrictMode } from "react";
import { createRoot, type Root } from "react-dom/client";
import { editor } from "./editor.ts";
import { whenIdle } from "./later.ts";
import type { RunEvent } from "./live/overlay.ts";
import { prepare, show } from "./live/trying.ts";
import { take } from "./live/watch.ts";
import { EMPTY } from "./model/document.ts";
import type { Problem } from "./model/problem.ts";
import { readDrawing } from "./model/read.ts";
import { type Api, asking, serverApi } from "./sync/api.ts";
import type { Clock } from "./sync/autosave.ts";
import { Checker } from "./sync/checker.ts";
import { Menders, mendBy } from "./sync/menders.ts";
import { tryingApi } from "./sync/trying.ts";
import { following, keeping } from "./sync/keeping.ts";
import { arranged, still } from "./kernels/problems.ts";
import { App } from "./view/App.tsx";
import { camera } from "./view/camera.ts";
import { fetchRare } from "./view/Rarely.tsx";

const clock: Clock = { after: (ms, what) => setTimeout(what, ms), cancel: (timer) => clearTimeout(timer as number | undefined) };

class InterlockCanvas extends HTMLElement {
  private root: Root | null = null;
  private leave: () => void = () => undefined;
  private stopFollowing: () => void = () => undefined;

  connectedCallback(): void {
    void this.open();
  }

  disconnectedCallback(): void {
    this.root?.unmount();
    this.leave();
    this.stopFollowing();
  }

  // Paints an event of a run over the drawing; for whoever has one without a socket.
  show(event: RunEvent): void {
    take(event);
  }

  private async open(): Promise<void> {
    const { slug = "", name = "", csrf = "", person = "", readOnly, leave = "/", worker = "", gates = "{}" } = this.dataset;
    camera.workerUrl = worker;
    const api = serverApi(slug, csrf);
    const [kinds, draft] = await Promise.all([api.kinds(), api.draft()]);
    if (!kinds.ok || !draft.ok) return this.refuse(kinds.ok ? (draft.ok ? "" : draft.detail) : kinds.detail);
    const read = readDrawing(draft.value);
    if (!read.ok) return this.refuse(read.why);
    const isReadOnly = readOnly !== undefined;
    editor.set({ drawing: read.value, kinds: new Map(kinds.value.results.map((kind) => [kind.kind, kind])), readOnly: isReadOnly, gates: new Map(Object.entries(JSON.parse(gates) as Record<string, [string, string]>)) });
    const shelf = { who: person, slug };
    const autosave = isReadOnly ? null : await keeping(shelf, api, draft.etag, read.value, clock);
    this.stopFollowing = following(slug, api, autosave, draft.etag, clock);
    const check = checking(api);
    mendBy(new Menders(asking(csrf), slug, () => editor.now.drawing));
    if (autosave) void lacking(api);
    prepare(tryingApi(slug, csrf), slug);
    // With a run in the address, the drawing lights up as that run goes.
    const run = new URLSearchParams(location.search).get("run");
    if (run) this.leave = show(run);
    // What cannot be drawn says so: React would leave an empty page behind. Saving goes on.
    this.root = createRoot(this, { onUncaughtError: (error) => this.breaks(error) });
    this.replaceChildren();
    this.root.render(<StrictMode><App service={{ api, autosave, slug, check }} name={name} leave={leave} /></StrictMode>);
    whenIdle(fetchRare);
  }

  private breaks(error: unknown): void {
    reportError(error);
    // React empties the element first.
    queueMicrotask(() => this.refuse("This page met something in it that it cannot draw. What you did is kept: load the page again, and if that does not help, ask whoever runs Interlock to bring back an earlier version."));
  }

  private refuse(why: string): void {
    this.replaceChildren(Object.assign(document.createElement("p"), { className: "canvas-refused", textContent: `The drawing cannot be shown. ${why}` }));
  }
}

// What the drawing names that is not there; said at once to who has just begun with it, else in a short word.
async function lacking(api: Api): Promise<void> {
  const hasBegun = new URLSearchParams(location.search).has("begun");
  if (hasBegun) history.replaceState(null, "", location.pathname);
  const answer = await api.needs(editor.mine);
  if (!answer.ok) return;
  const missing = answer.value.queues.length + answer.value.workflows.length + answer.value.connections.length;
  if (missing === 0) return;
  if (hasBegun) editor.enter({ is: "needs" });
  else editor.tell(`This drawing names ${missing === 1 ? "something that is" : `${missing} things that are`} not there yet.`, "plain", { label: "What is missing", run: () => editor.enter({ is: "needs" }) });
}

// What is found is shown for one's own drawing; gives what asks at once.
function checking(api: Api): () => void {
  let last: readonly Problem[] = [];
  const checker = new Checker(api, ({ checking: state, found }) => {
    if (!found) return editor.set({ checking: state });
    const { problems: before, shown } = editor.now.looking?.own ?? editor.now;
    // Moved only: the very same list, so that nothing is drawn anew.
    const problems = found.problems === last ? before : arranged(found.problems, found.drawing);
    last = found.problems;
    editor.set({ checking: state });
    editor.setOwn({ problems, checked: found.drawing, shown: still(shown, before, problems) });
  }, clock);
  editor.onDrawing((drawing) => checker.changed(drawing));
  addEventListener("online", () => checker.again());
  checker.changed(editor.mine ?? EMPTY);
  return () => checker.again();
}

customElements.define("interlock-canvas", InterlockCanvas);
