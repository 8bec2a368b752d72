// A list that is searched by typing and chosen from by arrow keys and Enter: kinds to add, steps to connect to.

import { useEffect, useId, useRef, useState } from "react";
import { Icon } from "./Icon.tsx";

export interface Choice {
  readonly key: string;
  readonly title: string;
  readonly more: string;
  readonly icon: string;
  readonly family: string;
}

interface Asked {
  readonly label: string;
  readonly placeholder: string;
  readonly empty: string;
  readonly found: (words: string) => readonly Choice[];
  readonly onChoose: (key: string) => void;
}

export function Choices({ label, placeholder, empty, found, onChoose }: Asked): React.JSX.Element {
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const [list, id] = [useRef<HTMLUListElement>(null), useId()];
  const choices = found(words);
  const here = Math.min(at, choices.length - 1);
  useEffect(() => {
    list.current?.children[here]?.scrollIntoView({ block: "nearest" });
  }, [here]);
  const keyed = (event: React.KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const chosen = choices[here];
    if (step) setAt((here + step + choices.length) % Math.max(1, choices.length));
    else if (event.key === "Enter" && chosen) onChoose(chosen.key);
    else return;
    event.preventDefault();
  };
  return (
    <div className="choices-list">
      <input autoFocus role="combobox" aria-expanded="true" aria-controls={id} aria-activedescendant={choices.length ? `${id}-${here}` : undefined} aria-label={label} placeholder={placeholder}
        value={words} onChange={(event) => { setWords(event.target.value); setAt(0); }} onKeyDown={keyed} autoComplete="off" spellCheck={false} />
      <ul ref={list} id={id} role="listbox" aria-label={label} onMouseDown={(event) => event.preventDefault()}>
        {choices.map((choice, index) => (
          <li key={choice.key} id={`${id}-${index}`} role="option" aria-selected={index === here} data-family={choice.family} onPointerMove={() => index !== here && setAt(index)} onClick={() => onChoose(choice.key)}>
            <Icon name={choice.icon} size={18} /><span><b>{choice.title}</b><small>{choice.more}</small></span>
          </li>
        ))}
      </ul>
      {choices.length === 0 && <p className="choices-none">{empty}</p>}
    </div>
  );
}
