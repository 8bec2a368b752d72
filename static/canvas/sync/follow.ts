// What happens when somebody else has saved: with nothing unsaved here, their drawing comes in at once; otherwise it is a
// conflict, which autosave tells of. Nothing is ever written over from here. While theirs cannot be asked for, it is tried
// again, a little later each time.

import { merged } from "../kernels/merge.ts";
import type { Drawing } from "../model/document.ts";
import { readDrawing } from "../model/read.ts";
import type { Api } from "./api.ts";
import { AGAIN_MS, type Autosave, type Clock, passes, revisionOf } from "./autosave.ts";
import type { DraftTold } from "./presence.ts";

export interface Screen {
  // One's own drawing, and how theirs is put in its place.
  readonly mine: Drawing;
  adopt(theirs: Drawing, by: string): void;
}

export class Follower {
  private newest: DraftTold | null = null;
  private under = false;
  private timer: unknown = null;
  private failures = 0;
  private hasLeft = false;

  constructor(
    private readonly api: Api,
    // Null where there is nothing to save: then `etag` is what was read.
    private readonly autosave: Autosave | null,
    private etag: string,
    private readonly screen: Screen,
    private readonly clock: Clock,
  ) {}

  async hear(told: DraftTold): Promise<void> {
    this.newest = told;
    if (this.under) return;
    this.under = true;
    this.clock.cancel(this.timer);
    try {
      for (let last: DraftTold | null = null; this.newest !== last; ) {
        last = this.newest;
        await this.catchUp(last);
      }
    } finally {
      this.under = false;
    }
  }

  // Nothing is brought in any more.
  leave(): void {
    this.hasLeft = true;
    this.clock.cancel(this.timer);
  }

  private get known(): number {
    return revisionOf(this.autosave?.etag ?? this.etag);
  }

  private async catchUp(told: DraftTold): Promise<void> {
    // Our own save may be told before it is answered.
    await this.autosave?.settled();
    if (told.revision <= this.known) return;
    if (this.autosave && !this.autosave.isSaved) return this.autosave.overtaken(told.by);
    const answer = await this.api.draft();
    if (this.hasLeft) return;
    if (!answer.ok) return passes(answer) ? this.later(told) : undefined;
    this.failures = 0;
    const read = readDrawing(answer.value);
    if (!read.ok || revisionOf(answer.etag) <= this.known) return;
    // Somebody typed while we asked.
    if (this.autosave && !this.autosave.isSaved) return this.autosave.overtaken(told.by);
    this.take(read.value, answer.etag, told.by);
  }

  private later(told: DraftTold): void {
    const again = AGAIN_MS[Math.min(this.failures, AGAIN_MS.length - 1)] ?? 15_000;
    this.failures += 1;
    this.clock.cancel(this.timer);
    this.timer = this.clock.after(again, () => void this.hear(told));
  }

  private take(theirs: Drawing, etag: string, by: string): void {
    // Parts that are the same stay the very same, so that only what they changed is drawn anew.
    const shared = merged(this.screen.mine, this.screen.mine, theirs);
    const drawing = shared.ok ? shared.drawing : theirs;
    this.etag = etag;
    this.autosave?.adopt(etag, drawing);
    this.screen.adopt(drawing, by);
  }
}
