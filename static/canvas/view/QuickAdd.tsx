// Adding a step where the pointer is, or after a port: the kinds, the fitting ones first.

import { useLayoutEffect, useRef } from "react";
import * as commands from "../commands.ts";
import { type Mode, editor, use } from "../editor.ts";
import { fitting } from "../kernels/insert.ts";
import { kindsFor } from "../kernels/search.ts";
import { START, title } from "../model/document.ts";
import { FAMILY_TITLES, familyOf } from "../model/kinds.ts";
import { camera } from "./camera.ts";
import { Choices } from "./Choices.tsx";

const [WIDE, EDGE] = [320, 12];

export function QuickAdd({ mode }: { mode: Extract<Mode, { is: "adding" }> }): React.JSX.Element {
  const kinds = use((seen) => seen.kinds);
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const pane = box.current?.parentElement?.getBoundingClientRect();
    if (!box.current || !pane) return;
    const [x, y] = mode.screen ? [mode.screen[0] - pane.left, mode.screen[1] - pane.top] : [(pane.width - WIDE) / 2, pane.height / 5];
    box.current.style.left = `${Math.max(EDGE, Math.min(x, pane.width - WIDE - EDGE))}px`;
    box.current.style.top = `${Math.max(EDGE, Math.min(y, pane.height - box.current.offsetHeight - EDGE))}px`;
  }, [mode]);
  const { drawing } = editor.now;
  const before = drawing.nodes.find((step) => step.id === mode.after?.from);
  const family = before ? familyOf(before.kind) : "start";
  const ordered = mode.after ? fitting(kinds, mode.after.port, family) : [...kinds.values()];
  const heading = mode.after ? `After ${before ? `“${title(before)}”` : "Start"}${mode.after.from === START ? "" : `, ${mode.after.port}`}` : mode.on ? "Insert on this edge" : "Add a step";
  return (
    <div ref={box} className="quick-add" data-own-keys onKeyDown={(event) => { if (event.key === "Escape") leave(event); }} onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && editor.idle()}>
      <p className="quick-add-head">{heading}</p>
      <Choices label={heading} placeholder="Search the kinds of steps…" empty="No kind of step is called so."
        found={(words) => kindsFor(ordered, words).map((kind) => ({ key: kind.kind, title: kind.title, more: `${FAMILY_TITLES[kind.family]} · ${firstSentence(kind.help)}`, icon: kind.icon, family: kind.family }))}
        onChoose={(key) => { const kind = kinds.get(key); if (kind) commands.add(kind, mode); camera.focus(); }} />
    </div>
  );
}

function leave(event: React.KeyboardEvent): void {
  event.preventDefault();
  event.stopPropagation();
  editor.idle();
  camera.focus();
}

export function firstSentence(help: string): string {
  const text = help.replace(/\s+/g, " ").trim();
  return (/^.*?[.:](?= |$)/.exec(text)?.[0] ?? text).replace(/[.:]$/, "");
}
