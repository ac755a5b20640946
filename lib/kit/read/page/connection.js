// The socket between this page and the reader's server. It comes back by itself when the server does.

/** Longest wait between two tries, in ms. */
const LONGEST_MS = 3000;

/** Connects and stays connected; `hear` gets every event, `onLink` whether the server is there. */
export function connect(notebook, hear, onLink) {
  let socket;
  let wait = 250;
  const address = `ws://${location.host}/socket/${encodeURIComponent(notebook)}`;
  const open = () => {
    socket = new WebSocket(address);
    socket.addEventListener("open", () => {
      wait = 250;
      onLink(true);
    });
    socket.addEventListener("message", ({ data }) => hear(JSON.parse(data)));
    socket.addEventListener("close", () => {
      onLink(false);
      setTimeout(open, wait);
      wait = Math.min(LONGEST_MS, 2 * wait);
    });
  };
  open();
  return {
    /** Sends a request; what cannot be sent is lost, and the page says that the server is away. */
    send(request) {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(request));
    },
  };
}
