// Letting the effects of a try-out out: what would be sent is named, and somebody says so on purpose.

import { editor, use } from "../../editor.ts";
import { heldBack } from "../../live/story.ts";
import * as trying from "../../live/trying.ts";
import { title } from "../../model/document.ts";
import { effectOf } from "../../model/kinds.ts";
import { Icon } from "../Icon.tsx";
import { Modal } from "../Modal.tsx";
import { held } from "./words.ts";

export function Insist(): React.JSX.Element {
  const drawing = use((seen) => seen.drawing);
  const kinds = use((seen) => seen.kinds);
  const visits = use((seen) => seen.trial.story.visits);
  const pinned = use((seen) => seen.pins.size > 0);
  const outward = drawing.nodes.filter((step) => effectOf(step, kinds) === "outward");
  const would = (id: string): string[] => [...visits.values()].filter((visit) => visit.node === id).flatMap((visit) => heldBack(visit).map((call) => held(call)?.says.replace("Would have sent this", "a").replace("Would have called", "a call of").replace(": held back", "") ?? ""));
  const wasTried = visits.size > 0;
  const insist = (): void => {
    editor.idle();
    void trying.begin({ insist: true });
  };
  return (
    <Modal title="Let the effects out?" wide>
      <p className="modal-text"><Icon name="triangle-alert" size={16} /><span>The drawing as it is on the screen is run for real: what it sends on this case reaches the people and systems that it is addressed to, and cannot be called back.</span></p>
      {outward.length === 0
        ? <p className="modal-text">This drawing has no step that is seen outside; nothing would be sent.</p>
        : <><p className="modal-text">These steps may send something:</p><ul className="changes" aria-label="What may be sent">{outward.map((step) => <li key={step.id}><b>{title(step)}</b>{would(step.id).length ? `: ${would(step.id).join("; ")}` : `: ${(kinds.get(step.kind)?.title ?? step.kind).toLowerCase()}${wasTried ? ", not reached in the last try-out" : ""}`}</li>)}</ul></>}
      {pinned && <p className="modal-text">Every step runs, also those that are pinned.</p>}
      <p className="modal-text muted">Where a person is asked, it is a real case in the inbox. That you let the effects out is written to the audit log.</p>
      <div className="modal-foot"><button type="button" className="button" onClick={() => editor.idle()}>Keep them held back</button><button type="button" className="button danger" onClick={insist}><Icon name="triangle-alert" size={14} />Run and send</button></div>
    </Modal>
  );
}
