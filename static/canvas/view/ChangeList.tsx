// What is different between two drawings, as a list of sentences; what kind of difference each is, is said by a sign too.

import type { Difference } from "../sync/api.ts";

const MOST = 200;

export function ChangeList({ changes, label, none }: { changes: readonly Difference[]; label: string; none: string }): React.JSX.Element {
  if (changes.length === 0) return <p className="muted">{none}</p>;
  return (
    <ul className="changes" tabIndex={0} aria-label={label}>
      {changes.slice(0, MOST).map((change, index) => <li key={index} data-kind={change.kind}>{change.sentence}</li>)}
      {changes.length > MOST && <li>and {changes.length - MOST} more</li>}
    </ul>
  );
}
