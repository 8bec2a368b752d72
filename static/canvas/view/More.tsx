// What the bar has no room for, behind one button. Rendered by Toolbar; shown by the style sheet where room is little.

import { useEffect, useRef, useState } from "react";
import { Icon } from "./Icon.tsx";

export interface Deed {
  readonly icon: string;
  readonly says: string;
  readonly keys?: string;
  readonly run: () => void;
}

export function More({ deeds }: { deeds: readonly Deed[] }): React.JSX.Element {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => { if (open) list.current?.querySelector("button")?.focus(); }, [open]);
  const close = (): void => { setOpen(false); button.current?.focus(); };
  const pressed = (event: React.KeyboardEvent): void => {
    if (open && event.key === "Escape") { event.stopPropagation(); close(); }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (open && step) { event.preventDefault(); event.stopPropagation(); along(list.current, step); }
  };
  // Whoever goes on elsewhere has no use for the list any more.
  const left = (event: React.FocusEvent): void => { if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false); };
  return (
    <div className="bar-more" data-own-keys={open || undefined} onKeyDown={pressed} onBlur={left}>
      <button ref={button} type="button" className="tool" aria-label="More" title="More" aria-expanded={open} onClick={() => setOpen(!open)}><Icon name="ellipsis" /></button>
      {open && (
        <ul ref={list} className="bar-more-list" aria-label="More">
          {deeds.map(({ icon, says, keys, run }) => (
            <li key={says}><button type="button" onClick={() => { close(); run(); }}><Icon name={icon} size={16} /><span>{says}</span>{keys && <kbd>{keys}</kbd>}</button></li>
          ))}
        </ul>
      )}
    </div>
  );
}

function along(list: HTMLUListElement | null, step: number): void {
  const all = [...(list?.querySelectorAll("button") ?? [])];
  const at = all.indexOf(document.activeElement as HTMLButtonElement);
  all[(at + step + all.length) % all.length]?.focus();
}
