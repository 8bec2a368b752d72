// Follows a run over the websocket of the contract and keeps the overlay as the run is. Comes back when the line breaks.

import { editor } from "../editor.ts";
import { wiring } from "../model/wiring.ts";
import { type Overlay, type RunEvent, QUIET, after, perFrame } from "./overlay.ts";

const AGAIN_MS = 2_000;

// Who follows beside the drawing: what came since the last frame, and how the line is. `refused` is for good.
export interface Hears {
  events(events: readonly RunEvent[]): void;
  line(is: "up" | "down" | "refused"): void;
}

const frame = (what: () => void): unknown => requestAnimationFrame(what);

// Takes one event of a run that nobody follows here; what comes within a frame is painted together.
export const take: (event: RunEvent) => void = perFrame(frame, (events: readonly RunEvent[]) => editor.set({ overlay: lit(events) }));

// The overlay as it is after these events.
export function lit(events: readonly RunEvent[]): Overlay {
  const { drawing, overlay } = editor.now;
  const edgesOf = (node: string, port: string): readonly string[] => (wiring(drawing).outgoing.get(node) ?? []).filter((edge) => edge.port === port).map((edge) => edge.id);
  return after(overlay, events, edgesOf);
}

const LIGHTS: Hears = { events: (events) => editor.set({ overlay: lit(events) }), line: () => undefined };

export function watch(runId: string, hears: Hears = LIGHTS): () => void {
  let [seq, left] = [0, false];
  let socket: WebSocket | null = null;
  editor.set({ overlay: QUIET });
  const gather = perFrame(frame, (events: readonly RunEvent[]) => !left && hears.events(events));
  const open = (): void => {
    if (left) return;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    socket = new WebSocket(`${scheme}//${location.host}/ws/runs/${encodeURIComponent(runId)}/?after=${seq}`);
    socket.addEventListener("open", () => !left && hears.line("up"));
    socket.addEventListener("message", (message: MessageEvent<string>) => {
      const told = JSON.parse(message.data) as { type: string; event?: RunEvent };
      if (told.type !== "event" || !told.event || told.event.seq <= seq) return;
      seq = told.event.seq;
      gather(told.event);
    });
    // 1000 is the run's end, 4400 and above a refusal: there is nothing to come back for.
    socket.addEventListener("close", (closed) => {
      if (left || closed.code === 1000) return;
      hears.line(closed.code < 4400 ? "down" : "refused");
      if (closed.code < 4400) setTimeout(open, AGAIN_MS);
    });
  };
  open();
  return () => {
    left = true;
    socket?.close();
    editor.set({ overlay: QUIET });
  };
}
