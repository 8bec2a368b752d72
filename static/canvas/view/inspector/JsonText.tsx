// JSON as text: what is typed stays as it was typed, and counts once it can be read.

import { useState } from "react";
import type { Json } from "../../model/document.ts";

export function JsonText({ id, value, readOnly, onChange }: { id: string; value: Json; readOnly: boolean; onChange: (value: Json) => void }): React.JSX.Element {
  const [draft, setDraft] = useState<string | null>(null);
  const text = draft ?? JSON.stringify(value, null, 2);
  const unread = draft !== null && parsed(draft) === undefined;
  const typed = (next: string): void => {
    setDraft(next);
    const read = parsed(next);
    if (read !== undefined) onChange(read);
  };
  return (
    <>
      <textarea id={id} className="mono area" rows={Math.min(16, Math.max(3, text.split("\n").length))} value={text} readOnly={readOnly} spellCheck={false} aria-invalid={unread || undefined} aria-describedby={`${id}-flaw`} onChange={(event) => typed(event.target.value)} onBlur={() => !unread && setDraft(null)} />
      <p id={`${id}-flaw`} className="problem-text" role="status">{unread ? "This is no JSON object yet; the last that was is kept." : ""}</p>
    </>
  );
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
