// The canvas's only door to the server: the REST contract, with the browser's session. Answers are data, never exceptions.

import type { Drawing, Json } from "../model/document.ts";
import type { Kind } from "../model/kinds.ts";
import type { Problem } from "../model/problem.ts";

export interface Fault {
  readonly code: string;
  readonly path: string;
  readonly message: string;
}

// `status` 0: no answer came. `who` and `current` come with a conflict, `problems` where they keep a drawing from being
// tried, `gates` where a promise would be loosened that nobody said is meant.
export interface Refusal {
  readonly ok: false;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly Fault[];
  readonly who: string;
  readonly current: string;
  readonly problems?: readonly Problem[];
  readonly gates?: readonly Loosened[];
}

export type Answer<T> = { readonly ok: true; readonly value: T; readonly etag: string } | Refusal;

export interface Difference {
  readonly kind: "added" | "removed" | "changed" | "rewired";
  readonly sentence: string;
  readonly nodes: readonly string[];
  readonly edges: readonly string[];
}

// A step whose promise would be loosened, in a sentence.
export interface Loosened {
  readonly node: string;
  readonly sentence: string;
}

export interface Version {
  readonly number: number;
  readonly note: string;
  readonly published_by: string;
  readonly published_at: string;
}

export interface Page<T> {
  readonly next: string | null;
  readonly results: readonly T[];
}

// What a drawing names that is not there.
export interface Needs {
  readonly queues: readonly string[];
  readonly workflows: readonly string[];
  readonly connections: readonly string[];
  readonly may_make_queues: boolean;
  // Queues that are there, with nobody in them.
  readonly deserted: readonly string[];
  // Some of those who can make queues, where this person cannot.
  readonly queue_makers: readonly string[];
}

export interface Api {
  kinds(): Promise<Answer<{ results: readonly Kind[] }>>;
  draft(): Promise<Answer<Drawing>>;
  save(drawing: Drawing, etag: string): Promise<Answer<Drawing>>;
  check(drawing: Drawing, signal?: AbortSignal): Promise<Answer<{ problems: readonly Problem[] }>>;
  // Refused with 412 where the draft is no longer the one of this ETag. `loosens`: the steps whose promise is meant to be
  // loosened; refused as `promise_loosened` where there are others.
  publish(note: string, etag: string, loosens: readonly string[]): Promise<Answer<{ number: number; digest: string }>>;
  // The newest versions first; `next` where there are more.
  versions(next?: string): Promise<Answer<Page<Version>>>;
  version(number: number): Promise<Answer<Version & { document: unknown }>>;
  compare(before: Drawing, after: Drawing): Promise<Answer<{ changes: readonly Difference[]; loosened: readonly Loosened[] }>>;
  // Who is signed in now.
  me(): Promise<Answer<{ name: string }>>;
  needs(drawing: Drawing): Promise<Answer<Needs>>;
  makeQueue(name: string): Promise<Answer<{ name: string }>>;
  copy(name: string, drawing: Drawing): Promise<Answer<{ slug: string }>>;
}

type Fetch = (input: string, init: RequestInit) => Promise<Response>;

// One question, with the browser's session; for the addresses beside the contract.
export type Asking = <T>(method: string, path: string, body?: unknown) => Promise<Answer<T>>;

export function asking(csrf: string, fetching: Fetch = (input, init) => fetch(input, init)): Asking {
  return (method, path, body) => asked(fetching, method, path, csrf, body, undefined);
}

const PATIENCE_MS = 20_000;

export function serverApi(slug: string, csrf: string, fetching: Fetch = (input, init) => fetch(input, init)): Api {
  const base = `/api/v1/workflows/${slug}`;
  const ask = <T>(method: string, path: string, body?: unknown, etag?: string): Promise<Answer<T>> => asked<T>(fetching, method, path, csrf, body, etag);
  return {
    kinds: () => ask("GET", "/api/v1/kinds/"),
    draft: () => ask("GET", `${base}/draft/`),
    save: (drawing, etag) => ask("PUT", `${base}/draft/`, drawing, etag),
    check: (drawing, signal) => asked(fetching, "POST", `${base}/check/`, csrf, drawing, undefined, signal),
    copy: (name, drawing) => ask("POST", "/api/v1/workflows/", { name, document: drawing }),
    publish: (note, etag, loosens) => ask("POST", `${base}/versions/`, { note, loosens }, etag),
    versions: (next) => ask("GET", next ?? `${base}/versions/`),
    version: (number) => ask("GET", `${base}/versions/${number}/`),
    compare: (before, after) => ask("POST", `/workflows/${slug}/differences/`, { before, after }),
    me: () => ask("GET", "/canvas/me/"),
    needs: (drawing) => ask("POST", `/workflows/${slug}/needs/`, { document: drawing }),
    makeQueue: (name) => ask("POST", "/canvas/queues/", { name }),
  };
}

// The newest there is: signing in again in another tab makes a new one, and a page that stays open goes by it.
const token = (): string => (typeof document === "undefined" ? "" : (/(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? ""));

async function asked<T>(fetching: Fetch, method: string, path: string, csrf: string, body: unknown, etag: string | undefined, signal?: AbortSignal): Promise<Answer<T>> {
  const headers: Record<string, string> = { Accept: "application/json", "X-CSRFToken": token() || csrf };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (etag) headers["If-Match"] = etag;
  const init: RequestInit = { method, headers, signal: patience(signal), ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  try {
    const response = await fetching(path, init);
    const value = await read(response);
    return response.ok ? { ok: true, value: value as unknown as T, etag: response.headers.get("ETag") ?? "" } : refusal(response.status, value);
  } catch {
    return refusal(0, { code: "unreachable", detail: "The server cannot be reached." });
  }
}

const patience = (signal: AbortSignal | undefined): AbortSignal => (signal ? AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]) : AbortSignal.timeout(PATIENCE_MS));

// A refusal may come as a page; only of what was granted must the answer be read.
async function read(response: Response): Promise<Json> {
  if (response.status === 204) return null;
  return (await response.json().catch((failure: unknown) => {
    if (response.ok) throw failure;
    return { detail: `The server refused this (${response.status}).` };
  })) as Json;
}

function refusal(status: number, value: unknown): Refusal {
  const said = (value ?? {}) as Partial<Refusal>;
  return { ok: false, status, code: said.code ?? "", detail: said.detail ?? "", errors: said.errors ?? [], who: said.who ?? "", current: said.current ?? "", ...(said.problems ? { problems: said.problems } : {}), ...(said.gates ? { gates: said.gates } : {}) };
}
