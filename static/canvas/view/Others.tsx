// Who else has this drawing open: initials in the bar, the names on hover and for screen readers, come and gone live.

import { use } from "../editor.ts";
import type { Other } from "../sync/presence.ts";

const SHOWN = 3;

export function Others(): React.JSX.Element | null {
  const others = use((seen) => seen.others);
  const more = others.slice(SHOWN);
  return (
    <>
      {others.length > 0 && (
        <ul className="others" aria-label="Also here">
          {others.slice(0, SHOWN).map((other) => <li key={other.name} className="other" title={named(other)} data-you={other.you || undefined}><span aria-hidden="true">{initials(other.name)}</span><span className="visually-hidden">{named(other)}</span></li>)}
          {more.length > 0 && <li className="other" title={more.map(named).join("\n")}><span aria-hidden="true">+{more.length}</span><span className="visually-hidden">{more.map(named).join(", ")}</span></li>}
        </ul>
      )}
      <span className="visually-hidden" role="status">{others.length ? `Also here: ${others.map(named).join(", ")}.` : ""}</span>
    </>
  );
}

const named = ({ name, since, you }: Other): string => `${you ? "You, in another window" : name}, since ${new Date(since).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}`;

// Two letters: of the first and last word, or of the only one.
export function initials(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const [first = "?", last = ""] = [words[0], words.length > 1 ? words.at(-1) : ""];
  return (last ? [...first][0]! + [...last][0]! : [...first].slice(0, 2).join("")).toLocaleUpperCase();
}
