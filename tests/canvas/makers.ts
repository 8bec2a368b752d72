// Drawings and stand-ins that the tests share.

import kindsJson from "./kinds.json";
import type { Drawing, Edge, Step } from "../../static/canvas/model/document.ts";
import type { Kind, Kinds } from "../../static/canvas/model/kinds.ts";
import type { Api, Answer } from "../../static/canvas/sync/api.ts";
import type { Clock } from "../../static/canvas/sync/autosave.ts";

export const served = kindsJson as unknown as readonly Kind[];
export const kinds: Kinds = new Map(served.map((kind) => [kind.kind, kind]));

const CONFIGS: Readonly<Record<string, Step["config"]>> = {
  "escalate.review": { question: "?", choices: [{ name: "approve" }, { name: "reject" }], due_hours: 24 },
  "decide.rule": { choices: [{ name: "yes", when: "true" }], otherwise: "no" },
};

export const step = (id: string, kind: string, x = 0, y = 0, more: Partial<Step> = {}): Step => ({ id, kind, name: id, config: CONFIGS[kind] ?? {}, at: [x, y], ...more });

// Edges as text: "a.port b"; `a.port b loop` goes back.
export function drawing(nodes: readonly Step[], ways: readonly string[], more: Partial<Drawing> = {}): Drawing {
  const edges = ways.map((way, index): Edge => {
    const [origin = "", to = "", loop] = way.split(" ");
    const [from = "", port = ""] = origin.split(".");
    return { id: `e${index + 1}`, from, port, to, ...(loop ? { loop: { max: 2 } } : {}) };
  });
  return { format: "interlock/1", input: {}, nodes, edges, ...more };
}

// start → check → act → end; doubts go to a review that may pass them on.
export const guarded = drawing(
  [step("check", "verify.rules", 240, 0), step("act", "execute.email", 480, 0), step("review", "escalate.review", 480, 240), step("end", "outcome", 720, 0), step("stopped", "outcome", 720, 240, { config: { kind: "stopped" } })],
  ["start.out check", "check.pass act", "check.fail review", "check.unsure review", "review.approve act", "review.reject stopped", "review.overdue stopped", "act.done end"],
);

export const ways = (of: Drawing): string[] => of.edges.map((edge) => `${edge.from}.${edge.port} ${edge.to}${edge.loop ? " loop" : ""}${edge.after_loop ? ` after ${edge.after_loop}` : ""}`);

export class HandClock implements Clock {
  private timers: { at: number; what: () => void }[] = [];
  private time = 0;

  after(ms: number, what: () => void): unknown {
    const timer = { at: this.time + ms, what };
    this.timers.push(timer);
    return timer;
  }

  cancel(timer: unknown): void {
    this.timers = this.timers.filter((each) => each !== timer);
  }

  async pass(ms: number): Promise<void> {
    this.time += ms;
    const due = this.timers.filter((each) => each.at <= this.time);
    this.timers = this.timers.filter((each) => each.at > this.time);
    for (const { what } of due) what();
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  }
}

// A server with one draft: saves only over the revision that it has, as the real one does.
export class FakeServer {
  revision = 1;
  draftNow: Drawing;
  reachable = true;
  refuses: string | null = null;
  // Who is signed in; "" for nobody.
  person = "ada";
  saves = 0;

  constructor(first: Drawing) {
    this.draftNow = first;
  }

  get etag(): string {
    return `"r${this.revision}"`;
  }

  savedBySomebodyElse(drawing_: Drawing): void {
    this.draftNow = drawing_;
    this.revision += 1;
  }

  api(): Api {
    const no = (status: number, code: string, detail: string): Answer<never> => ({ ok: false, status, code, detail, errors: [], who: "rui", current: this.etag });
    const never = (): Promise<never> => Promise.reject(new Error("not asked here"));
    return {
      kinds: never, check: async () => ({ ok: true, value: { problems: [] }, etag: "" }), publish: never, copy: never,
      versions: never, version: never, compare: never, needs: never, makeQueue: never,
      me: async () => (this.reachable && this.person ? { ok: true, value: { name: this.person }, etag: "" } : no(0, "unreachable", "")),
      draft: async () => (this.reachable ? { ok: true, value: this.draftNow, etag: this.etag } : no(0, "unreachable", "")),
      save: async (next, etag) => {
        if (!this.reachable) return no(0, "unreachable", "");
        if (!this.person) return no(401, "unauthenticated", "Sign in.");
        if (this.refuses) return no(422, "malformed", this.refuses);
        if (etag !== this.etag) return no(412, "stale", "Somebody has saved.");
        this.savedBySomebodyElse(next);
        this.saves += 1;
        return { ok: true, value: next, etag: this.etag };
      },
    };
  }
}
