/** Imitates a model hub on the loopback: the interface that `@huggingface/hub` asks, and its misbehaviour. */
import { createHash } from "node:crypto";

/** A file of the imitated repository. */
export interface ServedFile {
  bytes: Uint8Array<ArrayBuffer>;
  /** Large files are served by another server, under a SHA-256. */
  large: boolean;
  /** How many bytes go over the wire before the connection is cut; taken away by the cut. */
  cutAfter?: number;
  /** What is sent instead. */
  sent?: Uint8Array<ArrayBuffer>;
  /** Whether a `Range` header is not understood. */
  ignoresRange?: boolean;
  /** Whether the connection stays open in silence after `cutAfter` bytes instead. */
  silent?: boolean;
  /** Status and error code instead of the file. */
  refused?: [status: number, code?: string];
}

/** A request as it came in. */
export interface Asked {
  path: string;
  range: string | null;
  authorization: string | null;
  /** Which server: the hub, or the one that it redirects to for large files. */
  at: "hub" | "store";
}

const COMMIT = "0123456789abcdef0123456789abcdef01234567";

/** A hub with the one repository `owner/tiny`. */
export class HubServer implements AsyncDisposable {
  readonly files = new Map<string, ServedFile>();
  readonly asked: Asked[] = [];
  /** Called when the bytes of a file have been sent as far as they will be. */
  onSent: (path: string) => void = () => {};
  readonly #hub: Deno.HttpServer<Deno.NetAddr>;
  readonly #store: Deno.HttpServer<Deno.NetAddr>;
  /** Ends the silences. */
  readonly #end = new AbortController();

  constructor(contents: ReadonlyMap<string, Uint8Array<ArrayBuffer>> = new Map()) {
    for (const [path, bytes] of contents) {
      this.files.set(path, { bytes, large: /\.(onnx|safetensors)$/.test(path) });
    }
    const settings = {
      port: 0,
      hostname: "127.0.0.1",
      onListen() {},
      onError: () => new Response("broken", { status: 500 }),
    };
    this.#hub = Deno.serve(settings, (request) => this.#answer(request));
    this.#store = Deno.serve(settings, (request) => this.#answerStore(request));
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#hub.addr.port}`;
  }

  /** Paths and ranges of the requests for files since the last call; large files at the store. */
  takeAsked(): string[] {
    const files = this.asked.splice(0).filter(({ path, at }) =>
      at === "store" || this.files.get(path)?.large === false
    );
    return files.map(({ path, range }) => range === null ? path : `${path} ${range}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#hub.shutdown();
    await this.#store.shutdown();
  }

  #answer(request: Request): Response {
    const { pathname } = new URL(request.url);
    const resolve = `/owner/tiny/resolve/${COMMIT}/`;
    if (pathname.startsWith(resolve)) {
      const path = decodeURIComponent(pathname.slice(resolve.length));
      this.#note(request, path, "hub");
      const file = this.files.get(path)!;
      if (file.refused !== undefined) return refusal(...file.refused);
      if (!file.large) return this.#send(request, path, file);
      const store = `http://127.0.0.1:${this.#store.addr.port}/${encodeURIComponent(path)}`;
      return new Response(null, { status: 302, headers: { location: store } });
    }
    this.#note(request, pathname, "hub");
    switch (pathname) {
      case "/api/models/owner/tiny/revision/main":
      case `/api/models/owner/tiny/revision/v1`:
        return Response.json({ _id: "1", id: "owner/tiny", sha: COMMIT, private: false });
      case `/api/models/owner/tiny/tree/${COMMIT}`:
        return this.#listing(request);
      case "/api/models/owner/hidden/revision/main":
        return refusal(401); // as the hub tells someone without a token about what does not exist
      case "/api/models/owner/gated/revision/main":
        return refusal(403, "GatedRepo");
      case "/api/models/owner/broken/revision/main":
        return refusal(503);
      case "/api/models/owner/portal/revision/main":
        return new Response("<html>Please log in</html>");
      case "/api/models/owner/empty/revision/main":
        return Response.json({ id: "owner/empty" });
    }
    if (pathname.startsWith("/api/models/owner/tiny/revision/")) {
      return refusal(404, "RevisionNotFound");
    }
    return refusal(404, "RepoNotFound");
  }

  #answerStore(request: Request): Response {
    const path = decodeURIComponent(new URL(request.url).pathname.slice(1));
    this.#note(request, path, "store");
    return this.#send(request, path, this.files.get(path)!);
  }

  /** Two entries a page. */
  #listing(request: Request): Response {
    const url = new URL(request.url);
    const from = Number(url.searchParams.get("cursor") ?? 0);
    const entries: unknown[] = [{ type: "directory", path: "onnx", size: 0, oid: "0".repeat(40) }];
    for (const [path, { bytes, large }] of this.files) {
      const common = { type: "file", path, size: bytes.length };
      entries.push(
        large
          ? {
            ...common,
            oid: "1".repeat(40),
            lfs: {
              oid: createHash("sha256").update(bytes).digest("hex"),
              size: bytes.length,
              pointerSize: 130,
            },
          }
          : {
            ...common,
            oid: createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex"),
          },
      );
    }
    url.searchParams.set("cursor", String(from + 2));
    const more = from + 2 < entries.length;
    return Response.json(entries.slice(from, from + 2), {
      headers: more ? { link: `<${url}>; rel="next"` } : {},
    });
  }

  #send(request: Request, path: string, file: ServedFile): Response {
    const all = file.sent ?? file.bytes;
    const range = /^bytes=(\d+)-$/.exec(request.headers.get("range") ?? "");
    const from = range === null || file.ignoresRange ? 0 : Number(range[1]);
    const rest = all.subarray(from);
    const headers: Record<string, string> = { "content-length": String(rest.length) };
    if (from > 0) headers["content-range"] = `bytes ${from}-${all.length - 1}/${all.length}`;
    const status = from > 0 ? 206 : 200;
    const { cutAfter } = file;
    if (cutAfter === undefined) return new Response(rest, { status, headers });
    delete file.cutAfter;
    const onSent = () => this.onSent(path);
    const end = this.#end.signal;
    let sent = false;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        if (!sent && cutAfter > 0) {
          sent = true;
          controller.enqueue(rest.subarray(0, cutAfter));
          return;
        }
        onSent();
        if (file.silent && !end.aborted) {
          await new Promise((done) => end.addEventListener("abort", done));
        }
        controller.error(new Error("cut"));
      },
    }, { highWaterMark: 0 });
    return new Response(body, { status, headers });
  }

  #note(request: Request, path: string, at: Asked["at"]): void {
    const { headers } = request;
    this.asked.push({
      path,
      range: headers.get("range"),
      authorization: headers.get("authorization"),
      at,
    });
  }
}

function refusal(status: number, code?: string): Response {
  return Response.json({ error: "no" }, {
    status,
    headers: code === undefined ? {} : { "x-error-code": code },
  });
}
