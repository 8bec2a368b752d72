// What a step did through its doors: what was held back, with the content that would have left; what it asked a model,
// with the answer and the tokens; what was called.

import type { Call, Visit } from "../../live/story.ts";
import { type Json, isObject } from "../../model/document.ts";
import { Icon } from "../Icon.tsx";
import { JsonTree } from "./JsonTree.tsx";
import { answeredNothing, held, sent, took } from "./words.ts";

export function Done({ visit }: { visit: Visit }): React.JSX.Element {
  return (
    <>
      {visit.calls.map((call, index) => <OfCall key={index} call={call} />)}
      {answeredNothing(visit) && <p className="hint">The answer is empty, because nothing was sent. Steps that read it find nothing: pin the answer that you expect, and run again.</p>}
    </>
  );
}

function OfCall({ call }: { call: Call }): React.JSX.Element | null {
  const kept = held(call);
  if (kept) return (
    <section className="trying-held" aria-label="Held back">
      <p><Icon name="hand" size={15} /><b>{kept.says}</b></p>
      {kept.texts.map(([name, text]) => <div key={name}><h4>{name}</h4><p className="trying-text">{text || <span className="muted">empty</span>}</p></div>)}
      {kept.values.map(([name, value]) => <JsonTree key={name} label={name} value={value} />)}
    </section>
  );
  if (call["door"] === "model") return <Asked call={call} />;
  const said = sent(call);
  return said || isObject(call["error"]) ? <section className="trying-call"><p>{said || "A call failed."}{ms(call)}</p>{isObject(call["error"]) && <JsonTree label="Why" value={call["error"]} />}</section> : null;
}

function Asked({ call }: { call: Call }): React.JSX.Element {
  const tokens = isObject(call["tokens"]) ? call["tokens"] : null;
  const [into, out] = [Number(tokens?.["input"] ?? 0), Number(tokens?.["output"] ?? 0)];
  return (
    <details className="trying-call">
      <summary>Asked a model{call["model"] ? ` (${text(call["model"])})` : ""}{tokens && into + out > 0 ? `: ${into} tokens in, ${out} out` : ""}{ms(call)}</summary>
      {text(call["system"]) && <><h4>Told first</h4><p className="trying-text">{text(call["system"])}</p></>}
      <h4>Asked</h4><p className="trying-text">{text(call["prompt"]) || <span className="muted">nothing beside the case</span>}</p>
      {call["answer"] !== undefined && (typeof call["answer"] === "object" ? <JsonTree label="Answered" value={call["answer"] ?? null} /> : <><h4>Answered</h4><p className="trying-text">{text(call["answer"])}</p></>)}
      {isObject(call["signals"]) && Object.keys(call["signals"]).length > 0 && <JsonTree label="How sure it is" value={call["signals"]} />}
      {isObject(call["error"]) && <JsonTree label="Why it failed" value={call["error"]} />}
    </details>
  );
}

const ms = (call: Call): string => (typeof call["ms"] === "number" ? `, ${took(call["ms"])}` : "");
const text = (value: Json | undefined): string => (typeof value === "string" ? value : value === undefined || value === null ? "" : String(value));
