// While the drawing is lit by a run and no panel tells of it: what that is, and the way to put it out.

import { use } from "../../editor.ts";
import * as commands from "../../commands.ts";
import { isUnderWay } from "../../live/trial.ts";
import * as trying from "../../live/trying.ts";

export function Lit(): React.JSX.Element | null {
  const isLit = use((seen) => seen.overlay.steps.size > 0 && !seen.panels.trying);
  const isTried = use((seen) => seen.trial.phase !== "ready");
  const busy = use((seen) => isUnderWay(seen.trial));
  if (!isLit) return null;
  return (
    <p className="lit-chip">
      {busy ? "A try-out is under way." : isTried ? "Lit: what the try-out did." : "Lit: what a run did."}
      {isTried && <button type="button" className="link" onClick={() => commands.toggleTrying()}>Show it</button>}
      {!busy && <button type="button" className="link" onClick={trying.clear}>Clear</button>}
    </p>
  );
}
