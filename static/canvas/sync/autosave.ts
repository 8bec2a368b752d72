// Keeps the server's draft as the drawing is: a save soon after the last change, one at a time, again and again while the
// line is broken, and never over somebody else's work. What it says is shown all the time.

import type { Drawing } from "../model/document.ts";
import type { Api, Refusal } from "./api.ts";

export type Saving =
  | { readonly state: "saved" | "waiting" | "saving" }
  | { readonly state: "offline"; readonly again: number }
  | { readonly state: "refused"; readonly why: string }
  | { readonly state: "conflict"; readonly who: string; readonly theirs: Drawing; readonly etag: string };

export interface Clock {
  after(ms: number, what: () => void): unknown;
  cancel(timer: unknown): void;
}

export const PAUSE_MS = 800;
const AGAIN_MS = [1_000, 2_000, 5_000, 10_000, 15_000];

export class Autosave {
  // The newest drawing that the server does not have; null when it has all.
  private pending: Drawing | null = null;
  private under: Promise<void> | null = null;
  private timer: unknown = null;
  private failures = 0;
  // Refused: the next change is tried. Conflict: nothing is saved before somebody has chosen.
  private stopped: "" | "refused" | "conflict" = "";

  constructor(
    private readonly api: Api,
    public etag: string,
    private readonly told: (saving: Saving) => void,
    private readonly clock: Clock,
  ) {}

  get isSaved(): boolean {
    return this.pending === null && this.under === null && this.stopped === "";
  }

  changed(drawing: Drawing): void {
    this.pending = drawing;
    if (this.stopped === "conflict") return;
    this.stopped = "";
    if (this.failures > 0) return;
    this.told({ state: "waiting" });
    this.schedule(PAUSE_MS);
  }

  // Saves at once whatever is not saved; true when the server has it.
  async flush(): Promise<boolean> {
    this.clock.cancel(this.timer);
    while (this.under) await this.under;
    if (this.pending && this.stopped === "") await this.run();
    return this.isSaved;
  }

  // Ends a conflict: this drawing is saved over the revision that was shown as theirs.
  async overwrite(drawing: Drawing, etag: string): Promise<boolean> {
    Object.assign(this, { etag, pending: drawing, stopped: "", failures: 0 });
    return this.flush();
  }

  // Ends a conflict: what the server has is on screen now.
  adopt(etag: string): void {
    Object.assign(this, { etag, pending: null, stopped: "", failures: 0 });
    this.told({ state: "saved" });
  }

  private schedule(ms: number): void {
    this.clock.cancel(this.timer);
    this.timer = this.clock.after(ms, () => void this.run());
  }

  private run(): Promise<void> {
    this.under ??= this.send().finally(() => {
      this.under = null;
      if (this.pending && this.stopped === "" && this.failures === 0) this.schedule(PAUSE_MS);
    });
    return this.under;
  }

  private async send(): Promise<void> {
    const drawing = this.pending;
    if (!drawing || this.stopped) return;
    this.pending = null;
    this.told({ state: "saving" });
    const answer = await this.api.save(drawing, this.etag);
    if (!answer.ok) return this.failed(drawing, answer);
    [this.etag, this.failures] = [answer.etag, 0];
    this.told({ state: this.pending ? "waiting" : "saved" });
  }

  private async failed(drawing: Drawing, answer: Refusal): Promise<void> {
    this.pending ??= drawing;
    if (answer.status === 412) return this.conflict(answer.who);
    const passing = answer.status === 0 || answer.status === 429 || answer.status >= 500;
    if (passing) return this.later();
    this.stopped = "refused";
    this.told({ state: "refused", why: answer.errors[0]?.message ?? answer.detail });
  }

  private async conflict(who: string): Promise<void> {
    const theirs = await this.api.draft();
    if (!theirs.ok) return this.later();
    this.stopped = "conflict";
    this.failures = 0;
    this.told({ state: "conflict", who, theirs: theirs.value, etag: theirs.etag });
  }

  private later(): void {
    const again = AGAIN_MS[Math.min(this.failures, AGAIN_MS.length - 1)] ?? 15_000;
    this.failures += 1;
    this.told({ state: "offline", again });
    this.schedule(again);
  }
}
