// Pinning what a step gives, so that the next try-outs do not run it, and running on from a step. Pins live in this
// browser and are no part of the drawing.

import { useState } from "react";
import { use } from "../../editor.ts";
import { isUnderWay } from "../../live/trial.ts";
import type { Visit } from "../../live/story.ts";
import * as trying from "../../live/trying.ts";
import type { Json, Step } from "../../model/document.ts";
import { mainPort, portsOf } from "../../model/kinds.ts";
import { Icon } from "../Icon.tsx";
import { JsonField } from "./SchemaForm.tsx";
import { answeredNothing } from "./words.ts";

export function Pinning({ step, visit }: { step: Step; visit: Visit | null }): React.JSX.Element | null {
  const pin = use((seen) => seen.pins.get(step.id));
  const busy = use((seen) => isUnderWay(seen.trial));
  const [open, setOpen] = useState(false);
  if (open) return <Editing step={step} visit={visit} onDone={() => setOpen(false)} />;
  const empty = visit !== null && answeredNothing(visit);
  return (
    <div className="trying-pinning">
      <button type="button" className={empty && !pin ? "button small main" : "button small"} onClick={() => setOpen(true)}><Icon name="pin" size={13} />{pin ? "Change the pin" : empty ? "Pin an answer" : visit?.state === "done" ? "Pin this output" : "Pin an output"}</button>
      {pin && <button type="button" className="button small" onClick={() => trying.unpin(step.id)}><Icon name="pin-off" size={13} />Unpin</button>}
      <button type="button" className="button small" disabled={busy} title={busy ? "Stop the try-out first" : "Everything before is taken from this try-out"} onClick={() => void trying.begin({ from: step.id })}><Icon name="play" size={13} />Run from here</button>
      {pin && <p className="hint">Pinned in this browser: it leaves by “{pin.port}” and is not run.</p>}
    </div>
  );
}

function Editing({ step, visit, onDone }: { step: Step; visit: Visit | null; onDone: () => void }): React.JSX.Element {
  const kinds = use((seen) => seen.kinds);
  const pin = use((seen) => seen.pins.get(step.id));
  const ports = portsOf(step, kinds);
  const [port, setPort] = useState(pin?.port ?? visit?.port ?? mainPort(step, kinds) ?? "");
  const [output, setOutput] = useState<Json>(pin ? pin.output : visit?.output ?? (kinds.get(step.kind)?.effect === "outward" ? {} : null));
  const [unread, setUnread] = useState(false);
  const isThere = ports.includes(port);
  return (
    <form className="trying-pin" aria-label="Pin an output" onSubmit={(event) => { event.preventDefault(); trying.pin(step.id, { port, output }); onDone(); }}>
      <div className="field"><label htmlFor="pin-port">It leaves by</label><select id="pin-port" value={isThere ? port : ""} onChange={(event) => setPort(event.target.value)}>{!isThere && <option value="">–</option>}{ports.map((each) => <option key={each}>{each}</option>)}</select></div>
      <JsonField id="pin-output" label="With this output, as JSON" rows={6} value={output} onChange={(next, isUnread) => { setOutput(next); setUnread(isUnread); }} />
      <div className="trying-row"><button type="submit" className="button small main" disabled={unread || !isThere}><Icon name="pin" size={13} />Pin it</button><button type="button" className="button small" onClick={onDone}>Leave it</button></div>
      <p className="hint">The step is not run while it is pinned. Pins are kept in this browser, not in the drawing.</p>
    </form>
  );
}
