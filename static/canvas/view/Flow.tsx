// The drawing itself: hands parts to the flow library and turns what the hand does with them into commands.

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import {
  Background, BackgroundVariant, type Connection, type FinalConnectionState, type NodeChange, ReactFlow, SelectionMode, ViewportPortal, useReactFlow, useStore,
} from "@xyflow/react";
import { move } from "../changes/changes.ts";
import * as commands from "../commands.ts";
import { IDLE, NOTHING, editor, use } from "../editor.ts";
import { boxesOf } from "../kernels/boxes.ts";
import { connect, origins, targets } from "../kernels/connect.ts";
import { isGroup, members } from "../kernels/groups.ts";
import { type Guide, linedUp } from "../kernels/guides.ts";
import { insertOn, putAt, snapped } from "../kernels/insert.ts";
import { GRID, HEAD, WIDTH, sizeOf } from "../kernels/sizes.ts";
import { type Point, notesOf, place } from "../model/document.ts";
import { MAX_ZOOM, MIN_ZOOM, camera, isNarrow } from "./camera.ts";
import { Ghost } from "./Ghost.tsx";
import { GroupNode } from "./GroupNode.tsx";
import { MiniMap } from "./MiniMap.tsx";
import { NoteNode } from "./NoteNode.tsx";
import { type Part, partsMaker, waysMaker } from "./parts.ts";
import { Silhouette } from "./Silhouette.tsx";
import { StartNode } from "./StartNode.tsx";
import { StepNode } from "./StepNode.tsx";
import { WayEdge } from "./WayEdge.tsx";

// From how far away only outlines are drawn: thousands of steps cost too much, some dozens can keep their names.
const FAR = { many: 0.3, few: 0.12 };
const MANY = 150;
// Below these, a step shows its name alone, as large as it can.
const [SMALL, TINY] = [0.55, 0.36];
export const KIND_TYPE = "application/x-interlock-kind";
const NODE_TYPES = { step: StepNode, start: StartNode, note: NoteNode, group: GroupNode };
const EDGE_TYPES = { way: WayEdge };
const SNAP: [number, number] = [GRID, GRID];
const NO_PARTS: Part[] = [];

export function Flow(): React.JSX.Element {
  const drawing = use((seen) => seen.drawing);
  const kinds = use((seen) => seen.kinds);
  const selected = use((seen) => seen.selected);
  const edge = use((seen) => seen.edge);
  const readOnly = use((seen) => seen.readOnly);
  const [dragged, setDragged] = useState<Dragged | null>(null);
  const far = drawing.nodes.length > MANY ? FAR.many : FAR.few;
  const isFar = useStore((state) => state.transform[2] < far);
  const size = useStore((state) => (state.transform[2] < TINY ? "tiny" : state.transform[2] < SMALL ? "small" : undefined));
  const [toParts, toWays] = [useMemo(partsMaker, []), useMemo(waysMaker, [])];
  const parts = useMemo(() => (isFar ? NO_PARTS : toParts({ drawing, kinds, selected, dragged: dragged?.places ?? null })), [isFar, toParts, drawing, kinds, selected, dragged]);
  const ways = useMemo(() => (isFar ? [] : toWays(drawing, edge)), [isFar, toWays, drawing, edge]);
  const pane = usePane();

  const changed = useCallback((changes: NodeChange<Part>[]) => setDragged((before) => afterChanges(changes, before)), []);
  return (
    <div ref={pane} className="pane" tabIndex={0} role="application" aria-label="Drawing" aria-describedby="pane-help" data-far={isFar || undefined} data-size={size} onDoubleClick={doubleClicked} onDragOver={dragOver} onDrop={dropped}
      onPointerMove={(event) => camera.point([event.clientX, event.clientY])} onPointerLeave={() => camera.point(null)}>
      <p id="pane-help" className="visually-hidden">Arrow keys lead in, Tab goes from step to step as cases do, and on after the last one or after Escape. Arrow keys move the selected step, with Alt they walk along the drawing. Enter edits, slash adds a step, c connects, question mark shows all keys.</p>
      <ReactFlow<Part, (typeof ways)[number]>
        nodes={parts} edges={ways} nodeTypes={NODE_TYPES} edgeTypes={EDGE_TYPES}
        onNodesChange={changed} onNodeDragStop={drop} onSelectionDragStop={drop} onConnect={connected} onConnectStart={wiring} onConnectEnd={wired} isValidConnection={isLit}
        onEdgeClick={(_, way) => editor.selectEdge(way.id)} onPaneClick={(event) => paneClicked(event, isFar)}
        onlyRenderVisibleElements nodesDraggable={!readOnly && !isFar} nodesConnectable={!readOnly} nodesFocusable={false} edgesFocusable={false} edgesReconnectable={false}
        snapToGrid snapGrid={SNAP} minZoom={MIN_ZOOM} maxZoom={MAX_ZOOM} panOnScroll zoomOnDoubleClick={false} selectionMode={SelectionMode.Partial}
        deleteKeyCode={null} disableKeyboardA11y elevateNodesOnSelect={false} connectionRadius={24} multiSelectionKeyCode={["Meta", "Control"]} nodeDragThreshold={2}
      >
        {!isFar && <Background variant={BackgroundVariant.Dots} gap={GRID * 3} size={1.2} />}
        {isFar && <ViewportPortal><svg className="far" overflow="visible" width={1} height={1}><Silhouette /></svg></ViewportPortal>}
        <Ghost />
        {dragged && dragged.guides.length > 0 && <ViewportPortal><svg className="guides" overflow="visible" width={1} height={1}>{dragged.guides.map(({ from, to }, index) => <path key={index} d={`M${from[0]},${from[1]}L${to[0]},${to[1]}`} />)}</svg></ViewportPortal>}
        <svg className="defs" aria-hidden="true"><defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerUnits="userSpaceOnUse" markerWidth="10" markerHeight="10" orient="auto-start-reverse"><path d="M0,0.5L8,4L0,7.5z" /></marker></defs></svg>
      </ReactFlow>
      {drawing.nodes.length > 0 && <MiniMap />}
    </div>
  );

  function drop(): void {
    if (dragged) editor.edit(move(dragged.places));
    setDragged(null);
  }
}

