// Asks the server what is wrong with the drawing, shortly after each pause. It says at each moment whether what was found
// is about the drawing on screen; an answer to an older drawing is dropped, and its question called off.

import { sameMeaning } from "../kernels/problems.ts";
import type { Drawing } from "../model/document.ts";
import type { Checking, Problem } from "../model/problem.ts";
import type { Answer, Api } from "./api.ts";
import type { Clock } from "./autosave.ts";

export const CHECK_AFTER_MS = 150;
const LEAST_MS = 40;
// What a pause and its answer may take together; the rest of 300 ms is for painting.
const WITHIN_MS = 170;
const AGAIN_MS = [1_000, 2_000, 5_000, 10_000, 15_000];

// `problems`: what was found, and of which drawing; places inside it are counted in it. Without, only the state is new.
export interface Checked {
  readonly checking: Checking;
  readonly found?: { readonly drawing: Drawing; readonly problems: readonly Problem[] };
}

type Found = NonNullable<Checked["found"]>;

export class Checker {
  private newest: Drawing | null = null;
  private last: Found | null = null;
  private timer: unknown = null;
  private under: AbortController | null = null;
  private failures = 0;
  // How long the last answer took: a slow one is asked for earlier, so that both together stay within bounds.
  private took = 0;

  constructor(
    private readonly api: Pick<Api, "check">,
    private readonly told: (checked: Checked) => void,
    private readonly clock: Clock,
    private readonly now: () => number = () => performance.now(),
  ) {}

  changed(drawing: Drawing): void {
    this.newest = drawing;
    this.callOff();
    if (this.last && this.failures === 0 && sameMeaning(this.last.drawing, drawing)) return this.settle({ ...this.last, drawing });
    this.told({ checking: { is: "under way" } });
    this.schedule(Math.max(LEAST_MS, Math.min(CHECK_AFTER_MS, WITHIN_MS - this.took)));
  }

  // Asks at once: the line is up again, or somebody wants to know now.
  again(): void {
    if (!this.newest) return;
    this.callOff();
    this.last = null;
    this.told({ checking: { is: "under way" } });
    void this.run();
  }

  private callOff(): void {
    this.clock.cancel(this.timer);
    this.under?.abort();
    this.under = null;
  }

  private schedule(ms: number): void {
    this.clock.cancel(this.timer);
    this.timer = this.clock.after(ms, () => void this.run());
  }

  private settle(found: Found): void {
    this.last = found;
    this.told({ checking: { is: "current" }, found });
  }

  private async run(): Promise<void> {
    const drawing = this.newest;
    if (!drawing) return;
    const own = new AbortController();
    this.under = own;
    const begun = this.now();
    const answer = await this.api.check(drawing, own.signal);
    if (this.under !== own) return;
    this.under = null;
    this.took = this.now() - begun;
    if (answer.ok) {
      this.failures = 0;
      this.settle({ drawing, problems: answer.value.problems });
    } else this.failed(answer);
  }

  private failed(answer: Extract<Answer<unknown>, { ok: false }>): void {
    const passing = answer.status === 0 || answer.status === 429 || answer.status >= 500;
    if (!passing) return this.told({ checking: { is: "refused", why: answer.errors[0]?.message ?? answer.detail } });
    const wait = AGAIN_MS[Math.min(this.failures, AGAIN_MS.length - 1)] ?? 15_000;
    this.failures += 1;
    this.told({ checking: { is: "offline" } });
    this.schedule(wait);
  }
}
