// Who else has this drawing open, and who has saved it meanwhile: the drawing's websocket. It comes back by itself when the
// line breaks; after a refusal (signed out) it waits to be woken.

import type { Clock } from "./autosave.ts";

export interface Other {
  readonly name: string;
  readonly since: string;
  // The same person in another window.
  readonly you: boolean;
}

export interface DraftTold {
  readonly revision: number;
  readonly by: string;
}

export interface Hears {
  draft(told: DraftTold): void;
  others(others: readonly Other[]): void;
}

export type Socket = Pick<WebSocket, "close"> & {
  onmessage: ((event: MessageEvent<string>) => unknown) | null;
  onclose: ((event: CloseEvent) => unknown) | null;
};

const AGAIN_MS = [1_000, 2_000, 5_000, 10_000, 15_000];
const REFUSED = 4_400;

export class Presence {
  private socket: Socket | null = null;
  private timer: unknown = null;
  private failures = 0;
  private hasLeft = false;

  constructor(
    private readonly open: () => Socket,
    private readonly hears: Hears,
    private readonly clock: Clock,
  ) {
    this.attend();
  }

  // There is reason to think that the line is up again.
  wake(): void {
    if (this.socket || this.hasLeft) return;
    this.clock.cancel(this.timer);
    this.attend();
  }

  leave(): void {
    this.hasLeft = true;
    this.clock.cancel(this.timer);
    this.socket?.close();
  }

  private attend(): void {
    const socket = this.open();
    this.socket = socket;
    socket.onmessage = ({ data }) => this.take(data);
    socket.onclose = ({ code }) => this.lost(socket, code);
  }

  private take(text: string): void {
    const told = JSON.parse(text) as { type?: string; others?: readonly Other[]; revision?: number; by?: string };
    this.failures = 0;
    if (told.type === "draft" && typeof told.revision === "number") this.hears.draft({ revision: told.revision, by: told.by ?? "" });
    if (told.type === "others" && Array.isArray(told.others)) this.hears.others(told.others);
  }

  // Who is here is not known while the line is down: nobody is shown rather than somebody who may have gone.
  private lost(socket: Socket, code: number): void {
    if (this.socket !== socket) return;
    this.socket = null;
    this.hears.others([]);
    if (this.hasLeft || code >= REFUSED) return;
    this.timer = this.clock.after(AGAIN_MS[Math.min(this.failures, AGAIN_MS.length - 1)] ?? 15_000, () => this.wake());
    this.failures += 1;
  }
}
