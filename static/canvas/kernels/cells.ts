// A cell of a decision table as people read it, “more than 50”, and as it is written, `> 50`. Both ways, pure.
//
// Used by `form`. What a cell means the server decides (runtime/core/cells.py); what is not understood here is shown as
// it is written, and kept so.

export type Type = "string" | "number" | "integer" | "boolean";
export interface Comparison {
  readonly how: string;
  readonly text: string;
}

const SIGNS: Readonly<Record<string, string>> = { below: "<", to: "<=", above: ">", from: ">=" };
const NUMBER = "-?\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d{1,3})?";
const RANGE = new RegExp(`^\\[\\s*(${NUMBER})\\s*\\.\\.\\s*(${NUMBER})\\s*([\\])])$`);
const LOOSE_RANGE = new RegExp(`^(${NUMBER})\\s*(?:to|and|\\.\\.|–|-)\\s*(${NUMBER})$`);
// A comparison may be chosen before there is a number to compare with.
const COMPARED = new RegExp(`^(<=|>=|<|>)\\s*(${NUMBER})?$`);
// A range that lacks a number is kept as one, so that it is said to lack it: `[5..]`.
const HALF = /^\[(.*?)\.\.([\])])$/s;
const WHOLE = new RegExp(`^${NUMBER}$`);
const LISTED = /^in\s*\((.*)\)$/s;
const NOT = /^(?:!=\s*|not\b\s*)(.*)$/s;

export function comparison(written: string, type: Type): Comparison {
  const cell = written.trim();
  const negated = NOT.exec(cell);
  const inside = negated?.[1] === undefined ? cell : unwrapped(negated[1]);
  const found = cell === "-" ? { how: "any", text: "" } : negated ? turned(plain(inside, type)) : plain(cell, type);
  // Only what can be written again just so is shown in words: nothing is changed by being looked at.
  return found && same(writtenAs(found.how, found.text, type), cell) ? found : { how: "text", text: written };
}

export function writtenAs(how: string, text: string, type: Type): string {
  const given = text.trim();
  const sign = SIGNS[how];
  if (sign) return `${sign} ${given}`;
  switch (how) {
    case "any": return "-";
    case "yes": return "true";
    case "no": return "false";
    case "is": return literal(text, type);
    case "not": return `!= ${literal(text, type)}`;
    case "between": return LOOSE_RANGE.test(given) ? given.replace(LOOSE_RANGE, "[$1..$2]") : `[${given}..]`;
    case "until": return LOOSE_RANGE.test(given) ? given.replace(LOOSE_RANGE, "[$1..$2)") : `[${given}..)`;
    case "in": return `in (${several(text, type)})`;
    case "out": return `not in (${several(text, type)})`;
    default: return text;
  }
}

// What is typed into a cell that holds for anything, or pasted: `> 5` compares, `DE` is that very text.
export function guessed(text: string, type: Type): string {
  const given = text.trim();
  if (given === "" || given === "-") return "-";
  if (type === "boolean") return /^(true|yes)$/i.test(given) ? "true" : /^(false|no)$/i.test(given) ? "false" : given;
  if (/^(?:<|>|!=|=|in\s*\(|not\b|["'])/.test(given)) return given;
  return type === "string" ? literal(given, type) : LOOSE_RANGE.test(given) ? writtenAs("between", given, type) : given;
}

function plain(cell: string, type: Type): Comparison | null {
  if (type === "boolean") return cell === "true" ? { how: "yes", text: "" } : cell === "false" ? { how: "no", text: "" } : null;
  const listed = LISTED.exec(cell);
  if (listed?.[1] !== undefined) {
    const values = type === "string" ? texts(listed[1]) : listed[1].split(",").map((each) => each.trim());
    return values && { how: "in", text: values.join(", ") };
  }
  if (type === "string") {
    const only = texts(cell);
    return only?.length === 1 ? { how: "is", text: only[0] ?? "" } : null;
  }
  const [, sign, number = ""] = COMPARED.exec(cell) ?? [];
  if (sign) return { how: Object.keys(SIGNS).find((each) => SIGNS[each] === sign) ?? "text", text: number };
  const [, low, high, end] = RANGE.exec(cell) ?? [];
  if (low && high) return { how: end === ")" ? "until" : "between", text: `${low} to ${high}` };
  const [, half, halfEnd] = HALF.exec(cell) ?? [];
  if (half !== undefined) return { how: halfEnd === ")" ? "until" : "between", text: half.trim() };
  return cell === "" || WHOLE.test(cell) ? { how: "is", text: cell } : null;
}

function turned(found: Comparison | null): Comparison | null {
  const how = found && { is: "not", in: "out" }[found.how];
  return how ? { how, text: found.text } : null;
}

// The texts of a list in quotes; null where it is anything else.
function texts(list: string): readonly string[] | null {
  try {
    const read = JSON.parse(`[${list}]`) as unknown;
    return Array.isArray(read) && read.every((each) => typeof each === "string") ? (read as string[]) : null;
  } catch {
    return null;
  }
}

const literal = (text: string, type: Type): string => (type === "string" ? JSON.stringify(text) : text.trim());
const several = (text: string, type: Type): string => text.split(",").map((each) => literal(each.trim(), type)).join(", ");
const unwrapped = (text: string): string => text.trim().replace(/^\((.*)\)$/s, "$1").trim();
// Without blanks between the words, and every “not” in one way.
const canonical = (text: string): string => text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, "$1").replace(/^!=/, "not").replace(/^not\((.*)\)$/s, "not$1");
const same = (one: string, other: string): boolean => canonical(one) === canonical(other);
