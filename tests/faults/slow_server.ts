/** A server that accepts every request and never answers. */
export function slowServer(): { address: string } & AsyncDisposable {
  const never = new AbortController();
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {}, onError: () => new Response() },
    () =>
      new Promise<Response>((_, reject) =>
        never.signal.addEventListener("abort", () => reject(never.signal.reason))
      ),
  );
  return {
    address: `http://127.0.0.1:${server.addr.port}`,
    async [Symbol.asyncDispose]() {
      never.abort();
      await server.shutdown();
    },
  };
}
