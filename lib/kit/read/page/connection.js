// The socket between this page and the reader's server. It comes back by itself when the server does.

/** Longest wait between two tries, in ms. */
const LONGEST_MS = 3000;

/** Connects and stays connected; `hear` gets every event, `onLink` whether the server is there. */
export function connect(notebook, hear, onLink) {
  let socket;
  let wait = 250;
  let waiting = [];
  const address = `ws://${location.host}/socket/${encodeURIComponent(notebook)}`;
  const open = () => {
    socket = new WebSocket(address);
    socket.addEventListener("open", () => {
      wait = 250;
      onLink(true);
      for (const request of waiting.splice(0)) socket.send(request);
    });
    socket.addEventListener("message", ({ data }) => hear(JSON.parse(data)));
    socket.addEventListener("close", () => {
      waiting = [];
      onLink(false);
      setTimeout(open, wait);
      wait = Math.min(LONGEST_MS, 2 * wait);
    });
  };
  open();
  return {
    /** Sends a request, at once or as soon as the page is connected; lost while the server is away, which the page says. */
    send(request) {
      const text = JSON.stringify(request);
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
      else if (socket.readyState === WebSocket.CONNECTING) waiting.push(text);
    },
  };
}
