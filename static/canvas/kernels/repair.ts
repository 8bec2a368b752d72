// One-click repairs: for a problem that the server found, the changes that would mend it. The next check has the last word.

import { type Change, addEdge, addStep, all, removeEdges, removeParts, setConfig, setEdge, setStep } from "../changes/changes.ts";
import { type Drawing, type Edge, type JsonObject, type Point, type Step, START, place, title } from "../model/document.ts";
import { edgeId, edgeIds, stepId, stepIds } from "../model/ids.ts";
import { type Kinds, familyOf, isDoubtful, portsAt } from "../model/kinds.ts";
import { dominates, leadingTo, wiring } from "../model/wiring.ts";
import { TURNS, connect, makeLoop, turns } from "./connect.ts";
import { GAP, WIDTH } from "./sizes.ts";
import { snapped } from "./insert.ts";

export interface Problem {
  readonly code: string;
  readonly level: "error" | "warning";
  readonly message: string;
  readonly suggestion: string;
  readonly nodes: readonly string[];
  readonly edges: readonly string[];
  readonly path: string;
}

export interface Repair {
  readonly label: string;
  readonly change: Change;
}

type Mender = (problem: Problem, drawing: Drawing, kinds: Kinds) => readonly Repair[];
const HOURS = 24;

const MENDERS: Readonly<Record<string, Mender>> = {
  "graph.open_port": openPort,
  "graph.loop_without_exit": (problem, drawing, kinds) => edgesOf(problem, drawing).flatMap((edge) => wayOut(drawing, kinds, edge.from, edge.port, "Add the exit of this loop")),
  "graph.unbounded_loop": circle,
  "graph.unreachable": unreachable,
  "safety.uncertain_proceeds": reviewOnWay,
  "safety.error_proceeds": reviewOnWay,
  "safety.approve_on_timeout": stopOnWay,
  "safety.ungated_action": reviewBefore,
  "safety.unchecked_output": reviewBefore,
  "people.no_due": (problem, drawing) => steps(problem, drawing).map((step) => ({ label: `Ask for an answer within ${HOURS} hours`, change: setConfig(step.id, { ...step.config, due_hours: HOURS }) })),
  "document.asks_without_effect": (problem, drawing) => steps(problem, drawing).map((step) => ({ label: "Take the mark away", change: setStep(step.id, { asks: undefined }) })),
  "document.unknown_port": deleteEdges,
  "document.edge_to_nowhere": deleteEdges,
  "document.edge_from_nowhere": deleteEdges,
  "document.edge_into_start": deleteEdges,
  "document.bad_after_loop": (problem, drawing) => edgesOf(problem, drawing).map((edge) => ({ label: "Make it a way like any other", change: setEdge(edge.id, { after_loop: undefined }) })),
};

export function repairs(problem: Problem, drawing: Drawing, kinds: Kinds): readonly Repair[] {
  return MENDERS[problem.code]?.(problem, drawing, kinds).slice(0, 2) ?? [];
}

function openPort(problem: Problem, drawing: Drawing, kinds: Kinds): readonly Repair[] {
  const from = problem.nodes[0] ?? START;
  const wired = new Set((wiring(drawing).outgoing.get(from) ?? []).map((edge) => edge.port));
  const port = portsAt(drawing, from, kinds).find((each) => !wired.has(each) && problem.message.includes(`“${each}”`));
  if (port === undefined || !isDoubtful(port)) return [];
  return port === "overdue" ? [stop(drawing, from, port)] : wayOut(drawing, kinds, from, port, `Wire “${port}” to a review`);
}

// To a review that is there already, where that makes no circle; else to a new one.
function wayOut(drawing: Drawing, kinds: Kinds, from: string, port: string, label: string): readonly Repair[] {
  const before = leadingTo(drawing, from);
  const at = placeOf(drawing, from);
  const there = drawing.nodes
    .filter((step) => familyOf(step.kind) === "escalate" && !before.has(step.id))
    .sort((one, other) => distance(place(one), at) - distance(place(other), at))[0];
  const fresh: Repair = { label: there ? "Insert a new review here" : label, change: (so) => newReview(so, kinds, from, port, null) };
  return there ? [{ label: `Wire “${port}” to “${title(there)}”`, change: connect({ from, port }, there.id, kinds) }, fresh] : [fresh];
}

function stop(drawing: Drawing, from: string, port: string): Repair {
  const end = stopped(drawing);
  return { label: end ? `Lead “${port}” to “${title(end)}”` : `End the case when it is ${port}`, change: (so) => ending(so, from, [port]) };
}

function reviewOnWay(problem: Problem, drawing: Drawing, kinds: Kinds): readonly Repair[] {
  const edge = edgesOf(problem, drawing)[0];
  return edge ? [{ label: "Insert a review here", change: (so) => newReview(so, kinds, edge.from, edge.port, edge) }] : [];
}

function stopOnWay(problem: Problem, drawing: Drawing): readonly Repair[] {
  const edge = edgesOf(problem, drawing)[0];
  return edge ? [{ label: "End the case when nobody answers", change: (so) => ending(removeEdges(new Set([edge.id]))(so), edge.from, [edge.port]) }] : [];
}

