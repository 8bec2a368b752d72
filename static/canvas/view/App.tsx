// The whole canvas: bar, palette, drawing, inspector, problems, and whatever dialog is open.

import { useEffect } from "react";
import { ReactFlowProvider } from "@xyflow/react";
import * as commands from "../commands.ts";
import { NOTHING, editor, use } from "../editor.ts";
import { pressed } from "../keys.ts";
import { notesOf } from "../model/document.ts";
import { Arrange } from "./Arrange.tsx";
import { camera } from "./camera.ts";
import { Empty } from "./Empty.tsx";
import { bringIn } from "./files.ts";
import { Flow } from "./Flow.tsx";
import { Looking } from "./Looking.tsx";
import { Notices, Spoken, SpokenProblems } from "./Notices.tsx";
import { Palette } from "./Palette.tsx";
import type { Service } from "./Publish.tsx";
import { QuickAdd } from "./QuickAdd.tsx";
import { Rarely } from "./Rarely.tsx";
import { Search } from "./Search.tsx";
import { SignedOut } from "./SignedOut.tsx";
import { Toolbar } from "./Toolbar.tsx";
import { Lit } from "./trying/Lit.tsx";

export function App({ service, name, leave }: { service: Service; name: string; leave: string }): React.JSX.Element {
  const mode = use((seen) => seen.mode);
  const panels = use((seen) => seen.panels);
  const saving = use((seen) => seen.saving);
  const readOnly = use((seen) => seen.readOnly);
  const looking = use((seen) => seen.looking !== null);
  const inspects = use((seen) => seen.edge !== null || (seen.selected.size === 1 && !notesOf(seen.drawing).some((note) => seen.selected.has(note.id))));
  useKeyboard();
  useDrops();
  // There is room for one panel below the drawing: the problems take it from the try-out, which takes it from them.
  useEffect(() => void (panels.problems && editor.now.panels.trying && editor.set({ panels: { ...editor.now.panels, trying: false } })), [panels.problems]);
  // The inspector takes room from the drawing: what was chosen must not vanish beneath it.
  useEffect(() => {
    if (!inspects) return undefined;
    const frame = requestAnimationFrame(() => camera.show(editor.now.selected));
    return () => cancelAnimationFrame(frame);
  }, [inspects]);
  return (
    <ReactFlowProvider>
      <Toolbar name={name} leave={leave} />
      <div className="desk" data-palette={(panels.palette && !readOnly) || undefined} data-inspector={inspects || undefined}>
        {panels.palette && !readOnly && <Palette />}
        <div className="stage">
          <Flow />
          <Empty />
          <Arrange />
          {mode.is === "adding" && <QuickAdd mode={mode} />}
          {mode.is === "searching" && <Search />}
          <Looking />
          <SignedOut />
          <Notices />
          <Lit />
        </div>
        {inspects && <Rarely panel="inspector" close={() => editor.set({ selected: NOTHING, edge: null })}>{({ Inspector }) => <Inspector />}</Rarely>}
        {panels.trying && <Rarely panel="trying" close={() => commands.toggleTrying()}>{({ Trying }) => <Trying />}</Rarely>}
        {panels.problems && !panels.trying && <Rarely panel="problems" close={() => editor.set({ panels: { ...panels, problems: false } })}>{({ Problems }) => <Problems again={service.check} />}</Rarely>}
      </div>
      <Spoken />
      <SpokenProblems />
      {mode.is === "connecting" && <Rarely>{({ Connect }) => <Connect from={mode.from} />}</Rarely>}
      {mode.is === "publishing" && <Rarely>{({ Publish }) => <Publish service={service} />}</Rarely>}
      {mode.is === "importing" && <Rarely>{({ Exchange }) => <Exchange key={mode.text} service={service} name={name} {...(mode.text === undefined ? {} : { dropped: mode.text })} />}</Rarely>}
      {mode.is === "versions" && <Rarely>{({ Versions }) => <Versions service={service} />}</Rarely>}
      {mode.is === "needs" && <Rarely>{({ Needs }) => <Needs service={service} />}</Rarely>}
      {mode.is === "insisting" && <Rarely>{({ Insist }) => <Insist />}</Rarely>}
      {mode.is === "keys" && <Rarely>{({ Keys }) => <Keys />}</Rarely>}
      {saving.state === "conflict" && !looking && <Rarely>{({ Conflict }) => <Conflict saving={saving} service={service} name={name} />}</Rarely>}
    </ReactFlowProvider>
  );
}

// Copying and pasting by the browser's own events: they need no permission, and leave fields and dialogs alone.
function useKeyboard(): void {
  useEffect(() => {
    const own = (event: Event): boolean => !(event.target instanceof Element && event.target.closest("input, textarea, select, dialog, .inspector, .problems, .trying"));
    const copied = (event: ClipboardEvent): void => {
      const text = own(event) && !getSelection()?.toString() ? commands.copyText() : null;
      if (text === null) return;
      event.clipboardData?.setData("text/plain", text);
      event.preventDefault();
      if (event.type === "cut") commands.remove();
    };
    const pasted = (event: ClipboardEvent): void => {
      if (!own(event)) return;
      event.preventDefault();
      commands.paste(event.clipboardData?.getData("text/plain") ?? "", camera.pointer());
    };
    const listeners: readonly [string, (event: never) => void][] = [["keydown", pressed], ["copy", copied], ["cut", copied], ["paste", pasted]];
    for (const [name, listener] of listeners) document.addEventListener(name, listener as EventListener);
    return () => {
      for (const [name, listener] of listeners) document.removeEventListener(name, listener as EventListener);
    };
  }, []);
}

// A file that is dropped anywhere on the page is brought in, and never opened by the browser over the drawing.
function useDrops(): void {
  useEffect(() => {
    const isFile = (event: DragEvent): boolean => Boolean(event.dataTransfer?.types.includes("Files"));
    const over = (event: DragEvent): void => {
      if (isFile(event)) event.preventDefault();
    };
    const dropped = (event: DragEvent): void => {
      if (!isFile(event)) return;
      event.preventDefault();
      const file = event.dataTransfer?.files[0];
      if (event.target instanceof Element && event.target.closest("dialog")) return;
      if (file) void bringIn(file);
    };
    document.addEventListener("dragover", over);
    document.addEventListener("drop", dropped);
    return () => {
      document.removeEventListener("dragover", over);
      document.removeEventListener("drop", dropped);
    };
  }, []);
}
