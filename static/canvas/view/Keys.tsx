// The list of keys, made from the very table that the keyboard works by.

import { BINDINGS } from "../keys.ts";
import { Modal } from "./Modal.tsx";

const WORDS: Readonly<Record<string, string>> = { mod: "Ctrl", alt: "Alt", shift: "Shift", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Delete: "Del", Backspace: "⌫", Escape: "Esc" };

// How edges are told apart, also without colours.
const LINES = [["done", undefined, "A case goes on"], ["unsure", undefined, "In doubt: not sure, failed a check, or overdue"], ["error", undefined, "A step could not be done"], ["done", "loop", "Goes back, at most so often"]] as const;

export function Keys(): React.JSX.Element {
  return (
    <Modal title="Keys">
      <dl className="keys" tabIndex={0}>
        {BINDINGS.map((binding) => <div key={binding.says}><dt>{binding.keys.slice(0, 4).map((name) => <kbd key={name}>{spelled(name)}</kbd>)}</dt><dd>{binding.says}</dd></div>)}
        <div><dt><kbd>Shift</kbd> drag</dt><dd>Select with a frame</dd></div>
        <div><dt><kbd>Ctrl C</kbd><kbd>Ctrl X</kbd><kbd>Ctrl V</kbd></dt><dd>Copy, cut and paste, between drawings too</dd></div>
        <div><dt><kbd>Tab</kbd></dt><dd>Go from step to step as cases do; with nothing selected, leave the drawing</dd></div>
        <div><dt>Drag</dt><dd>Move over the drawing; with Space held, from anywhere</dd></div>
        {LINES.map(([port, means, says]) => <div key={says}><dt><svg className="line-sample way" data-port={port} data-means={means} width="88" height="8" aria-hidden="true"><path className="react-flow__edge-path" d="M2,4H86" /></svg></dt><dd>{says}</dd></div>)}
      </dl>
    </Modal>
  );
}

const spelled = (name: string): string => (name === "+" ? "+" : name.split("+").map((part) => WORDS[part] ?? (part.length === 1 ? part.toUpperCase() : part)).join(" "));
