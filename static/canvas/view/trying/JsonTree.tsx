// A JSON value as a tree that is read, searched and copied. Long texts and long lists are cut until asked for.

import { useId, useMemo, useState } from "react";
import { childrenOf, found } from "../../kernels/find.ts";
import { editor } from "../../editor.ts";
import type { Json } from "../../model/document.ts";
import { Icon } from "../Icon.tsx";

const MOST = 100;
const LONG = 400;
const SEARCHED_FROM = 8;

export function JsonTree({ value, label, children }: { value: Json; label: string; children?: React.ReactNode }): React.JSX.Element {
  const [words, setWords] = useState("");
  const places = useMemo(() => found(value, words), [value, words]);
  const id = useId();
  const isLarge = useMemo(() => JSON.stringify(value).length > 200 || childrenOf(value).length >= SEARCHED_FROM, [value]);
  return (
    <section className="tree" aria-labelledby={id}>
      <header><h4 id={id}>{label}</h4>
        {isLarge && <input type="search" aria-label={`Search in ${label.toLowerCase()}`} placeholder="Search" value={words} onChange={(event) => setWords(event.target.value)} />}
        {children}
        <button type="button" className="tool" aria-label={`Copy ${label.toLowerCase()}`} title="Copy as JSON" onClick={() => void copy(value)}><Icon name="copy" size={14} /></button></header>
      {places?.size === 0 ? <p className="hint">Nothing there holds “{words}”.</p> : <div className="tree-body"><Branch value={value} place="" places={places} depth={0} /></div>}
    </section>
  );
}

function Branch({ value, place, places, depth }: { value: Json; place: string; places: ReadonlySet<string> | null; depth: number }): React.JSX.Element {
  const [all, setAll] = useState(false);
  const children = childrenOf(value);
  if (children.length === 0) return <Leaf value={value} />;
  const seen = places ? children.filter(([key]) => places.has(`${place}/${key}`)) : children;
  // A name that was found alone is shown with all that it holds.
  const listed = seen.length ? seen : children;
  return (
    <ul>
      {listed.slice(0, all ? undefined : MOST).map(([key, child]) => <li key={key}><Twig name={key} value={child} place={`${place}/${key}`} places={seen.length ? places : null} depth={depth} /></li>)}
      {!all && listed.length > MOST && <li><button type="button" className="link" onClick={() => setAll(true)}>and {listed.length - MOST} more</button></li>}
    </ul>
  );
}

function Twig({ name, value, place, places, depth }: { name: string; value: Json; place: string; places: ReadonlySet<string> | null; depth: number }): React.JSX.Element {
  const count = childrenOf(value).length;
  if (count === 0) return <><span className="tree-name">{name}</span> <Leaf value={value} /></>;
  return (
    <details open={places !== null || depth < 2}>
      <summary><span className="tree-name">{name}</span> <span className="muted">{Array.isArray(value) ? `${count} item${count === 1 ? "" : "s"}` : `${count} field${count === 1 ? "" : "s"}`}</span></summary>
      <Branch value={value} place={place} places={places} depth={depth + 1} />
    </details>
  );
}

function Leaf({ value }: { value: Json }): React.JSX.Element {
  const [whole, setWhole] = useState(false);
  const text = typeof value === "string" ? value : Array.isArray(value) ? "empty list" : value === null ? "nothing" : typeof value === "object" ? "empty" : value === true ? "yes" : value === false ? "no" : String(value);
  const isPlain = typeof value === "string" || typeof value === "number";
  if (isPlain && text === "") return <span className="muted">empty text</span>;
  const cut = !whole && text.length > LONG;
  return <span className={isPlain ? "tree-value" : "muted"} data-number={typeof value === "number" || undefined}>{cut ? `${text.slice(0, LONG)}…` : text}{cut && <> <button type="button" className="link" onClick={() => setWhole(true)}>all of it</button></>}</span>;
}

async function copy(value: Json): Promise<void> {
  try {
    await navigator.clipboard.writeText(JSON.stringify(value, null, 2));
    editor.tell("Copied as JSON.");
  } catch {
    editor.tell("The browser did not let it be copied.", "problem");
  }
}