function usePane(): React.RefObject<HTMLDivElement | null> {
  const pane = useRef<HTMLDivElement>(null);
  const flow = useReactFlow();
  const ready = useStore((state) => state.width > 0 && state.panZoom !== null);
  useEffect(() => {
    if (!ready || !pane.current) return;
    camera.attach(flow, pane.current);
    if (isNarrow()) editor.set({ panels: { ...editor.now.panels, palette: false } });
    camera.open();
  }, [ready, flow]);
  return pane;
}

interface Dragged {
  // Where parts are while they are dragged; the drawing hears of it when they are dropped.
  readonly places: ReadonlyMap<string, Point>;
  readonly guides: readonly Guide[];
}

function afterChanges(changes: readonly NodeChange<Part>[], before: Dragged | null): Dragged | null {
  const moved = changes.flatMap((change): [string, Point][] => (change.type === "position" && change.dragging && change.position ? [[change.id, [change.position.x, change.position.y]]] : []));
  const picked = changes.filter((change) => change.type === "select");
  if (picked.length) queueMicrotask(() => pick(picked));
  if (moved.length === 0) return before;
  const { settled, guides } = inLine(moved);
  return { places: new Map([...(before?.places ?? []), ...settled, ...carried(settled)]), guides };
}

// A single step lines up with those around it; several keep their places among each other.
function inLine(moved: readonly [string, Point][]): { settled: readonly [string, Point][]; guides: readonly Guide[] } {
  const { drawing, kinds } = editor.now;
  const boxes = boxesOf(drawing, kinds);
  const [id, at] = moved[0] ?? ["", [0, 0]];
  const own = boxes.of.get(id);
  if (moved.length > 1 || !own) return { settled: moved, guides: [] };
  const lined = linedUp({ ...own, x: at[0], y: at[1] }, boxes, (other) => other !== own);
  return { settled: [[id, lined.at]], guides: lined.guides };
}

