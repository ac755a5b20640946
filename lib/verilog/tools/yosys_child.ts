/**
 * The process in which Yosys (WebAssembly) runs: reads one request a line, answers one line each. It is
 * a process and not a worker because a busy worker cannot be stopped.
 *
 * @module
 */
import type * as Yosys from "@yowasp/yosys";

/** One Yosys run. */
export interface YosysRequest {
  script: string;
  files: Record<string, string>;
  /** Names of files to send back. */
  outputs: string[];
  /** Bytes of log to keep. */
  logBytes: number;
}

/** Its result; `failure` is set when Yosys did not end by itself (no memory). */
export interface YosysAnswer {
  code: number;
  log: string;
  files: Record<string, string>;
  failure?: string;
}

// Not a literal, so that only this process downloads the package.
const YOSYS_PACKAGE: string = "@yowasp/yosys";

async function answer(yosys: typeof Yosys, request: YosysRequest): Promise<YosysAnswer> {
  const { script, files, outputs, logBytes } = request;
  const decoder = new TextDecoder();
  let log = "";
  const write = (bytes: Uint8Array | null) => {
    if (bytes !== null && log.length < logBytes) log += decoder.decode(bytes, { stream: true });
  };
  const finish = (code: number, tree: Yosys.Tree | undefined): YosysAnswer => ({
    code,
    log: log.slice(0, logBytes),
    files: Object.fromEntries(outputs.flatMap((name) => {
      const content = tree?.[name];
      if (content === undefined) return [];
      if (typeof content === "string") return [[name, content]];
      return content instanceof Uint8Array ? [[name, new TextDecoder().decode(content)]] : [];
    })),
  });
  try {
    const streams = { stdout: write, stderr: write, decodeASCII: false };
    return finish(0, await yosys.runYosys(["-Q", "-T", "-p", script], files, streams));
  } catch (error) {
    if (error instanceof yosys.Exit) return finish(error.code, error.files);
    return {
      ...finish(1, undefined),
      failure: error instanceof Error ? error.message : String(error),
    };
  }
}

async function* lines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const piece of stream.pipeThrough(new TextDecoderStream() as never)) {
    const parts = (rest + piece).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
}

if (import.meta.main) {
  const yosys: typeof Yosys = await import(YOSYS_PACKAGE);
  const encoder = new TextEncoder();
  for await (const line of lines(Deno.stdin.readable)) {
    const bytes = encoder.encode(JSON.stringify(await answer(yosys, JSON.parse(line))) + "\n");
    for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
  }
}