function reviewBefore(problem: Problem, drawing: Drawing): readonly Repair[] {
  const action = drawing.nodes.find((step) => step.id === problem.nodes.at(-1));
  if (!action) return [];
  const read = problem.code === "safety.unchecked_output" ? problem.nodes[0] : undefined;
  return [{ label: `Insert a review before “${title(action)}”`, change: (so) => guarded(so, action, read) }];
}

function unreachable(problem: Problem, drawing: Drawing, kinds: Kinds): readonly Repair[] {
  const id = problem.nodes[0];
  if (id === undefined) return [];
  const begins = !wiring(drawing).outgoing.get(START)?.length;
  return [...(begins ? [{ label: "Begin here", change: connect({ from: START, port: "out" }, id, kinds) }] : []), { label: "Delete it", change: removeParts(new Set([id])) }];
}

function circle(problem: Problem, drawing: Drawing): readonly Repair[] {
  const edges = edgesOf(problem, drawing);
  const back = edges.find((edge) => dominates(drawing, edge.to, edge.from) && !edges.every((each) => each.to !== edge.to)) ?? edges.at(-1);
  return back ? [{ label: `Make it a loop of at most ${turns(TURNS)}`, change: makeLoop(back.id) }] : [];
}

function deleteEdges(problem: Problem): readonly Repair[] {
  return [{ label: "Delete this edge", change: removeEdges(new Set(problem.edges)) }];
}

// A review behind a port. With an edge, what the edge led to follows approval; a refusal and silence end the case.
function newReview(drawing: Drawing, kinds: Kinds, from: string, port: string, edge: Edge | null): Drawing {
  const [x, y] = placeOf(drawing, from);
  const review = reviewStep(drawing, [x + WIDTH + GAP, y + 160], {});
  const cut = edge ? removeEdges(new Set([edge.id]))(drawing) : drawing;
  const placed = all(addStep(review), connect({ from, port }, review.id, kinds))(cut);
  const onward = edge ? joined(placed, review.id, "approve", edge.to) : ending(placed, review.id, ["approve"], "settled");
  return ending(onward, review.id, ["reject", "overdue"]);
}

function guarded(drawing: Drawing, action: Step, read: string | undefined): Drawing {
  const [x, y] = place(action);
  const shows = read && drawing.nodes.some((step) => step.id === read) ? { "What was written": `steps.${read}.output` } : {};
  const review = reviewStep(drawing, [x, y], shows);
  const onward = new Set([action.id]);
  for (const id of onward) for (const edge of wiring(drawing).outgoing.get(id) ?? []) if (!edge.loop) onward.add(edge.to);
  const aside = drawing.nodes.map((step): Step => (onward.has(step.id) ? { ...step, at: [place(step)[0] + WIDTH + GAP, place(step)[1]] } : step));
  const edges = drawing.edges.map((edge): Edge => (edge.to === action.id && !edge.loop ? { ...edge, to: review.id } : edge));
  const placed = joined({ ...drawing, nodes: [...aside, review], edges }, review.id, "approve", action.id);
  return ending(placed, review.id, ["reject", "overdue"]);
}

// Leads these ports to an outcome that stops the case: the one there is, or a new one.
function ending(drawing: Drawing, from: string, ports: readonly string[], name = "stopped"): Drawing {
  const there = name === "stopped" ? stopped(drawing) : undefined;
  const [x, y] = placeOf(drawing, from);
  const end: Step = there ?? {
    id: stepId(name, stepIds(drawing)), kind: "outcome", name, at: snapped([x + WIDTH + GAP, y + 120]), config: name === "stopped" ? { kind: "stopped" } : {},
  };
  const placed = there ? drawing : addStep(end)(drawing);
  return ports.reduce((so, port) => joined(so, from, port, end.id), placed);
}

function joined(drawing: Drawing, from: string, port: string, to: string): Drawing {
  return addEdge({ id: edgeId(edgeIds(drawing)), from, port, to })(drawing);
}

function reviewStep(drawing: Drawing, at: Point, shows: JsonObject): Step {
  const config: JsonObject = {
    question: "May this go on?", show: { "The case": "input", ...shows }, due_hours: HOURS,
    choices: [{ name: "approve", label: "Approve" }, { name: "reject", label: "Reject", comment_required: true }],
  };
  return { id: stepId("review", stepIds(drawing)), kind: "escalate.review", name: "Review", config, at: snapped(at) };
}

const stopped = (drawing: Drawing): Step | undefined => drawing.nodes.find((step) => step.kind === "outcome" && step.config?.["kind"] === "stopped");
const steps = (problem: Problem, drawing: Drawing): readonly Step[] => drawing.nodes.filter((step) => problem.nodes.includes(step.id));
const edgesOf = (problem: Problem, drawing: Drawing): readonly Edge[] => problem.edges.flatMap((id) => drawing.edges.filter((edge) => edge.id === id));
const distance = (one: Point, other: Point): number => Math.hypot(one[0] - other[0], one[1] - other[1]);

function placeOf(drawing: Drawing, id: string): Point {
  const step = drawing.nodes.find((each) => each.id === id);
  return step ? place(step) : [0, 80];
}
