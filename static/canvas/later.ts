// A part of the page that comes after the first sight of the drawing: fetched once there is time, so that it is there
// before anybody asks for it or the line breaks. `view/Rarely.tsx` draws with it, `main` sets it off. It draws nothing.

export type Coming<T> = { readonly is: "there"; readonly part: T } | { readonly is: "coming" } | { readonly is: "missing" };

export class Later<T> {
  private coming: Coming<T> = { is: "coming" };
  private under: Promise<void> | null = null;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly fetching: () => Promise<T>) {}

  readonly now = (): Coming<T> => this.coming;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  // One fetch at a time; after a failed one it is tried again, and what is there is never fetched anew.
  fetch(): Promise<void> {
    if (this.coming.is === "there") return Promise.resolve();
    if (!this.under && this.coming.is === "missing") this.became({ is: "coming" });
    this.under ??= this.fetching().then((part): Coming<T> => ({ is: "there", part }), (): Coming<T> => ({ is: "missing" })).then((found) => {
      this.under = null;
      this.became(found);
    });
    return this.under;
  }

  private became(coming: Coming<T>): void {
    this.coming = coming;
    for (const listener of this.listeners) listener();
  }
}

// When the browser has nothing better to do, and soon in any case.
const AT_LATEST_MS = 2_000;

export function whenIdle(what: () => void): void {
  if (typeof requestIdleCallback === "function") requestIdleCallback(what, { timeout: AT_LATEST_MS });
  else setTimeout(what, AT_LATEST_MS / 4);
}
