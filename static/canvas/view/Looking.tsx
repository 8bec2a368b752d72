// The band above a drawing that is not one's own: what it is, what can be done with it, and the way back.

import { useEffect, useRef } from "react";
import { editor, use } from "../editor.ts";
import { Icon } from "./Icon.tsx";

export function Looking(): React.JSX.Element | null {
  const looking = use((seen) => seen.looking);
  const painted = use((seen) => seen.differences.length > 0);
  const band = useRef<HTMLDivElement>(null);
  useEffect(() => band.current?.querySelector("button")?.focus(), [looking?.title]);
  if (!looking) return null;
  return (
    <div className="looking" ref={band} role="region" aria-label="Another drawing">
      <p role="status"><Icon name="eye" size={16} /><b>{looking.title}</b><span>Only to look at.{painted ? " Painted: what is different." : ""}</span></p>
      <button type="button" className="button small" onClick={() => editor.back()}>{looking.back}</button>
      {looking.actions.map(({ label, run }) => <button key={label} type="button" className="button small main" onClick={run}>{label}</button>)}
    </div>
  );
}
