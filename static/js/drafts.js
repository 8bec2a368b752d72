// What somebody has begun to write about a case and not sent: kept in this window until it is sent, or they sign out.
// Used by the inbox; every page sees to it that whoever else signs in in this window finds nothing. Not for other forms.

const KEY = "drafts";
const MOST = 50;

// Who is signed in, as the page says; nobody on the page that asks for it.
export const person = document.getElementById("told")?.dataset.person ?? "";

function kept() {
  try {
    const found = JSON.parse(sessionStorage.getItem(KEY));
    return found?.person === person ? found.cases : {};
  } catch {
    return {};
  }
}

function keepAll(cases) {
  const latest = Object.fromEntries(Object.entries(cases).slice(-MOST));
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ person, cases: latest }));
  } catch {
    // The window keeps no more: what was written stays on the page.
  }
}

const fieldsOf = (pane) => [...pane.querySelectorAll("#answer :is(input:not([type=hidden]), select, textarea), #remark")];
const isWords = (field) => field.id === "comment" || field.id === "remark";

// What a field held before anybody changed it. What stands in a comment is always somebody's words.
export function was(field) {
  if (isWords(field)) return "";
  if (field.type === "checkbox") return String(field.defaultChecked);
  if (field.tagName !== "SELECT") return field.defaultValue;
  return [...field.options].find((each) => each.defaultSelected)?.value ?? "";
}

export const now = (field) => (field.type === "checkbox" ? String(field.checked) : field.value);

export function keep(pane) {
  const { case: id, digest } = pane.dataset;
  if (!id || !person) return;
  const { [id]: found, ...cases } = kept();
  const old = found?.digest === digest ? found : null;
  const words = {};
  for (const field of fieldsOf(pane)) {
    // After a refusal the page itself holds what was sent: what was kept before is kept on.
    if (now(field) !== was(field) || old?.words[field.name] === now(field)) words[field.name] = now(field);
  }
  if (Object.keys(words).length) cases[id] = { digest, words };
  keepAll(cases);
}

// Puts back what was written about the very same question; whether there was anything.
export function restore(pane) {
  const { case: id, digest } = pane.dataset;
  const found = kept()[id];
  if (!found || found.digest !== digest) return false;
  const changed = fieldsOf(pane).filter((field) => field.name in found.words && found.words[field.name] !== now(field));
  for (const field of changed) {
    if (field.type === "checkbox") field.checked = found.words[field.name] === "true";
    else field.value = found.words[field.name];
    if (field.closest("#answer details")) field.closest("#answer details").open = true;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  return changed.length > 0;
}

// Sent, or not wanted any more: all of a case, or one field of it.
export function forget(id, name) {
  const { [id]: old, ...cases } = kept();
  if (!old) return;
  if (name) {
    delete old.words[name];
    if (Object.keys(old.words).length) cases[id] = old;
  }
  keepAll(cases);
}

if (person && !Object.keys(kept()).length) sessionStorage.removeItem(KEY);
document.addEventListener("submit", (event) => {
  if (event.target.getAttribute("action") === document.getElementById("told")?.dataset.signOut) sessionStorage.removeItem(KEY);
});
