// How expressions and templates are coloured: a small reader of CEL, line by line. It judges nothing; the server does.

import { StreamLanguage, type StreamParser, type StringStream } from "@codemirror/language";
import type { Language } from "../../sync/form.ts";

interface State {
  // Of a template: whether the reader stands between `{{` and `}}`. An expression is all inside.
  inside: boolean;
  quote: string;
}

const ROOTS = new Set(["input", "steps", "run"]);
const WORDS = new Set(["true", "false", "null", "in"]);

export const languageOf = (language: Language): StreamLanguage<State> => StreamLanguage.define(parser(language === "template"));

function parser(template: boolean): StreamParser<State> {
  return {
    name: template ? "template" : "expression",
    startState: () => ({ inside: !template, quote: "" }),
    copyState: (state) => ({ ...state }),
    token(stream, state) {
      if (!state.inside) return outside(stream, state);
      if (template && !state.quote && stream.match("}}")) return (state.inside = false), "brace";
      return inside(stream, state);
    },
  };
}

function outside(stream: StringStream, state: State): string | null {
  if (stream.match("{{")) return (state.inside = true), "brace";
  stream.next();
  while (!stream.eol() && !stream.match("{{", false)) stream.next();
  return null;
}

function inside(stream: StringStream, state: State): string | null {
  if (state.quote) return string(stream, state);
  if (stream.eatSpace()) return null;
  const quote = stream.match(/^(?:"""|'''|"|')/);
  if (quote && typeof quote !== "boolean") return (state.quote = quote[0]), string(stream, state);
  if (stream.match(/^\d+(?:\.\d+)?(?:[eE][+-]?\d+)?u?/)) return "number";
  const name = stream.match(/^[A-Za-z_]\w*/);
  if (name && typeof name !== "boolean") return word(name[0], stream);
  if (stream.match(/^(?:&&|\|\||[=!<>]=|[-+*/%<>!?:])/)) return "operator";
  stream.next();
  return null;
}

function string(stream: StringStream, state: State): string {
  while (!stream.eol()) {
    if (stream.match(state.quote)) {
      state.quote = "";
      return "string";
    }
    if (stream.next() === "\\") stream.next();
  }
  // Only texts in three quotes go over lines.
  if (state.quote.length === 1) state.quote = "";
  return "string";
}

function word(name: string, stream: StringStream): string {
  if (WORDS.has(name)) return "atom";
  if (stream.match(/^\s*\(/, false)) return "className";
  return ROOTS.has(name) ? "keyword" : "variableName";
}
