// Changes of a configuration: plain JSON in, a new value out, nothing else is touched. Places are JSON pointers.
//
// Used by `inspector.js` and its tests. It knows no form and no server; whether a value fits is for the server to say.

const NUMBER = /^[+-]?\d{1,300}([.]\d{1,300})?([eE][+-]?\d{1,3})?$/;

export const parts = (path) => path.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
export const pointer = (keys) => keys.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
export const read = (value, keys) => keys.reduce((inside, key) => (isHolder(inside) && Object.hasOwn(inside, key) ? inside[key] : undefined), value);

// What a person typed, as the value of a control. `{ value: undefined }`: the field is left out; `{ flaw }`: it is no
// value yet, and what was there stays.
export function typed(sort, text, required) {
  if (text === "" && !required) return { value: undefined };
  if (sort === "number" || sort === "integer") return { value: NUMBER.test(text.trim()) ? Number(text) : text };
  if (sort !== "json") return { value: text };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { flaw: "This is no valid JSON yet; what was there before stays." };
  }
}

// The value with another one at a place; `undefined` takes it away. Lists are filled up to the place.
export function put(value, keys, what, filler = "") {
  if (keys.length === 0) return what;
  const [key, ...rest] = keys;
  if (Array.isArray(value)) {
    const list = [...value];
    while (list.length < Number(key)) list.push(filler);
    list[Number(key)] = put(list[Number(key)] ?? empty(rest), rest, what, filler);
    return list;
  }
  const fields = isHolder(value) ? value : {};
  const there = Object.hasOwn(fields, key) ? fields[key] : undefined;
  const inside = put(there ?? empty(rest), rest, what, filler);
  if (inside !== undefined) return entries([...others(fields, key, inside)]);
  return entries(Object.entries(fields).filter(([name]) => name !== key));
}

export function add(value, path, blank, into) {
  const keys = parts(path);
  const there = read(value, keys);
  if (into === "list") return put(value, keys, [...(Array.isArray(there) ? there : []), blank]);
  const fields = isHolder(there) && !Array.isArray(there) ? there : {};
  return put(value, keys, entries([...Object.entries(fields), [unused(fields, "name"), blank]]));
}

export function remove(value, path) {
  const { keys, key, holder } = placed(value, path);
  if (Array.isArray(holder)) return put(value, keys, holder.filter((_, index) => index !== Number(key)));
  return put(value, keys, entries(Object.entries(holder ?? {}).filter(([name]) => name !== key)));
}

// One place earlier (-1) or later (1) among its neighbours, in lists and in maps.
export function move(value, path, by) {
  const { keys, key, holder } = placed(value, path);
  if (Array.isArray(holder)) return put(value, keys, swapped(holder, Number(key), by));
  const rows = Object.entries(holder ?? {});
  return put(value, keys, entries(swapped(rows, rows.findIndex(([name]) => name === key), by)));
}

// A map's entry by another name, in the same place. A name that is taken or empty changes nothing.
export function rename(value, path, name) {
  const { keys, key, holder } = placed(value, path);
  if (name === "" || (name !== key && Object.hasOwn(holder, name))) return value;
  return put(value, keys, entries(Object.entries(holder).map(([each, what]) => [each === key ? name : each, what])));
}

// The columns and rows of a decision table, which belong together.
export const table = {
  addColumn: (config) => widened({ ...config, inputs: [...rows(config.inputs), { name: columnName(config), expr: "input", type: "string" }] }, (when) => [...when, "-"]),
  removeColumn: (config, path) => widened({ ...config, inputs: rows(config.inputs).filter((_, index) => index !== at(path)) }, (when) => when.filter((_, index) => index !== at(path))),
  moveColumn: (config, path, by) => widened({ ...config, inputs: swapped(rows(config.inputs), at(path), by) }, (when) => swapped(when, at(path), by)),
  addRow: (config) => ({ ...config, rows: [...rows(config.rows), { when: rows(config.inputs).map(() => "-"), choice: rows(config.choices)[0] ?? "" }] }),
  addOutput: (config) => handed(rows(config.rows).length ? config : table.addRow(config), (then) => ({ ...then, [unused(then, "value")]: "" })),
  removeOutput: (config, name) => handed(config, (then) => entries(Object.entries(then).filter(([each]) => each !== name))),
  renameOutput: (config, name, to) => (to === "" || rows(config.rows).some((row) => Object.hasOwn(row.then ?? {}, to)) ? config : handed(config, (then) => entries(Object.entries(then).map(([each, what]) => [each === name ? to : each, what])))),
};

const isHolder = (value) => typeof value === "object" && value !== null;
const rows = (value) => (Array.isArray(value) ? value : []);
const at = (path) => Number(parts(path).at(-1));
// Not by assignment: a name like “__proto__” is a name like any other.
const entries = (pairs) => Object.fromEntries(pairs);
const empty = (keys) => (keys.length === 0 ? undefined : /^\d+$/.test(keys[0]) ? [] : {});

function* others(fields, key, inside) {
  let met = false;
  for (const [name, what] of Object.entries(fields)) {
    yield [name, name === key ? inside : what];
    met ||= name === key;
  }
  if (!met) yield [key, inside];
}

function placed(value, path) {
  const keys = parts(path);
  const key = keys.pop();
  return { keys, key, holder: read(value, keys) };
}

function swapped(list, index, by) {
  const to = index + by;
  if (index < 0 || to < 0 || to >= list.length) return list;
  const moved = [...list];
  [moved[index], moved[to]] = [moved[to], moved[index]];
  return moved;
}

function unused(fields, stem) {
  if (!Object.hasOwn(fields, stem)) return stem;
  let number = 2;
  while (Object.hasOwn(fields, `${stem}_${number}`)) number += 1;
  return `${stem}_${number}`;
}

function columnName(config) {
  return unused(entries(rows(config.inputs).map((column) => [column?.name, true])), "column");
}

function widened(config, change) {
  return { ...config, rows: rows(config.rows).map((row) => ({ ...row, when: change(rows(row?.when)) })) };
}

function handed(config, change) {
  return { ...config, rows: rows(config.rows).map((row) => ({ ...row, then: change(isHolder(row?.then) ? row.then : {}) })) };
}
