/** `deno task download`: arguments, streams, exit codes, and what it says while it runs. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "offprint/errors.ts";
import { DownloadDisplay } from "offprint/lm/hub/display.ts";
import { command } from "offprint/commands/download.ts";
import { loadModel } from "offprint/lm/load_model.ts";
import { HubServer } from "../lm/hub/hub_server.ts";
import { publishedFiles } from "../lm/published_model.ts";

const published = publishedFiles(false);
const GRAPH = "onnx/model.onnx";
const decoder = new TextDecoder();

const root = fileURLToPath(new URL("../../", import.meta.url));
/** What `deno task download` runs, without its first word. */
const words: string[] = JSON.parse(await Deno.readTextFile(join(root, "deno.json")))
  .tasks.download.command.split(" ").slice(1);

function spawn(args: string[], env: Record<string, string>): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [...words, ...args],
    cwd: root,
    env: { HF_TOKEN: "", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

Deno.test("download may neither start programs nor load libraries", () => {
  assertEquals(
    words.filter((word) => /^-A$|^-[A-Z]$|^--allow/.test(word)),
    ["read", "write", "net", "env"].map((name) => `--allow-${name}`),
  );
});

Deno.test("download fetches by HF_ENDPOINT, prints the folder and says what it does", async () => {
  const folder = await Deno.makeTempDir();
  await using hub = new HubServer(published);
  const env = { HF_ENDPOINT: `${hub.endpoint}/`, HF_TOKEN: "hf_x" };
  const done = await spawn(["owner/tiny", "--to", folder, "--revision", "v1"], env).output();
  const stderr = decoder.decode(done.stderr);
  assertEquals(done.code, 0, stderr);
  assertEquals(decoder.decode(done.stdout).trim(), join(folder, "/"));
  const lines = stderr.trim().split("\n");
  assertEquals(lines.length, 1 + published.size, stderr);
  assert(/^owner\/tiny at 0123456789ab: 4 files, 1\.\d MB$/.test(lines[0]!), lines[0]);
  assert(lines.includes(`${GRAPH}  1.1 MB`), stderr);
  assert(!stderr.includes("\x1b"), stderr);
  assert(hub.asked.every(({ at, authorization }) => at === "store" || authorization !== null));
  await (await loadModel(folder, { threads: 1 })).model.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a mistake is one line and exit code 2", async () => {
  const folder = await Deno.makeTempDir();
  await using hub = new HubServer(published);
  const { code, stdout, stderr } = await spawn(["owner/none", "--to", folder], {
    HF_ENDPOINT: hub.endpoint,
  }).output();
  assertEquals([code, decoder.decode(stdout)], [2, ""]);
  assertEquals(
    decoder.decode(stderr).trimEnd(),
    `model: got "owner/none", expected the name of a model at ${hub.endpoint} (HTTP 404). ` +
      "Check the spelling; for a private model set HF_TOKEN.",
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test({
  name: "Ctrl-C keeps what has come",
  ignore: Deno.build.os === "windows", // a process cannot send another one Ctrl-C there
  fn: async () => {
    const folder = await Deno.makeTempDir();
    await using hub = new HubServer(published);
    Object.assign(hub.files.get(GRAPH)!, { cutAfter: 5000, silent: true });
    const args = ["owner/tiny", "--to", folder, "--endpoint", hub.endpoint];
    const child = spawn(args, {});
    hub.onSent = () => child.kill("SIGINT");
    const { code, stderr } = await child.output();
    assertEquals(code, 130);
    assert(decoder.decode(stderr).includes("the same command fetches the rest"));
    const names = [...Deno.readDirSync(join(folder, "onnx"))].map(({ name }) => name);
    assert(names.length === 1 && names[0]!.endsWith(".part"), names.join());
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test("wrong arguments are one clear line", async () => {
  const cases: [string[], string][] = [
    [[], "deno task download: got nothing, expected one model name"],
    [["a/b", "c/d"], 'got "a/b c/d", expected one model name'],
    [["a/b", "--too", "x"], "got unknown option '--too', expected options among --to, "],
    [["a/b", "--to"], "expected options among --to, "],
    [["a/b", "--endpoint", "x"], '--endpoint (or HF_ENDPOINT): got "x"'],
    [["../b", "--endpoint", "http://127.0.0.1:9"], 'model: got "../b"'],
  ];
  for (const [args, message] of cases) {
    const error = await assertRejects(() => command.run(args), UserError, message);
    assert(!error.message.includes("\n"), error.message);
  }
});

Deno.test("progress: bytes, rate and time left, in a terminal and in a pipe", () => {
  const files = ["a", "b"].map((path) => ({
    path,
    bytes: 100_000_000,
    hash: { kind: "sha256", hex: "0" } as const,
    present: path === "a" ? 40_000_000 : 0,
    complete: false,
  }));
  const plan = { name: "o/m", commit: "0".repeat(40), folder: new URL("file:///m/"), files };
  const shown = (terminal: boolean, stepMs: number): string[] => {
    let now = 0;
    const written: string[] = [];
    const display = new DownloadDisplay({
      terminal,
      now: () => now,
      write: (text) => written.push(text),
    });
    display.plan(plan);
    for (let present = 40_000_000; present <= 100_000_000; present += 20_000_000) {
      display.bytes(files[0]!, present, present === 40_000_000 ? 0 : 20_000_000);
      now += stepMs;
    }
    display.file(files[0]!);
    display.close();
    return written;
  };
  const first = "o/m at 000000000000: 2 files, 200 MB, of which 40.0 MB are here\n";
  // 20 MB every 12 s: a line each time.
  assertEquals(shown(false, 12_000), [
    first,
    "a  60.0 MB of 200 MB  1.7 MB/s  84 s left\n",
    "a  80.0 MB of 200 MB  1.7 MB/s  72 s left\n",
    "a  100 MB of 200 MB  1.7 MB/s  60 s left\n",
    "a  100 MB\n",
  ]);
  // 20 MB a second: a pipe hears of the file only, a terminal of every step.
  assertEquals(shown(false, 1000), [first, "a  100 MB\n"]);
  const line = (text: string): string => `\r\x1b[K${text}`;
  assertEquals(shown(true, 1000), [
    line(first),
    line("a  60.0 MB of 200 MB  20.0 MB/s  7 s left"),
    line("a  80.0 MB of 200 MB  20.0 MB/s  6 s left"),
    line("a  100 MB of 200 MB  20.0 MB/s  5 s left"),
    line("a  100 MB\n"),
    line(""),
  ]);
});
