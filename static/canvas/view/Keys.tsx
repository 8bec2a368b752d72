// The list of keys, made from the very table that the keyboard works by.

import { BINDINGS } from "../keys.ts";
import { Modal } from "./Modal.tsx";

const WORDS: Readonly<Record<string, string>> = { mod: "Ctrl", alt: "Alt", shift: "Shift", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Delete: "Del", Backspace: "⌫", Escape: "Esc" };

export function Keys(): React.JSX.Element {
  return (
    <Modal title="Keys">
      <dl className="keys" tabIndex={0}>
        {BINDINGS.map((binding) => <div key={binding.says}><dt>{binding.keys.slice(0, 4).map((name) => <kbd key={name}>{spelled(name)}</kbd>)}</dt><dd>{binding.says}</dd></div>)}
        <div><dt><kbd>Shift</kbd> drag</dt><dd>Select with a frame</dd></div>
        <div><dt><kbd>Ctrl C</kbd><kbd>Ctrl X</kbd><kbd>Ctrl V</kbd></dt><dd>Copy, cut and paste, between drawings too</dd></div>
      </dl>
    </Modal>
  );
}

const spelled = (name: string): string => (name === "+" ? "+" : name.split("+").map((part) => WORDS[part] ?? (part.length === 1 ? part.toUpperCase() : part)).join(" "));
