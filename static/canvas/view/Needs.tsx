// What the drawing names that is not there yet (after starting from the gallery or from a file), and how each is got.

import { useEffect, useState } from "react";
import { editor } from "../editor.ts";
import type { Needs as Found } from "../sync/api.ts";
import { Icon } from "./Icon.tsx";
import { Modal } from "./Modal.tsx";
import type { Service } from "./Publish.tsx";

const GALLERY = "/gallery/";

export function Needs({ service }: { service: Service }): React.JSX.Element {
  const [found, setFound] = useState<Found | null>(null);
  const [why, setWhy] = useState("");
  const ask = async (): Promise<void> => {
    const answer = await service.api.needs(editor.mine);
    if (answer.ok) setFound(answer.value);
    else setWhy(answer.detail);
  };
  useEffect(() => void ask(), [service]);
  const make = async (name: string): Promise<void> => {
    const answer = await service.api.makeQueue(name);
    setWhy(answer.ok ? "" : answer.detail);
    await ask();
  };
  const nothing = found && found.queues.length + found.workflows.length + found.connections.length === 0;
  return (
    <Modal title="What this drawing still needs" wide>
      <p className="modal-text">{nothing ? "Everything that it names is there." : "It can be drawn and tried on sample cases as it is. Before it runs for real, these should be there:"}</p>
      {why && <p className="modal-text problem-text" role="alert">{why}</p>}
      {found && (
        <ul className="needs modal-text">
          {found.queues.map((name) => <Need key={name} icon="users" what="Queue" name={name} how={found.may_make_queues ? "Cases that stop for a person wait in it. You will be its first member." : "Cases that stop for a person wait in it. Ask an administrator to make it, or choose another queue in the step."}>{found.may_make_queues && <button type="button" className="button small" onClick={() => void make(name)}><Icon name="plus" size={13} />Make it</button>}</Need>)}
          {found.workflows.map((name) => <Need key={name} icon="split" what="Workflow" name={name} how="It is started as one of the steps, so it has to be published under this short name."><a className="button small" href={GALLERY} target="_blank" rel="noopener"><Icon name="eye" size={13} />Gallery</a></Need>)}
          {found.connections.map((name) => <Need key={name} icon="zap" what="Connection" name={name} how="An administrator adds it in the settings, or choose another one in the step." />)}
        </ul>
      )}
      <footer className="modal-foot"><button type="button" className="button main" onClick={() => editor.idle()}>Go on drawing</button></footer>
    </Modal>
  );
}

function Need({ icon, what, name, how, children }: { icon: string; what: string; name: string; how: string; children?: React.ReactNode }): React.JSX.Element {
  return <li><Icon name={icon} size={16} /><p><b>{what} “{name}”</b><span className="muted">{how}</span></p>{children}</li>;
}
