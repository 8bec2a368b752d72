// Asks the server how a problem can be mended. What it said is kept for as long as the drawing is the same; questions go
// one after the other, so that looking at a list never keeps the server busy.

import { keyOf } from "../kernels/problems.ts";
import type { Drawing } from "../model/document.ts";
import type { Problem, Repair, Repairs } from "../model/problem.ts";
import { readDrawing } from "../model/read.ts";
import type { Asking } from "./api.ts";

const NONE: Repairs = { repairs: [], elsewhere: [] };

export class Menders {
  private readonly known = new WeakMap<Drawing, Map<string, Promise<Repairs | null>>>();
  private queue: Promise<unknown> = Promise.resolve();

  // `newest` is the drawing on screen: what was asked of an older one is not asked any more.
  constructor(
    private readonly asking: Asking,
    private readonly slug: string,
    private readonly newest: () => Drawing,
  ) {}

  // Null: there is no answer to be had just now.
  of(drawing: Drawing, problem: Problem): Promise<Repairs | null> {
    const kept = this.known.get(drawing) ?? new Map<string, Promise<Repairs | null>>();
    this.known.set(drawing, kept);
    const key = keyOf(problem);
    const before = kept.get(key);
    if (before) return before;
    const asked = this.inTurn(async () => (this.newest() === drawing ? this.ask(drawing, problem) : null));
    kept.set(key, asked);
    void asked.then((found) => found ?? kept.delete(key));
    return asked;
  }

  // All that can be mended without a choice, as one repair; null where there is nothing of the sort.
  async all(drawing: Drawing): Promise<Repair | null | "unreachable"> {
    const answer = await this.asking<{ repair: Repair | null }>("POST", `/workflows/${this.slug}/mend/`, { document: drawing });
    if (!answer.ok) return "unreachable";
    return answer.value.repair && (readable([answer.value.repair])[0] ?? null);
  }

  async makeQueue(name: string): Promise<string | null> {
    const answer = await this.asking<unknown>("POST", "/canvas/queues/", { name });
    return answer.ok ? null : (answer.errors[0]?.message ?? answer.detail);
  }

  private inTurn<T>(what: () => Promise<T>): Promise<T> {
    const done = this.queue.then(what);
    this.queue = done.catch(() => null);
    return done;
  }

  private async ask(drawing: Drawing, problem: Problem): Promise<Repairs | null> {
    const { code, nodes, edges, path, message } = problem;
    const answer = await this.asking<Repairs>("POST", `/workflows/${this.slug}/repairs/`, { document: drawing, problem: { code, nodes, edges, path, message } });
    if (!answer.ok) return isPassing(answer.status) ? null : NONE;
    return { ...answer.value, repairs: readable(answer.value.repairs) };
  }
}

// No line, nobody signed in, too much asked, or a server in trouble: the same question may be answered later.
const isPassing = (status: number): boolean => status === 0 || status === 401 || status === 429 || status >= 500;

// A repair that is no drawing is none.
function readable(repairs: readonly Repair[]): readonly Repair[] {
  return repairs.flatMap((repair) => {
    const read = readDrawing(repair.document);
    return read.ok ? [{ ...repair, document: read.value }] : [];
  });
}

// The one of this page, once it is open.
let open: Menders | null = null;

export function mendBy(menders: Menders): void {
  open = menders;
}

export const menders = (): Menders | null => open;
