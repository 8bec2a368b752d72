// What publishing does not wait for, but whoever publishes should know: queues in which nobody is, made here with a click;
// then the warnings. Shown by Publish alone.

import { useEffect, useState } from "react";
import { editor, use } from "../editor.ts";
import * as commands from "../commands.ts";
import type { Problem } from "../model/problem.ts";
import type { Needs } from "../sync/api.ts";
import { Icon } from "./Icon.tsx";
import type { Service } from "./Publish.tsx";

const SHOWN = 5;
// Said above, queue by queue.
const QUEUE = "queue.missing";

export function Remaining({ service }: { service: Service }): React.JSX.Element | null {
  const warnings = use((seen) => seen.problems).filter((problem) => problem.level === "warning");
  const [found, setFound] = useState<Needs | null>(null);
  const [why, setWhy] = useState("");
  const [busy, setBusy] = useState(false);
  const ask = async (): Promise<void> => {
    const answer = await service.api.needs(editor.mine);
    if (answer.ok) setFound(answer.value);
    else setWhy(answer.detail);
  };
  useEffect(() => void ask(), [service]);
  const make = async (names: readonly string[]): Promise<void> => {
    setBusy(true);
    const refused: string[] = [];
    for (const name of names) {
      const answer = await service.api.makeQueue(name);
      if (!answer.ok) refused.push(`“${name}”: ${answer.errors[0]?.message ?? answer.detail}`);
    }
    setWhy(refused.join(" "));
    setBusy(false);
    service.check();
    await ask();
  };
  // Until the server has said which queues are there, the warnings stand for them.
  const others = found ? warnings.filter((problem) => problem.code !== QUEUE) : warnings;
  const queues = found?.queues ?? [];
  const deserted = found?.deserted ?? [];
  if (queues.length + deserted.length + others.length === 0 && !why) return null;
  return (
    <section className="modal-text stack remaining" aria-label="What is still to know">
      {why && <p className="problem-text" role="alert"><Icon name="circle-alert" size={16} />{why}</p>}
      {found && queues.length + deserted.length > 0 && (
        <>
          <ul className="needs">
            {queues.map((name) => <Queue key={name} name={name}>{found.may_make_queues && <button type="button" className="button small" disabled={busy} aria-label={`Make the queue “${name}”`} onClick={() => void make([name])}><Icon name="plus" size={13} />Make it</button>}</Queue>)}
            {deserted.map((name) => <Queue key={name} name={name}>{found.may_make_queues && <a className="button small" href="/settings/queues/" target="_blank" rel="noopener" aria-label={`Choose who is in “${name}”`}><Icon name="users" size={13} />Choose people</a>}</Queue>)}
          </ul>
          <p className="muted">{found.may_make_queues ? "You are the first in a queue that you make; choose the others under Settings, Queues." : whoCan(found.queue_makers)}</p>
          {found.may_make_queues && queues.length > 1 && <div><button type="button" className="button small" disabled={busy} onClick={() => void make(queues)}><Icon name="plus" size={13} />Make all {queues.length}</button></div>}
        </>
      )}
      {others.length > 0 && (
        <details open={queues.length + deserted.length === 0}>
          <summary>{others.length === 1 ? "One thing" : `${others.length} things`} to know; none keeps the drawing from being published</summary>
          <ul className="blocking">{others.slice(0, SHOWN).map((problem, index) => <li key={index}><button type="button" className="link" onClick={() => show(problem)}>{problem.message}</button></li>)}{others.length > SHOWN && <li className="muted">and {others.length - SHOWN} more</li>}</ul>
        </details>
      )}
    </section>
  );
}

function Queue({ name, children }: { name: string; children?: React.ReactNode }): React.JSX.Element {
  return <li><Icon name="triangle-alert" size={16} /><p><b>Nobody is in “{name}”</b><span className="muted">Cases that go there are seen by administrators only.</span></p>{children}</li>;
}

const whoCan = (names: readonly string[]): string =>
  names.length ? `An administrator can mend that under Settings, Queues: ${names.join(", ")}.` : "An administrator can mend that under Settings, Queues.";

// A click goes there.
function show(problem: Problem): void {
  editor.set({ mode: { is: "idle" }, panels: { ...editor.now.panels, problems: true } });
  commands.showProblem(editor.now.problems.indexOf(problem));
}
