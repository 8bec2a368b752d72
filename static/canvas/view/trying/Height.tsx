// The upper edge of the panel: dragged, or moved by the arrow keys. How high it was is kept in the browser.

import { useEffect, useState } from "react";

const KEY = "interlock try-out height";
const [LEAST, STEP, ROOM] = [160, 24, 300];

const most = (): number => Math.max(LEAST, innerHeight - ROOM);
const usual = (): number => Math.max(300, innerHeight * 0.36);
const within = (height: number): number => Math.min(most(), Math.max(LEAST, Math.round(height)));

export function Height({ panel }: { panel: React.RefObject<HTMLElement | null> }): React.JSX.Element {
  const [height, setHeight] = useState(() => within(kept()));
  useEffect(() => {
    panel.current?.style.setProperty("--trying-height", `${height}px`);
    keep(height);
  }, [panel, height]);
  const dragged = (event: React.PointerEvent): void => {
    const bar = event.currentTarget;
    bar.setPointerCapture(event.pointerId);
    const bottom = panel.current?.getBoundingClientRect().bottom ?? innerHeight;
    const moved = (to: Event): void => setHeight(within(bottom - (to as PointerEvent).clientY));
    bar.addEventListener("pointermove", moved);
    bar.addEventListener("pointerup", () => bar.removeEventListener("pointermove", moved), { once: true });
  };
  const keyed = (event: React.KeyboardEvent): void => {
    const by = { ArrowUp: STEP, ArrowDown: -STEP }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    setHeight(within(height + by));
  };
  return <div className="trying-edge" role="separator" aria-orientation="horizontal" aria-label="Height of the panel" aria-valuenow={height} aria-valuemin={LEAST} aria-valuemax={most()} tabIndex={0} onPointerDown={dragged} onKeyDown={keyed} />;
}

function kept(): number {
  try {
    return Number(localStorage.getItem(KEY)) || usual();
  } catch {
    return usual();
  }
}

function keep(height: number): void {
  try {
    localStorage.setItem(KEY, String(height));
  } catch {
    // Where nothing is kept, the panel opens as it usually is.
  }
}
