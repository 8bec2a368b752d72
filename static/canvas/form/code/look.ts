// How the editor of an expression looks: like every other field. Its colours are the page's tokens; the colours of words
// are in css/form.css, by the classes that the highlighter gives.

import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

export const look = (lines: number): Extension => EditorView.theme({
  "&": { border: "1px solid var(--edge)", borderRadius: "var(--radius)", background: "var(--surface)", color: "var(--ink)", fontSize: "var(--text-xs)", minInlineSize: "0" },
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "1px" },
  "&:has([aria-invalid])": { borderColor: "var(--problem)", boxShadow: "0 0 0 1px var(--problem)" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5", maxBlockSize: "16rem" },
  ".cm-content": { padding: "0.35rem 0", minBlockSize: `${lines * 1.5 + 0.7}em`, caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 0.5rem" },
  ".cm-placeholder": { color: "var(--muted)" },
  "&.cm-focused .cm-matchingBracket": { background: "var(--accent-soft)", outline: "1px solid var(--accent)" },
  "&.cm-focused .cm-nonmatchingBracket": { background: "var(--problem-soft)", color: "var(--problem)" },
  ".cm-tooltip": { border: "1px solid var(--edge)", borderRadius: "var(--radius)", background: "var(--surface)", color: "var(--ink)", boxShadow: "var(--shadow-l)", zIndex: "20" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--font)", fontSize: "var(--text-s)", maxBlockSize: "15rem", minInlineSize: "15rem", maxInlineSize: "min(24rem, 92vw)", padding: "0.25rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { display: "grid", gridTemplateColumns: "minmax(0, 1fr) auto", gap: "0 0.75rem", padding: "0.25rem 0.5rem", borderRadius: "var(--radius-s)", whiteSpace: "normal", overflowWrap: "anywhere" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { background: "var(--accent-soft)", color: "var(--ink)" },
  ".cm-completionLabel": { fontFamily: "var(--mono)", fontSize: "var(--text-xs)", lineHeight: "1.6" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-completionDetail": { margin: "0", fontStyle: "normal", color: "var(--muted)", fontSize: "var(--text-xs)" },
  ".cm-help": { gridColumn: "1 / -1", color: "var(--muted)", fontSize: "var(--text-xs)" },
});
