// The editor of an expression or a template, in place of a plain field: colours, matching brackets, and what may be written
// here. A chunk of its own (CodeMirror), fetched by `codes.ts`; the field behind it keeps the text, and tells the form.

import { autocompletion, closeCompletion, type Completion, type CompletionContext, completionKeymap, type CompletionResult, startCompletion } from "@codemirror/autocomplete";
import { standardKeymap } from "@codemirror/commands";
import { bracketMatching, syntaxHighlighting } from "@codemirror/language";
import { Annotation, Compartment, EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap, placeholder, tooltips } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import type { Language, Offer } from "../../sync/form.ts";
import { languageOf } from "./language.ts";
import { look } from "./look.ts";

export type Offers = (text: string, cursor: number) => Promise<readonly Offer[]>;

export interface CodeEditor {
  // Puts another text in, and leaves the cursor where it can stay.
  set(text: string): void;
  // Says anew what the field behind says of itself: whether it is wrong, and what explains it.
  describe(): void;
  close(): void;
}

interface Helped extends Completion {
  readonly help: string;
}

const fromOutside = Annotation.define<boolean>();
// What the page may style is named by its policy; the script that began all this carries the name.
const nonce = document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce ?? "";

export function edit(field: HTMLTextAreaElement, place: HTMLElement, offers: Offers): CodeEditor {
  const language: Language = field.dataset["sort"] === "template" ? "template" : "expression";
  const described = new Compartment();
  const hadFocus = document.activeElement === field;
  const label = document.querySelector<HTMLElement>(`label[for="${CSS.escape(field.id)}"]`);
  const view: EditorView = new EditorView({
    parent: place,
    state: EditorState.create({
      doc: field.value,
      selection: { anchor: Math.min(field.selectionStart, field.value.length) },
      extensions: [...common(field, language, offers), described.of(attributes(field)), EditorView.updateListener.of((update) => {
        if (!update.docChanged || update.transactions.some((each) => each.annotation(fromOutside))) return;
        field.value = update.state.doc.toString();
        field.dispatchEvent(new Event("input", { bubbles: true }));
      })],
    }),
  });
  const focus = (): void => view.focus();
  field.addEventListener("focus", focus);
  label?.addEventListener("click", focus);
  if (hadFocus) view.focus();
  let before = JSON.stringify(saidOf(field));
  return {
    set(text) {
      if (text !== view.state.doc.toString()) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, annotations: fromOutside.of(true) });
    },
    describe() {
      const now = JSON.stringify(saidOf(field));
      if (now !== before) view.dispatch({ effects: described.reconfigure(attributes(field)) });
      before = now;
    },
    close() {
      field.removeEventListener("focus", focus);
      label?.removeEventListener("click", focus);
      view.destroy();
    },
  };
}

function common(field: HTMLTextAreaElement, language: Language, offers: Offers): Extension[] {
  return [
    EditorView.cspNonce.of(nonce),
    EditorView.lineWrapping,
    EditorState.readOnly.of(field.disabled),
    EditorView.editable.of(!field.disabled),
    languageOf(language),
    syntaxHighlighting(classHighlighter),
    bracketMatching(),
    look(field.rows),
    placeholder(field.placeholder),
    tooltips({ position: "fixed" }),
    autocompletion({ override: [source(language, offers)], icons: false, activateOnTypingDelay: 60, closeOnBlur: true, maxRenderedOptions: 60, addToOptions: [{ render: helped, position: 90 }] }),
    // Tab leaves the field, as everywhere: the list only makes way.
    keymap.of([{ key: "Tab", run: leaving, shift: leaving }, ...completionKeymap, ...standardKeymap]),
    EditorView.domEventHandlers({
      // Whoever comes to an empty expression is shown what there is.
      focus: (_, view) => void (view.state.doc.length === 0 && language === "expression" && setTimeout(() => view.hasFocus && startCompletion(view))),
      beforeinput: typeOver,
    }),
  ];
}

// Left to itself, the browser carries the colour of what is typed over into the new text, as a style that the page's policy
// forbids.
function typeOver(event: InputEvent, view: EditorView): boolean {
  if (event.inputType !== "insertText" || event.data === null || view.composing || view.state.selection.main.empty) return false;
  view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
  event.preventDefault();
  return true;
}

const leaving = (view: EditorView): boolean => closeCompletion(view) && false;

// The server knows what is available here; while a word is typed on, its answer is narrowed down without asking again.
function source(language: Language, offers: Offers): (context: CompletionContext) => Promise<CompletionResult | null> {
  return async (context) => {
    const text = context.state.doc.toString();
    if (!context.explicit && text.length > 0 && !isAsking(language, text.slice(0, context.pos))) return null;
    const found = await offers(text, context.pos);
    if (context.aborted || found.length === 0) return null;
    const from = Math.max(...found.map((each) => each.start));
    return { from, to: Math.max(context.pos, ...found.map((each) => each.end)), options: found.map((offer, index) => option(offer, from, -index)), validFor: /^\w*$/ };
  };
}

const isAsking = (language: Language, before: string): boolean => /(?:[A-Za-z_]\w*|[.[({])$/.test(before) && (language === "expression" || before.lastIndexOf("{{") > before.lastIndexOf("}}"));

// A field whose name is no word is written in brackets, in place of the dot before it.
function option(offer: Offer, from: number, boost: number): Helped {
  const back = from - offer.start;
  return {
    label: offer.text, detail: offer.type, type: offer.sort, boost: Math.max(-99, boost), help: offer.help,
    apply: (view, _, start, end) => view.dispatch({ changes: { from: start - back, to: end, insert: offer.text }, selection: { anchor: start - back + offer.text.length }, userEvent: "input.complete" }),
  };
}

function helped(completion: Completion): Node | null {
  const { help } = completion as Helped;
  return help ? Object.assign(document.createElement("span"), { className: "cm-help", textContent: help }) : null;
}

function saidOf(field: HTMLTextAreaElement): Record<string, string> {
  const label = document.getElementById(`${field.id}-label`);
  const [invalid, by] = [field.getAttribute("aria-invalid"), field.getAttribute("aria-describedby")];
  return {
    ...(label ? { "aria-labelledby": label.id } : { "aria-label": field.getAttribute("aria-label") ?? "" }),
    ...(invalid ? { "aria-invalid": invalid } : {}),
    "aria-describedby": `${by ? `${by} ` : ""}${field.id}-value`,
    ...(field.disabled ? { "aria-readonly": "true" } : {}),
    tabindex: "0",
  };
}

const attributes = (field: HTMLTextAreaElement): Extension => EditorView.contentAttributes.of(saidOf(field));
