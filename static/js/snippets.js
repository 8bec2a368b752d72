// The programs on the page of triggers: the token that somebody types goes into them, in this window alone, and each can
// be copied, as can what is shown this once. Without scripts they are read and marked by hand.

const asked = document.querySelector("[data-token]");
const token = asked?.querySelector("input");
const programs = [...document.querySelectorAll("[data-placeholder]")];
const written = new Map(programs.map((each) => [each, each.textContent]));
// What a token is made of; anything else would break out of the quotes that it stands in.
const foreign = /[^A-Za-z0-9_-]/g;

function fillIn() {
  const mine = token.value.replace(foreign, "");
  for (const each of programs) {
    const text = written.get(each);
    each.querySelector("code").textContent = mine ? text.replaceAll(each.dataset.placeholder, mine) : text;
  }
}

async function copy(button) {
  const told = button.querySelector("span");
  const program = document.getElementById(button.dataset.copy);
  told.textContent = (await taken(program)) ? "Copied" : "Marked: press Ctrl C";
  setTimeout(() => { told.textContent = "Copy"; }, 3_000);
}

// The clipboard is there on safe addresses only; elsewhere the text is marked, which is half of the way.
async function taken(program) {
  try {
    await navigator.clipboard.writeText(program.textContent);
    return true;
  } catch {
    getSelection().selectAllChildren(program);
    return false;
  }
}

// The answer that shows a key once came from a form's own address, where nothing stands for whoever comes back.
const shown = document.querySelector("[data-at]");
if (shown) history.replaceState(null, "", shown.dataset.at);

if (asked) {
  asked.hidden = false;
  token.addEventListener("input", fillIn);
  fillIn();
}
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => void copy(button));
}
