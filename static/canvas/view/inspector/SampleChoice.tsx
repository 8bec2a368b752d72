// The case that values below expressions are worked out on: a sample, or one that came in before. The try-out begins with it.

import { useEffect, useState } from "react";
import { type Sample, use } from "../../editor.ts";
import * as trying from "../../live/trying.ts";
import type { Cases } from "../../sync/trying.ts";

const MOST_PAST = 20;

export function SampleChoice(): React.JSX.Element | null {
  const sample = use((seen) => seen.sample);
  const [cases, setCases] = useState<Cases | null>(null);
  useEffect(() => {
    let gone = false;
    const ask = async (): Promise<void> => {
      const answer = await trying.door().cases("");
      if (answer.ok && !gone) setCases(answer.value);
    };
    const again = (): void => void ask();
    again();
    document.addEventListener("interlock:samples", again);
    return () => {
      gone = true;
      document.removeEventListener("interlock:samples", again);
    };
  }, []);
  if (!cases || (cases.samples.length === 0 && cases.runs.length === 0)) return null;
  const runs = cases.runs.slice(0, MOST_PAST);
  const listed = sample === null || (sample.is === "sample" ? cases.samples : runs).some((each) => each.id === sample.id);
  return (
    <div className="field sample-choice"><label htmlFor="sample-choice">Values shown with</label>
      <select id="sample-choice" value={nameOf(sample)} onChange={(event) => void trying.choose(chosen(event.target.value, cases))}>
        <option value="">made-up values</option>
        {!listed && <option value={nameOf(sample)}>the case that is tried</option>}
        {cases.samples.length > 0 && <optgroup label="Sample cases">{cases.samples.map((each) => <option key={each.id} value={`sample ${each.id}`}>{each.name}</option>)}</optgroup>}
        {runs.length > 0 && <optgroup label="Past cases">{runs.map((each) => <option key={each.id} value={`run ${each.id}`}>{each.title || each.id}</option>)}</optgroup>}
      </select></div>
  );
}

const nameOf = (sample: Sample | null): string => (sample === null ? "" : `${sample.is} ${sample.id}`);

function chosen(name: string, cases: Cases): Sample | null {
  const one = cases.samples.find((each) => name === `sample ${each.id}`);
  if (one) return { is: "sample", id: one.id, input: one.input };
  return name.startsWith("run ") ? { is: "run", id: name.slice(4) } : null;
}
