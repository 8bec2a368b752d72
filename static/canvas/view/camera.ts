// Moving the view over the drawing, for whoever has to show something: the flow hands itself over once it is there.

import { firstSight } from "../kernels/sight.ts";
import { type Box, boundsOf, startAt } from "../kernels/sizes.ts";
import type { Point } from "../model/document.ts";
import { editor } from "../editor.ts";

export interface Lens {
  setViewport(to: { x: number; y: number; zoom: number }, options?: { duration?: number }): unknown;
  getViewport(): { x: number; y: number; zoom: number };
  screenToFlowPosition(at: { x: number; y: number }): { x: number; y: number };
}

// As the style sheets say it: below this, what stands beside the drawing lies over it.
export const isNarrow = (): boolean => matchMedia("(max-width: 56rem)").matches;

export const MIN_ZOOM = 0.05;
export const MAX_ZOOM = 2;
const MARGIN = 48;
const EASE_MS = 160;

let lens: Lens | null = null;
let pane: HTMLElement | null = null;
let hand: Point | null = null;

export const camera = {
  workerUrl: "",

  attach(to: Lens, element: HTMLElement): void {
    [lens, pane] = [to, element];
  },

  // Moves only as far as is needed to see these parts; what is in view already stays where it is.
  show(ids: Iterable<string>): void {
    const chosen = new Set(ids);
    if (chosen.size === 0) return;
    const box = boundsOf(editor.now.drawing, editor.now.kinds, chosen);
    if (lens && pane && !inView(box)) approach(box);
  },

  // The first sight: all of it where it can be read, else its beginning, as large as lets one read and see far.
  open(): void {
    if (!lens || !pane) return;
    const { drawing, kinds } = editor.now;
    lens.setViewport(firstSight(boundsOf(drawing, kinds), startAt(drawing), { width: pane.clientWidth, height: pane.clientHeight }));
  },

  fit(animated = true): void {
    to(boundsOf(editor.now.drawing, editor.now.kinds), 1, animated);
  },

  zoom(by: number): void {
    if (!lens || !pane) return;
    const { x, y, zoom } = lens.getViewport();
    const next = Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, zoom * by));
    const [cx, cy] = [pane.clientWidth / 2, pane.clientHeight / 2];
    lens.setViewport({ x: cx - ((cx - x) * next) / zoom, y: cy - ((cy - y) * next) / zoom, zoom: next }, ease());
  },

  centre(at: Point, zoom: number): void {
    if (lens && pane) lens.setViewport({ x: pane.clientWidth / 2 - at[0] * zoom, y: pane.clientHeight / 2 - at[1] * zoom, zoom }, ease());
  },

  // Brings a place into the middle at once, as a hand on the small map does.
  look(at: Point): void {
    if (!lens || !pane) return;
    const { zoom } = lens.getViewport();
    lens.setViewport({ x: pane.clientWidth / 2 - at[0] * zoom, y: pane.clientHeight / 2 - at[1] * zoom, zoom });
  },

  middle(): Point {
    if (!lens || !pane) return [0, 0];
    const { x, y, zoom } = lens.getViewport();
    return [(pane.clientWidth / 2 - x) / zoom - 96, (pane.clientHeight / 2 - y) / zoom - 48];
  },

  // Where the pointer last was over the drawing; null while it is elsewhere.
  pointer(): Point | null {
    return hand && camera.at(hand[0], hand[1]);
  },

  point(at: Point | null): void {
    hand = at;
  },

  at(clientX: number, clientY: number): Point {
    const found = lens?.screenToFlowPosition({ x: clientX, y: clientY });
    return found ? [found.x, found.y] : [0, 0];
  },

  // Lets steps glide to where they are about to be put.
  settle(): void {
    if (!pane || ease().duration === 0) return;
    const stage = pane;
    stage.dataset["settling"] = "true";
    setTimeout(() => delete stage.dataset["settling"], EASE_MS + 40);
  },

  // Whether keys mean the drawing: it has the focus, or nothing has.
  isFocused(): boolean {
    const here = document.activeElement;
    return !here || here === document.body || Boolean(pane?.contains(here));
  },

  focus(): void {
    pane?.focus({ preventScroll: true });
  },
};

function to(box: Box, most: number, animated: boolean): void {
  if (!lens || !pane) return;
  const room = Math.min((pane.clientWidth - 2 * MARGIN) / box.width, (pane.clientHeight - 2 * MARGIN) / box.height);
  const zoom = Math.max(MIN_ZOOM, Math.min(most, room));
  const [x, y] = [pane.clientWidth / 2 - (box.x + box.width / 2) * zoom, pane.clientHeight / 2 - (box.y + box.height / 2) * zoom];
  lens.setViewport({ x, y, zoom }, animated ? ease() : {});
}

// The shortest way that brings a box into view; from far away, or for a large one, the view is set anew.
function approach(box: Box): void {
  if (!lens || !pane) return;
  const { x, y, zoom } = lens.getViewport();
  const [width, height] = [box.width * zoom, box.height * zoom];
  if (zoom < 0.4 || width > pane.clientWidth - 2 * MARGIN || height > pane.clientHeight - 2 * MARGIN) return to(box, Math.max(0.6, Math.min(1, zoom)), true);
  const [left, top] = [box.x * zoom + x, box.y * zoom + y];
  const by = (from: number, size: number, room: number): number => Math.max(MARGIN - from, 0) + Math.min(room - MARGIN - from - size, 0);
  lens.setViewport({ x: x + by(left, width, pane.clientWidth), y: y + by(top, height, pane.clientHeight), zoom }, ease());
}

function inView(box: Box): boolean {
  if (!lens || !pane) return true;
  const { x, y, zoom } = lens.getViewport();
  const [left, top] = [box.x * zoom + x, box.y * zoom + y];
  return zoom >= 0.4 && left >= 8 && top >= 8 && left + box.width * zoom <= pane.clientWidth - 8 && top + box.height * zoom <= pane.clientHeight - 8;
}

const ease = (): { duration: number } => ({ duration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : EASE_MS });
