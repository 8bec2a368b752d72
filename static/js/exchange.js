// Brings a part of the page to what the server has rendered anew, and leaves alone what is the same: what a person has
// unfolded stays unfolded, and the keyboard's focus stays where it is. Parts are known by their ids, else by their place.

const LEFT_ALONE = new Set(["open", "data-exact", "title"]);

export function exchange(old, fresh) {
  const known = new Map();
  const wantedIds = new Set([...fresh.children].map((child) => child.id));
  for (const child of [...old.children]) {
    if (child.id && wantedIds.has(child.id)) known.set(child.id, child);
    else if (child.id) child.remove();
  }
  let here = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    const same = wanted.id ? known.get(wanted.id) : alike(here, wanted) ? here : null;
    if (same) {
      if (same === here) here = here.nextSibling;
      else old.insertBefore(same, here);
      bring(same, wanted);
    } else {
      old.insertBefore(document.adoptNode(wanted), here);
    }
  }
  while (here) {
    const next = here.nextSibling;
    here.remove();
    here = next;
  }
}

function alike(node, wanted) {
  return node && !node.id && node.nodeType === wanted.nodeType && node.nodeName === wanted.nodeName;
}

function bring(node, wanted) {
  if (node.nodeType !== Node.ELEMENT_NODE) {
    if (node.data !== wanted.data) node.data = wanted.data;
    return;
  }
  // What a script has put into a place that is its own is not the server's to change.
  if (node.isEqualNode(wanted) || wanted.dataset?.own !== undefined) return;
  for (const { name, value } of wanted.attributes) {
    if (node.getAttribute(name) !== value && !LEFT_ALONE.has(name)) node.setAttribute(name, value);
  }
  for (const { name } of [...node.attributes]) {
    if (!wanted.hasAttribute(name) && !LEFT_ALONE.has(name)) node.removeAttribute(name);
  }
  exchange(node, wanted);
}
