// What a case brings along: the fields of the input as a form, and the JSON Schema behind it for those who want it.

import { setInput } from "../../changes/changes.ts";
import { editor, use } from "../../editor.ts";
import { type Json, type JsonObject, isObject } from "../../model/document.ts";
import { Icon } from "../Icon.tsx";
import { FieldList } from "./FieldList.tsx";
import { JsonText } from "./JsonText.tsx";
import { fieldsIn } from "./inputFields.ts";

export function InputForm(): React.JSX.Element {
  const input = use((seen) => seen.drawing.input);
  const readOnly = use((seen) => seen.readOnly);
  const isEmpty = fieldsIn(input).length === 0;
  const set = (next: JsonObject, what: string): void => editor.edit(setInput(next), `input ${what}`);
  return (
    <>
      <header className="inspector-head" data-family="start"><Icon name="circle-play" size={20} /><div><h2>Start</h2><p className="muted">What every case brings along</p></div></header>
      <div className="inspector-body">
        {isEmpty && <p className="hint">Nothing yet. Add the fields that a case has: steps read them as <code>input.name</code>.</p>}
        <FieldList id="input" schema={input} readOnly={readOnly} set={set} />
        <details className="inspector-more"><summary>The JSON Schema behind it</summary>
          <div className="field"><label htmlFor="input-schema" className="visually-hidden">JSON Schema of the input</label>
            <JsonText id="input-schema" value={input as Json} readOnly={readOnly} onChange={(next) => isObject(next) && set(next, "schema")} /></div>
        </details>
      </div>
    </>
  );
}
