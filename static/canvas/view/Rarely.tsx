// Draws what comes with the chunk of what is rarely opened: at once where it is there, as it nearly always is. Until then
// its place is kept, and what takes long, or cannot be had, says so; the drawing goes on meanwhile.

import { useEffect, useSyncExternalStore } from "react";
import { editor } from "../editor.ts";
import { Later } from "../later.ts";
import { Icon } from "./Icon.tsx";

type Rare = typeof import("./rare.ts");

const rare = new Later<Rare>(() => import("./rare.ts"));

// Brings it in, and again when the line is back, so that a conflict or a broken line find it there.
export function fetchRare(): void {
  void rare.fetch();
  addEventListener("online", () => void rare.fetch());
}

// Does what reaches into a panel once the panel is drawn: at once, but for the first moments of a page.
export function onceDrawn(what: () => void): void {
  if (rare.now().is === "there") what();
  else void rare.fetch().then(() => requestAnimationFrame(what));
}

// `panel`: the place of a panel is kept by an empty one of its class. `close` puts away what was asked for.
export function Rarely({ children, panel, close = () => editor.idle() }: { children: (rare: Rare) => React.ReactNode; panel?: string; close?: () => void }): React.ReactNode {
  const coming = useSyncExternalStore(rare.subscribe, rare.now);
  useEffect(() => void rare.fetch(), []);
  if (coming.is === "there") return children(coming.part);
  const says = coming.is === "missing" ? <Missing close={close} /> : <p className="choice-waits rarely-waits" role="status">Opening…</p>;
  return panel ? <section className={panel} aria-busy={coming.is === "coming"}>{says}</section> : says;
}

function Missing({ close }: { close: () => void }): React.JSX.Element {
  return (
    <p className="choice-waits" role="alert">
      <Icon name="cloud-off" size={16} />This part of the page could not be fetched. Your drawing is as it was.
      <button type="button" className="link" onClick={() => void rare.fetch()}>Try again</button>
      <button type="button" className="link" onClick={close}>Close</button>
    </p>
  );
}
