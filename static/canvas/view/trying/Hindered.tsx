// Why a try-out did not begin: in words, and where problems of the drawing are the reason, with the way to each of them.

import * as commands from "../../commands.ts";
import { editor, use } from "../../editor.ts";
import type { Problem } from "../../model/problem.ts";
import type { Hindrance } from "../../live/trial.ts";
import * as trying from "../../live/trying.ts";
import { Icon } from "../Icon.tsx";
import { nameOf } from "./words.ts";

const MOST = 5;

export function Hindered({ what }: { what: Hindrance }): React.JSX.Element {
  const drawing = use((seen) => seen.drawing);
  const pins = what.errors.flatMap((error) => (error.path.startsWith("/pins/") ? [error.path.slice("/pins/".length)] : []));
  return (
    <div className="trying-hindered" role="alert">
      <p><Icon name="circle-alert" size={15} />{what.detail}</p>
      {what.problems.slice(0, MOST).map((problem, index) => <button key={index} type="button" className="inspector-problem" onClick={() => jump(problem)}><Icon name="circle-alert" size={14} /><span>{problem.message}</span></button>)}
      {what.problems.length > MOST && <p className="hint">and {what.problems.length - MOST} more</p>}
      {pins.map((node) => <p key={node}>The pin of “{nameOf(drawing, node)}” does not fit the drawing any more. <button type="button" className="link" onClick={() => trying.unpin(node)}>Unpin it</button></p>)}
    </div>
  );
}

function jump(problem: Problem): void {
  const same = (each: Problem): boolean => each.code === problem.code && each.path === problem.path && each.nodes.join() === problem.nodes.join();
  const index = editor.now.problems.findIndex(same);
  if (index >= 0) return commands.showProblem(index);
  const [first] = problem.nodes;
  if (first) commands.goTo(first);
}
