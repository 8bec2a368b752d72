// The whole drawing in a corner, with the window upon it. A click goes there; the keyboard has `0` and the search for it.

import { useStore } from "@xyflow/react";
import { use } from "../editor.ts";
import { boundsOf } from "../kernels/sizes.ts";
import { camera } from "./camera.ts";
import { Silhouette } from "./Silhouette.tsx";

const [WIDE, HIGH, MARGIN] = [184, 112, 200];

export function MiniMap(): React.JSX.Element {
  const drawing = use((seen) => seen.drawing);
  const kinds = use((seen) => seen.kinds);
  const box = boundsOf(drawing, kinds);
  const scale = Math.max((box.width + 2 * MARGIN) / WIDE, (box.height + 2 * MARGIN) / HIGH);
  const [x, y] = [box.x + box.width / 2 - (scale * WIDE) / 2, box.y + box.height / 2 - (scale * HIGH) / 2];
  const go = (event: React.PointerEvent<SVGSVGElement>): void => {
    if (event.type === "pointermove" && event.buttons === 0) return;
    const frame = event.currentTarget.getBoundingClientRect();
    camera.look([x + (event.clientX - frame.left) * scale, y + (event.clientY - frame.top) * scale]);
  };
  return (
    <svg className="minimap" viewBox={`${x} ${y} ${scale * WIDE} ${scale * HIGH}`} width={WIDE} height={HIGH} aria-hidden="true" onPointerDown={go} onPointerMove={go}>
      <Silhouette />
      <Window thickness={scale * 1.5} />
    </svg>
  );
}

function Window({ thickness }: { thickness: number }): React.JSX.Element {
  const [x, y, zoom] = useStore((state) => state.transform);
  const [width, height] = [useStore((state) => state.width), useStore((state) => state.height)];
  return <rect className="minimap-window" x={-x / zoom} y={-y / zoom} width={width / zoom} height={height / zoom} strokeWidth={thickness} rx={4 * thickness} />;
}
