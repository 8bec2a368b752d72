// Keeps the server's draft as the drawing is: a save soon after the last change, one at a time, again and again while the
// line is broken, and never over somebody else's work. What it says is shown all the time.

import { same } from "../kernels/same.ts";
import type { Drawing } from "../model/document.ts";
import { readDrawing } from "../model/read.ts";
import type { Api, Refusal } from "./api.ts";

export type Saving =
  | { readonly state: "saved" | "waiting" | "saving" }
  | { readonly state: "offline"; readonly again: number }
  | { readonly state: "refused"; readonly why: string }
  // `other`: who is signed in now in this browser instead; "" for nobody.
  | { readonly state: "signed-out"; readonly other: string }
  // `base`: what both began from, where that is still known.
  | { readonly state: "conflict"; readonly who: string; readonly theirs: Drawing; readonly etag: string; readonly base: Drawing | null };

export interface Clock {
  after(ms: number, what: () => void): unknown;
  cancel(timer: unknown): void;
}

export const PAUSE_MS = 800;
export const AGAIN_MS = [1_000, 2_000, 5_000, 10_000, 15_000];
const SIGNED_OUT_MS = 3_000;

// The number in an ETag such as "r12"; 0 where there is none.
export const revisionOf = (etag: string): number => Number(/^"r(\d+)"$/.exec(etag)?.[1] ?? 0);

// Whether what was refused may go through when it is tried again as it is.
export const passes = ({ status }: Refusal): boolean => status === 0 || status === 429 || status >= 500;

export class Autosave {
  // The newest drawing that the server does not have; null when it has all.
  private pending: Drawing | null = null;
  private sending: Drawing | null = null;
  private under: Promise<void> | null = null;
  private timer: unknown = null;
  private failures = 0;
  // Refused: the next change is tried. Conflict: nothing is saved before somebody has chosen.
  private stopped: "" | "refused" | "conflict" = "";
  private signedOut = false;
  // How often somebody has chosen, or theirs has come in.
  private chosen = 0;
  private who = "";

  constructor(
    private readonly api: Api,
    public etag: string,
    private readonly told: (saving: Saving) => void,
    private readonly clock: Clock,
    // What the server has under `etag`; null where that is not known.
    public base: Drawing | null = null,
    private readonly person = "",
  ) {}

  get isSaved(): boolean {
    return this.pending === null && this.under === null && this.stopped === "";
  }

  // The drawing that the server does not have, or that is on its way to it.
  get unsaved(): Drawing | null {
    return this.pending ?? this.sending;
  }

  changed(drawing: Drawing): void {
    // What came from the server needs no saving.
    if (drawing === this.base && this.isSaved) return;
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

  // Waits for the save that is under way, if one is.
  async settled(): Promise<void> {
    while (this.under) await this.under;
  }

  // Somebody else has saved, and there is something here that is not.
  async overtaken(by: string): Promise<void> {
    if (this.stopped === "conflict") return this.conflict(by);
    await this.flush();
  }

  // Ends a conflict: this drawing is saved over the revision that was shown as theirs.
  async overwrite(drawing: Drawing, etag: string, theirs: Drawing | null = null): Promise<boolean> {
    this.chosen += 1;
    Object.assign(this, { etag, base: theirs, pending: drawing, stopped: "", failures: 0 });
    return this.flush();
  }

  // Ends a conflict: what the server has is on screen now.
  adopt(etag: string, base: Drawing | null = null): void {
    this.chosen += 1;
    Object.assign(this, { etag, base, pending: null, stopped: "", failures: 0 });
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
    if (this.signedOut && !(await this.isBack())) return;
    this.pending = null;
    this.sending = drawing;
    this.told({ state: "saving" });
    const answer = await this.api.save(drawing, this.etag);
    this.sending = null;
    if (!answer.ok) return this.failed(drawing, answer);
    Object.assign(this, { etag: answer.etag, base: drawing, failures: 0 });
    this.told({ state: this.pending ? "waiting" : "saved" });
  }

  private async failed(drawing: Drawing, answer: Refusal): Promise<void> {
    this.pending ??= drawing;
    if (answer.status === 412) return this.conflict(answer.who);
    if (answer.status === 401) return this.awaitPerson("");
    if (passes(answer)) return this.later();
    this.stopped = "refused";
    this.told({ state: "refused", why: answer.errors[0]?.message ?? answer.detail });
  }

  private async conflict(who: string): Promise<void> {
    const { chosen } = this;
    const found = await this.api.draft();
    // Somebody chose while we asked: what is on the way is about a conflict that is over.
    if (chosen !== this.chosen) return;
    const theirs = found.ok ? readDrawing(found.value) : null;
    if (!found.ok || !theirs?.ok) return this.later();
    // Both came to the same: there is nothing to choose between.
    if (same(this.pending, theirs.value)) return this.adopt(found.etag, this.pending);
    this.stopped = "conflict";
    this.failures = 0;
    this.who = who || this.who;
    this.told({ state: "conflict", who: this.who, theirs: theirs.value, etag: found.etag, base: this.base });
  }

  // Saving goes on only for the person who drew: what she left is not saved in somebody else's name.
  private async isBack(): Promise<boolean> {
    const me = await this.api.me();
    const back = me.ok && (this.person === "" || me.value.name === this.person);
    if (!back) this.awaitPerson(me.ok ? me.value.name : "");
    this.signedOut = !back;
    return back;
  }

  private awaitPerson(other: string): void {
    Object.assign(this, { signedOut: true, failures: 1 });
    this.told({ state: "signed-out", other });
    this.schedule(SIGNED_OUT_MS);
  }

  private later(): void {
    const again = AGAIN_MS[Math.min(this.failures, AGAIN_MS.length - 1)] ?? 15_000;
    this.failures += 1;
    this.told({ state: "offline", again });
    this.schedule(again);
  }
}
