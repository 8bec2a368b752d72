// A websocket that comes back when the line breaks, and stays away when the server says so.

const FIRST_MS = 500;
const LONGEST_MS = 15_000;

// `path` is a function, since what has been read so far is part of the address. `told` gets each message; `stood` hears
// "on", "again" (it will be tried again) and "ended" or "refused" (it will not).
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
