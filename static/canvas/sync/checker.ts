// Asks the server what is wrong with the drawing, shortly after each pause; an answer to an older drawing is dropped.

import type { Problem } from "../kernels/repair.ts";
import type { Drawing } from "../model/document.ts";
import type { Api } from "./api.ts";
import type { Clock } from "./autosave.ts";

export const CHECK_AFTER_MS = 150;

export interface Checked {
  // The drawing that was checked: places inside it are counted in it.
  readonly drawing: Drawing;
  readonly problems: readonly Problem[];
}

export class Checker {
  private newest: Drawing | null = null;
  private timer: unknown = null;
  private under = false;

  constructor(
    private readonly api: Api,
    private readonly told: (checked: Checked) => void,
    private readonly clock: Clock,
  ) {}

  changed(drawing: Drawing): void {
    this.newest = drawing;
    this.clock.cancel(this.timer);
    this.timer = this.clock.after(CHECK_AFTER_MS, () => void this.run());
  }

  private async run(): Promise<void> {
    const drawing = this.newest;
    if (!drawing || this.under) return;
    this.under = true;
    const answer = await this.api.check(drawing);
    this.under = false;
    if (this.newest !== drawing) return this.run();
    if (answer.ok) this.told({ drawing, problems: answer.value.problems });
  }
}
