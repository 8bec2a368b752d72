// Connecting without a mouse: first the way out, then the steps it may lead to, or a new one.

import { useState } from "react";
import { editor } from "../editor.ts";
import { connect, meaning, targets } from "../kernels/connect.ts";
import { START, title } from "../model/document.ts";
import { familyOf, portsAt } from "../model/kinds.ts";
import { wiring } from "../model/wiring.ts";
import { Choices, type Choice } from "./Choices.tsx";
import { FAMILY_ICONS } from "./Icon.tsx";
import { Modal } from "./Modal.tsx";

const NEW = " new";

export function Connect({ from }: { from: string }): React.JSX.Element {
  const { drawing, kinds } = editor.now;
  const ports = portsAt(drawing, from, kinds);
  const [port, setPort] = useState<string | null>(ports.length === 1 ? (ports[0] ?? null) : null);
  const step = drawing.nodes.find((each) => each.id === from);
  const name = step ? title(step) : "Start";
  if (ports.length === 0) return <Modal title={`Connect “${name}”`}><p className="modal-text">“{name}” ends the case: nothing follows it.</p></Modal>;
  return (
    <Modal title={port === null ? `Connect “${name}”` : `“${name}”${from === START ? "" : `, ${port}`}: leads to…`}>
      {port === null
        ? <Choices key="ports" label="Way out" placeholder="Which way out?" empty="There is no such way out." found={(words) => ways(from, ports, words)} onChoose={setPort} />
        : <Choices key="steps" label="Leads to" placeholder="To which step?" empty="No such step can follow here." found={(words) => steps(from, port, words)} onChoose={(to) => choose(from, port, to)} />}
    </Modal>
  );
}

function choose(from: string, port: string, to: string): void {
  if (to === NEW) return editor.enter({ is: "adding", at: null, screen: null, after: { from, port } });
  editor.edit(connect({ from, port }, to, editor.now.kinds));
  editor.idle();
  const edge = editor.now.drawing.edges.findLast((each) => each.from === from && each.port === port && each.to === to);
  if (edge) editor.say(`Connected: ${meaning(editor.now.drawing, edge)}.`);
}

function ways(from: string, ports: readonly string[], words: string): readonly Choice[] {
  const { drawing } = editor.now;
  const names = new Map(drawing.nodes.map((step) => [step.id, title(step)]));
  return ports.filter((port) => port.includes(words.trim().toLowerCase())).map((port) => {
    const to = (wiring(drawing).outgoing.get(from) ?? []).filter((edge) => edge.port === port).map((edge) => `“${names.get(edge.to) ?? edge.to}”`);
    return { key: port, title: port, more: to.length ? `leads to ${to.join(", ")}` : "leads nowhere yet", icon: "corner-down-right", family: "outcome" };
  });
}

function steps(from: string, port: string, words: string): readonly Choice[] {
  const { drawing, kinds } = editor.now;
  const lit = targets(drawing, kinds, { from, port });
  const wanted = words.trim().toLowerCase();
  const there = drawing.nodes.filter((step) => lit.has(step.id) && `${title(step)} ${step.id}`.toLowerCase().includes(wanted));
  const found = there.map((step) => ({ key: step.id, title: title(step), more: kinds.get(step.kind)?.title ?? step.kind, icon: kinds.get(step.kind)?.icon ?? FAMILY_ICONS[familyOf(step.kind)] ?? "circle", family: familyOf(step.kind) }));
  return wanted && !"new step".includes(wanted) ? found : [...found, { key: NEW, title: "A new step…", more: "Choose its kind next", icon: "plus", family: "outcome" }];
}
