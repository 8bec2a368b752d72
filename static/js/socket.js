// A websocket that comes back when the line breaks, and stays away when the server says so.

const FIRST_MS = 500;
const LONGEST_MS = 15_000;
const WORDS = { on: "live", again: "not live, trying again", ended: "ended", refused: "no longer permitted" };

export function litBy(light) {
  return (how, reason) => {
    light.dataset.live = how;
    const word = how === "refused" && reason ? reason : WORDS[how];
    const text = light.querySelector("[data-live-text]");
    if (text.textContent !== word) text.textContent = word;
  };
}

// `path` is a function, since what has been read so far is part of the address. `told` gets each message; `stood` hears
// "on", "again" (it will be tried again) and "ended" or "refused" (it will not); `litBy` says it in a mark on the page.
export function follow(path, told, stood = () => {}) {
  let wait = FIRST_MS;
  let left = false;
  let socket;

  function open() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    socket = new WebSocket(`${scheme}//${location.host}${path()}`);
    socket.addEventListener("message", (message) => {
      wait = FIRST_MS;
      stood("on");
      told(JSON.parse(message.data));
    });
    socket.addEventListener("close", (closed) => {
      if (left) return;
      if (closed.code === 1000) return stood("ended", closed.reason);
      if (closed.code >= 4400 && closed.code < 4500) return stood("refused", closed.reason);
      stood("again");
      setTimeout(open, wait * (0.75 + Math.random() / 2));
      wait = Math.min(wait * 2, LONGEST_MS);
    });
  }

  addEventListener("pagehide", () => {
    left = true;
    socket.close();
  });
  open();
}
