/**
 * An npm registry on the loopback that passes everything through to the machine's own registry and
 * counts the bytes: what a first run downloads, and, once stopped, a network that is cut.
 *
 * @module
 */

/** A running pass-through registry. */
export interface CountingRegistry {
  /** Its address, for `NPM_CONFIG_REGISTRY`. */
  readonly url: string;
  /** Body bytes sent so far; text as packed as a registry sends it, whether or not the client asked for that. */
  readonly bytes: number;
  /** What was fetched: path and bytes. */
  readonly fetched: readonly { path: string; bytes: number }[];
  /** Cuts the network. */
  stop(): Promise<void>;
}

/** The registry that this machine's npm asks, ending in `/`; nothing where there is no npm, or where it does not answer. */
export async function npmRegistry(): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command("npm", {
      args: ["config", "get", "registry"],
      stderr: "null",
    }).output();
    if (!success) return undefined;
    const url = new TextDecoder().decode(stdout).trim().replace(/\/*$/, "/");
    const answer = await fetch(new URL("./zod", url), {
      method: "HEAD",
      signal: AbortSignal.timeout(10_000),
    });
    return answer.ok ? url : undefined;
  } catch {
    return undefined;
  }
}

/** Starts one in front of `upstream` (ends in `/`). */
export function countingRegistry(upstream: string): CountingRegistry {
  const fetched: { path: string; bytes: number }[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request): Promise<Response> => {
      const { pathname, search } = new URL(request.url);
      const accept = request.headers.get("accept");
      const answer = await fetch(new URL(`.${pathname}${search}`, upstream), {
        method: request.method,
        headers: accept === null ? {} : { accept },
        body: request.method === "POST" ? await request.bytes() : null,
      });
      const body = await answer.bytes();
      const type = answer.headers.get("content-type") ?? "application/octet-stream";
      if (!type.includes("json")) {
        fetched.push({ path: pathname, bytes: body.length });
        return new Response(body, { status: answer.status, headers: { "content-type": type } });
      }
      // Package descriptions name their tarballs by full address: point those here as well. A registry sends such text
      // compressed; `fetch` has unpacked it.
      const text: string = new TextDecoder().decode(body).replaceAll(upstream, `${url}/`);
      const packed = await compressed(text);
      fetched.push({ path: pathname, bytes: packed.length });
      return request.headers.get("accept-encoding")?.includes("gzip")
        ? new Response(packed, {
          status: answer.status,
          headers: { "content-type": type, "content-encoding": "gzip" },
        })
        : new Response(text, { status: answer.status, headers: { "content-type": type } });
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  return {
    url,
    fetched,
    get bytes() {
      return fetched.reduce((sum, { bytes }) => sum + bytes, 0);
    },
    stop: () => server.shutdown(),
  };
}

function compressed(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Response(stream).bytes();
}
