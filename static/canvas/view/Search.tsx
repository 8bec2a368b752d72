// Searching in the drawing: every hit is shown as it is chosen, Enter goes on to the next.

import { useState } from "react";
import * as commands from "../commands.ts";
import { editor } from "../editor.ts";
import { search } from "../kernels/search.ts";
import { camera } from "./camera.ts";
import { Icon } from "./Icon.tsx";

export function Search(): React.JSX.Element {
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const { drawing, kinds } = editor.now;
  const found = search(drawing, words, kinds);
  const show = (index: number, among: readonly string[]): void => {
    const id = among[(index + among.length) % Math.max(1, among.length)];
    if (id !== undefined) commands.goTo(id);
    setAt((index + among.length) % Math.max(1, among.length));
  };
  const keyed = (event: React.KeyboardEvent): void => {
    if (event.key === "Enter") show(at + (event.shiftKey ? -1 : 1), found);
    else if (event.key === "Escape") { editor.idle(); camera.focus(); }
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="search" role="search">
      <Icon name="search" />
      <input autoFocus aria-label="Search in the drawing" placeholder="Search in the drawing…" value={words} onKeyDown={keyed} spellCheck={false}
        onChange={(event) => { setWords(event.target.value); show(0, search(drawing, event.target.value, kinds)); }} />
      <output aria-live="polite">{words ? (found.length ? `${at + 1} of ${found.length}` : "nothing found") : ""}</output>
      <button type="button" className="tool" aria-label="Close the search" onClick={() => editor.idle()}><Icon name="x" /></button>
    </div>
  );
}
