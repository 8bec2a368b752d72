// The canvas as an element of the page: <interlock-canvas slug="…" csrf="…">. In the light, so that the page's own styles
// hold; it fetches the drawing and the kinds, and keeps the server's draft as the drawing is.

import "./canvas.css";
import { StrictMode } from "react";
import { createRoot, type Root } from "react-dom/client";
import { editor } from "./editor.ts";
import type { RunEvent } from "./live/overlay.ts";
import { prepare, show } from "./live/trying.ts";
import { take } from "./live/watch.ts";
import { type Drawing, EMPTY } from "./model/document.ts";
import { readDrawing } from "./model/read.ts";
import { type Api, serverApi } from "./sync/api.ts";
import { Autosave, type Clock } from "./sync/autosave.ts";
import { Checker } from "./sync/checker.ts";
import { tryingApi } from "./sync/trying.ts";
import { forget, keep, recall } from "./sync/safety.ts";
import { App } from "./view/App.tsx";
import { camera } from "./view/camera.ts";
import { offer } from "./view/inspector/hints.ts";

const KEEP_MS = 200;
const clock: Clock = { after: (ms, what) => setTimeout(what, ms), cancel: (timer) => clearTimeout(timer as number | undefined) };

class InterlockCanvas extends HTMLElement {
  private root: Root | null = null;
  private leave: () => void = () => undefined;

  connectedCallback(): void {
    void this.open();
  }

  disconnectedCallback(): void {
    this.root?.unmount();
    this.leave();
  }

  // Paints an event of a run over the drawing; for whoever has one without a socket.
  show(event: RunEvent): void {
    take(event);
  }

  private async open(): Promise<void> {
    const { slug = "", name = "", csrf = "", published = "", readOnly, leave = "/", worker = "", lists } = this.dataset;
    camera.workerUrl = worker;
    offer(JSON.parse(document.getElementById(lists ?? "")?.textContent ?? "{}") as Record<string, string[]>);
    const api = serverApi(slug, csrf, published ? Number(published) : null);
    const [kinds, draft] = await Promise.all([api.kinds(), api.draft()]);
    if (!kinds.ok || !draft.ok) return this.refuse(kinds.ok ? (draft.ok ? "" : draft.detail) : kinds.detail);
    const read = readDrawing(draft.value);
    if (!read.ok) return this.refuse(read.why);
    const isReadOnly = readOnly !== undefined;
    editor.set({ drawing: read.value, kinds: new Map(kinds.value.results.map((kind) => [kind.kind, kind])), readOnly: isReadOnly });
    const autosave = isReadOnly ? null : keeping(slug, api, draft.etag, read.value);
    checking(api);
    prepare(tryingApi(slug, csrf), slug);
    // With a run in the address, the drawing lights up as that run goes.
    const run = new URLSearchParams(location.search).get("run");
    if (run) this.leave = show(run);
    this.root = createRoot(this);
    this.replaceChildren();
    this.root.render(<StrictMode><App service={{ api, autosave, slug }} name={name} leave={leave} /></StrictMode>);
  }

  private refuse(why: string): void {
    this.replaceChildren(Object.assign(document.createElement("p"), { className: "canvas-refused", textContent: `The drawing cannot be shown. ${why}` }));
  }
}

// Every change goes to the browser's own copy at once and to the server soon; what an earlier visit left is taken up.
function keeping(slug: string, api: Api, etag: string, saved: Drawing): Autosave {
  let timer: unknown = null;
  const autosave = new Autosave(api, etag, (saving) => {
    editor.set({ saving });
    if (saving.state === "saved") forget(localStorage, slug);
  }, clock);
  const copy = (): boolean => {
    clock.cancel(timer);
    return autosave.isSaved || keep(localStorage, slug, { etag: autosave.etag, drawing: editor.now.drawing });
  };
  const left = recall(localStorage, slug);
  editor.onDrawing((drawing) => {
    autosave.changed(drawing);
    clock.cancel(timer);
    timer = clock.after(KEEP_MS, () => void copy());
  });
  addEventListener("pagehide", () => void copy());
  // Leaving needs no question: what is not saved is found again. Only where the browser keeps nothing, it asks.
  addEventListener("beforeunload", (event) => !copy() && event.preventDefault());
  addEventListener("online", () => void autosave.flush());
  if (left && JSON.stringify(left.drawing) !== JSON.stringify(saved)) takeUp(autosave, left.etag, left.drawing);
  return autosave;
}

// What was not saved goes on as if the page had never been left: if somebody saved since, that is a conflict to choose in.
function takeUp(autosave: Autosave, etag: string, drawing: Drawing): void {
  autosave.etag = etag;
  editor.edit(() => drawing);
  editor.tell("Changes that had not been saved were found in this browser and taken up.", "plain", { label: "Undo", run: () => editor.undo() });
}

function checking(api: Api): void {
  const checker = new Checker(api, ({ drawing, problems }) => {
    const sorted = [...problems].sort((one, other) => Number(one.level !== "error") - Number(other.level !== "error"));
    editor.set({ problems: sorted, checked: drawing, shown: null });
  }, clock);
  editor.onDrawing((drawing) => checker.changed(drawing));
  checker.changed(editor.now.drawing ?? EMPTY);
}

customElements.define("interlock-canvas", InterlockCanvas);