// What stands inside a group that is dragged goes along.
function carried(moved: readonly (readonly [string, Point])[]): readonly [string, Point][] {
  const { drawing, kinds } = editor.now;
  const own = new Set(moved.map(([id]) => id));
  return moved.flatMap(([id, [x, y]]): [string, Point][] => {
    const group = notesOf(drawing).find((note) => note.id === id && isGroup(note));
    if (!group) return [];
    const inside = members(drawing, kinds, id);
    const parts = [...drawing.nodes.map((step) => ({ id: step.id, at: place(step) })), ...notesOf(drawing)].filter((part) => inside.has(part.id) && !own.has(part.id));
    return parts.map((part) => [part.id, [part.at[0] + x - group.at[0], part.at[1] + y - group.at[1]]]);
  });
}

function pick(changes: readonly { id: string; selected: boolean }[]): void {
  const selected = new Set(editor.now.selected);
  for (const { id, selected: isSelected } of changes) {
    if (isSelected) selected.add(id);
    else selected.delete(id);
  }
  if (changes.some((change) => change.selected) || !editor.now.edge) editor.select(selected);
}

// While an edge is drawn, only what it may lead to is lit.
function wiring(_: unknown, from: { nodeId: string | null; handleId: string | null; handleType: string | null }): void {
  const { drawing, kinds } = editor.now;
  if (!from.nodeId) return;
  const origin = from.handleType === "source" ? { from: from.nodeId, port: from.handleId ?? "out" } : null;
  const lit = origin ? targets(drawing, kinds, origin) : new Set(origins(drawing, kinds, from.nodeId).map((each) => each.from));
  editor.enter({ is: "wiring", origin, lit });
}

function isLit({ source, target }: { source: string; target: string }): boolean {
  const { mode } = editor.now;
  return mode.is !== "wiring" || mode.lit.has(mode.origin ? target : source);
}

function connected({ source, sourceHandle, target }: Connection): void {
  const { kinds } = editor.now;
  editor.edit(connect({ from: source, port: sourceHandle ?? "out" }, target, kinds));
}

// An edge that is dropped on nothing asks what shall follow.
function wired(event: MouseEvent | TouchEvent, state: FinalConnectionState): void {
  const { mode } = editor.now;
  editor.set({ mode: IDLE });
  if (state.toNode || state.toHandle || mode.is !== "wiring" || !mode.origin) return;
  const point = "changedTouches" in event ? event.changedTouches[0] : event;
  if (!point) return;
  const [x, y] = camera.at(point.clientX, point.clientY);
  editor.enter({ is: "adding", at: snapped([x, y - HEAD / 2]), screen: [point.clientX, point.clientY], after: mode.origin });
}

function paneClicked(event: React.MouseEvent, isFar: boolean): void {
  editor.idle();
  editor.select(NOTHING);
  editor.set({ edge: null, shown: null });
  if (!isFar) return;
  const [x, y] = camera.at(event.clientX, event.clientY);
  const { drawing, kinds } = editor.now;
  const hit = drawing.nodes.find((step) => within([x, y], place(step), sizeOf(step, kinds)));
  if (hit) editor.select([hit.id]);
  camera.centre([x, y], 0.8);
}

const within = ([x, y]: Point, [left, top]: Point, [width, height]: Point): boolean => x >= left && y >= top && x <= left + width && y <= top + height;

function doubleClicked(event: React.MouseEvent): void {
  if (!(event.target instanceof Element) || !event.target.closest(".react-flow__pane")) return;
  commands.startAdding(snapped(camera.at(event.clientX, event.clientY)), [event.clientX, event.clientY]);
}

function dragOver(event: React.DragEvent): void {
  if (!event.dataTransfer.types.includes(KIND_TYPE)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "copy";
}

// A kind from the palette: on an edge it is inserted there, anywhere else it is put down.
function dropped(event: React.DragEvent): void {
  const { kinds, drawing } = editor.now;
  const kind = kinds.get(event.dataTransfer.getData(KIND_TYPE));
  if (!kind) return;
  event.preventDefault();
  const under = document.elementsFromPoint(event.clientX, event.clientY).map((each) => each.closest(".react-flow__edge")?.getAttribute("data-id")).find(Boolean);
  const edge = drawing.edges.find((each) => each.id === under);
  const [x, y] = camera.at(event.clientX, event.clientY);
  const made = (edge && insertOn(drawing, kinds, kind, edge)) ?? putAt(drawing, kind, [x - WIDTH / 2, y - HEAD / 2]);
  editor.edit(made.change);
  editor.select([made.id]);
  camera.focus();
}

