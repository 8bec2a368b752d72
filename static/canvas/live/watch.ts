// Follows a run over the websocket of the contract and keeps the overlay as the run is. Comes back when the line breaks.

import { editor } from "../editor.ts";
import { wiring } from "../model/wiring.ts";
import { type RunEvent, QUIET, after, perFrame } from "./overlay.ts";

const AGAIN_MS = 2_000;

// Takes one event of a run; what comes within a frame is painted together.
export const take: (event: RunEvent) => void = perFrame((what) => requestAnimationFrame(what), (events: readonly RunEvent[]) => {
  const { drawing, overlay } = editor.now;
  const edgesOf = (node: string, port: string): readonly string[] => (wiring(drawing).outgoing.get(node) ?? []).filter((edge) => edge.port === port).map((edge) => edge.id);
  editor.set({ overlay: after(overlay, events, edgesOf) });
});

export function watch(runId: string): () => void {
  let [seq, left] = [0, false];
  let socket: WebSocket | null = null;
  editor.set({ overlay: QUIET });
  const open = (): void => {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    socket = new WebSocket(`${scheme}//${location.host}/ws/runs/${encodeURIComponent(runId)}/?after=${seq}`);
    socket.addEventListener("message", (message: MessageEvent<string>) => {
      const told = JSON.parse(message.data) as { type: string; event?: RunEvent };
      if (told.type !== "event" || !told.event) return;
      seq = told.event.seq;
      take(told.event);
    });
    // 1000 is the run's end, 4400 and above a refusal: there is nothing to come back for.
    socket.addEventListener("close", (closed) => !left && closed.code !== 1000 && closed.code < 4400 && setTimeout(open, AGAIN_MS));
  };
  open();
  return () => {
    left = true;
    socket?.close();
    editor.set({ overlay: QUIET });
  };
}
