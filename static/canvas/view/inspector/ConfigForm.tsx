// The configuration of a step: the server's form, kept by `form`. What is typed becomes an edit of the drawing at once, and
// every change of the drawing reaches the form.

import { useEffect, useRef } from "react";
import { setConfig } from "../../changes/changes.ts";
import { editor } from "../../editor.ts";
import { StepForm } from "../../form/form.ts";
import { type FormApi, formApi } from "../../sync/form.ts";
import { SampleChoice } from "./SampleChoice.tsx";

let api: FormApi | null = null;

// Mounted anew for each step, and when the drawing may no longer be changed.
export function ConfigForm({ id, readOnly }: { id: string; readOnly: boolean }): React.JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const form = new StepForm(place.current as HTMLDivElement, {
      api: door(), drawing: editor.now.drawing, node: id, readOnly, sample: () => editor.now.sample,
      changed: (config, what) => editor.edit(setConfig(id, config), what && `config ${id} ${what}`),
      told: (text) => editor.tell(text),
    });
    let { drawing, sample } = editor.now;
    const stop = editor.subscribe(() => {
      const before = { drawing, sample };
      ({ drawing, sample } = editor.now);
      // A step that is gone takes its form along as soon as the view is drawn again.
      if (drawing !== before.drawing && drawing.nodes.some((step) => step.id === id)) form.refresh(drawing);
      if (sample !== before.sample) form.preview();
    });
    return () => {
      stop();
      form.unmount();
    };
  }, [id, readOnly]);
  return (
    <>
      <div className="config" ref={place} />
      <SampleChoice />
    </>
  );
}

function door(): FormApi {
  const { slug = "", csrf = "" } = document.querySelector<HTMLElement>("interlock-canvas")?.dataset ?? {};
  return (api ??= formApi(slug, csrf));
}
