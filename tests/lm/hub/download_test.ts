import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { UserError } from "offprint/errors.ts";
import {
  chosenFiles,
  downloadModel,
  type DownloadOptions,
  shownBytes,
} from "offprint/lm/hub/download.ts";
import { loadModel } from "offprint/lm/load_model.ts";
import { HubServer } from "./hub_server.ts";
import { publishedFiles } from "../published_model.ts";

const published = publishedFiles(true);
const GRAPH = "onnx/model.onnx";
const graphBytes = published.get(GRAPH)!;

/** A hub and an empty folder. */
async function withHub(
  run: (hub: HubServer, folder: string) => Promise<void>,
  contents: ReadonlyMap<string, Uint8Array<ArrayBuffer>> = published,
): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await using hub = new HubServer(contents);
    await run(hub, join(root, "model"));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

function download(
  hub: HubServer,
  folder: string,
  options: DownloadOptions = {},
  name = "owner/tiny",
) {
  return downloadModel(name, pathToFileURL(`${folder}/`), {
    endpoint: hub.endpoint,
    retries: 0,
    ...options,
  });
}

async function fails(run: () => Promise<unknown>, ...parts: string[]): Promise<void> {
  const { message } = await assertRejects(run, UserError);
  for (const part of parts) assert(message.includes(part), `${message} — expected ${part}`);
  assert(!message.includes("\n"), message);
}

/** The paths of all files, sorted. */
async function listed(folder: string, prefix = ""): Promise<string[]> {
  const paths: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory) paths.push(...await listed(join(folder, name), `${prefix}${name}/`));
      else paths.push(prefix + name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return paths.sort();
}

/** The part of a file, which there must be one of. */
async function partOf(folder: string, path: string): Promise<string> {
  const parts = (await listed(folder)).filter((name) => name.startsWith(path));
  assertEquals(parts.length, 1, parts.join());
  assert(parts[0]!.endsWith(".part"), parts[0]);
  return join(folder, parts[0]!);
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

Deno.test("a model is downloaded whole, loads, and is not downloaded again", async () => {
  await withHub(async (hub, folder) => {
    hub.files.set("README.md", { bytes: bytesOf("no"), large: false });
    const token = "hf_secret";
    const done: string[] = [];
    const plan = await download(hub, folder, { token, onFile: ({ path }) => done.push(path) });
    assertEquals(done, [...published.keys()].sort());
    assertEquals(await listed(folder), done);
    for (const [path, bytes] of published) {
      assertEquals(await Deno.readFile(join(folder, path)), bytes, path);
    }
    assertEquals(plan.commit.length, 40);
    // The token is for the hub alone.
    for (const { at, authorization } of hub.asked) {
      assertEquals(authorization, at === "hub" ? `Bearer ${token}` : null);
    }
    const { model, tokenizer } = await loadModel(folder, { threads: 1 });
    const text = await model.open(tokenizer.encode("the people"));
    assertEquals(text.logits.length, model.vocabSize);
    await model.close();

    hub.takeAsked();
    const again = await download(hub, folder);
    assertEquals(hub.takeAsked(), []);
    assert(again.files.every(({ complete }) => complete));
  });
});

Deno.test("after a cut connection the next call asks for the rest only", async () => {
  await withHub(async (hub, folder) => {
    hub.files.get(GRAPH)!.cutAfter = 100_000;
    await fails(
      () => download(hub, folder),
      `${GRAPH}: got 100000 of ${graphBytes.length} bytes`,
      "run the same command again",
    );
    assertEquals((await Deno.stat(await partOf(folder, GRAPH))).size, 100_000);
    hub.takeAsked();
    const states: [number, number][] = [];
    const plan = await download(hub, folder, {
      onBytes: ({ path }, present, received) => {
        if (path === GRAPH) states.push([present, received]);
      },
    });
    assertEquals(plan.files.find(({ path }) => path === GRAPH)!.present, 100_000);
    assertEquals(hub.takeAsked()[0], `${GRAPH} bytes=100000-`);
    assertEquals(states[0], [100_000, 0]);
    assertEquals(states.at(-1)![0], graphBytes.length);
    assertEquals(states.reduce((sum, [, received]) => sum + received, 100_000), graphBytes.length);
    assertEquals(await Deno.readFile(join(folder, GRAPH)), graphBytes);
    assertEquals(await listed(folder), [...published.keys()].sort());
  });
});

Deno.test("a cut connection is taken up at once, as long as bytes come", async () => {
  await withHub(async (hub, folder) => {
    const graph = hub.files.get(GRAPH)!;
    graph.cutAfter = 1000;
    let cuts = 0;
    hub.onSent = () => {
      if (++cuts < 3) graph.cutAfter = 1000;
    };
    await download(hub, folder, { retries: 3 });
    assertEquals(cuts, 3);
    assertEquals(hub.takeAsked().filter((asked) => asked.startsWith(GRAPH)), [
      GRAPH,
      ...[1000, 2000, 3000].map((from) => `${GRAPH} bytes=${from}-`),
    ]);
    assertEquals(await Deno.readFile(join(folder, GRAPH)), graphBytes);
  });
  await withHub(async (hub, folder) => {
    hub.files.get(GRAPH)!.cutAfter = 0;
    await fails(
      () => download(hub, folder, { retries: 3 }),
      `got 0 of ${graphBytes.length} bytes`,
    );
    assertEquals(hub.takeAsked().filter((asked) => asked.startsWith(GRAPH)), [GRAPH]);
  });
});

Deno.test("a server that knows no ranges sends all of it again", async () => {
  await withHub(async (hub, folder) => {
    Object.assign(hub.files.get(GRAPH)!, { cutAfter: 5000, ignoresRange: true });
    await fails(() => download(hub, folder), "got 5000 of");
    await download(hub, folder);
    assertEquals(await Deno.readFile(join(folder, GRAPH)), graphBytes);
  });
});

Deno.test("a part that is longer than the file, and parts of other versions, go", async () => {
  await withHub(async (hub, folder) => {
    hub.files.get(GRAPH)!.cutAfter = 5000;
    await fails(() => download(hub, folder), "got 5000 of");
    const part = await partOf(folder, GRAPH);
    await Deno.writeFile(part, new Uint8Array(graphBytes.length + 1));
    await Deno.writeFile(`${folder}/${GRAPH}.0123456789ab.part`, new Uint8Array(7));
    await Deno.writeFile(`${folder}/${GRAPH}.mine`, new Uint8Array(7));
    await download(hub, folder);
    assertEquals(await listed(folder), [...published.keys(), `${GRAPH}.mine`].sort());
    assertEquals(await Deno.readFile(join(folder, GRAPH)), graphBytes);
  });
});

Deno.test("wrong bytes never get their name", async () => {
  for (const path of [GRAPH, "config.json"]) {
    await withHub(async (hub, folder) => {
      const file = hub.files.get(path)!;
      file.sent = file.bytes.slice();
      file.sent[10]! ^= 1;
      await fails(() => download(hub, folder), path, "another hash", "was discarded");
      assert(!(await listed(folder)).some((name) => name.startsWith(path)));
      delete file.sent;
      await download(hub, folder);
      assertEquals(await Deno.readFile(join(folder, path)), file.bytes);
    });
  }
});

Deno.test("neither do too few or too many bytes, nor a part that was damaged", async () => {
  await withHub(async (hub, folder) => {
    const file = hub.files.get(GRAPH)!;
    file.sent = graphBytes.slice(0, -1);
    await fails(
      () => download(hub, folder),
      `${graphBytes.length - 1} of ${graphBytes.length} bytes`,
    );
    const part = await partOf(folder, GRAPH);
    await Deno.writeFile(part, new Uint8Array(5000));
    delete file.sent;
    await fails(() => download(hub, folder), "another hash");
    file.sent = new Uint8Array(graphBytes.length + 9);
    await fails(() => download(hub, folder), "another hash");
    assert(!(await listed(folder)).some((name) => name.startsWith(GRAPH)));
  });
});

Deno.test("what the hub refuses is one clear line", async () => {
  await withHub(async (hub, folder) => {
    const of = (name: string, options = {}) => () => download(hub, folder, options, name);
    await fails(of("owner/none"), 'model: got "owner/none"', hub.endpoint, "HTTP 404", "spelling");
    await fails(of("owner/hidden"), 'model: got "owner/hidden"', "HTTP 401", "set HF_TOKEN");
    await fails(of("owner/hidden", { token: "hf_x" }), "HF_TOKEN is valid");
    await fails(of("owner/gated"), "gated model", `${hub.endpoint}/owner/gated`, "HF_TOKEN");
    await fails(of("owner/broken"), "HTTP 503", "again later");
    await fails(of("owner/portal"), "answer of a model hub");
    await fails(of("owner/empty"), "no commit");
    await fails(of("owner/tiny", { revision: "v9" }), '--revision: got "v9"', "owner/tiny");
    for (const name of ["", "a/b/c", "../x", "a b", "-x", "https://x/y"]) {
      await fails(of(name), "a name like OWNER/NAME");
    }
    for (const endpoint of ["nowhere", "file:///x", ""]) {
      await fails(of("owner/tiny", { endpoint }), "--endpoint");
    }
    // A gated model can be listed by everyone.
    hub.files.get("config.json")!.refused = [403, "GatedRepo"];
    await fails(of("owner/tiny"), "gated model");
    hub.files.get("config.json")!.refused = [500];
    await fails(of("owner/tiny"), "HTTP 500");
    hub.files.get("config.json")!.refused = [404, "EntryNotFound"];
    await fails(of("owner/tiny"), "owner/tiny", "the hub itself listed");
    delete hub.files.get("config.json")!.refused;
    assertEquals((await listed(folder)).filter((name) => !name.endsWith(".part")), []);
    await download(hub, folder, { revision: "v1" });
  });
});

Deno.test("no connection, and a server that says nothing", async () => {
  await withHub(async (hub, folder) => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const endpoint = `http://127.0.0.1:${listener.addr.port}`;
    await fails(
      () => download(hub, folder, { endpoint, silenceMs: 30 }),
      endpoint,
      "no answer in 0.03 s",
      "run the same command again",
    );
    listener.close();
    await fails(() => download(hub, folder, { endpoint }), endpoint, "refused");
    assertEquals(await listed(folder), []);

    Object.assign(hub.files.get(GRAPH)!, { cutAfter: 3000, silent: true });
    await fails(() => download(hub, folder, { silenceMs: 1000 }), "nothing came for 1 s");
    assertEquals((await Deno.stat(await partOf(folder, GRAPH))).size, 3000);
  });
});

Deno.test("a download can be stopped and taken up", async () => {
  await withHub(async (hub, folder) => {
    const stop = new AbortController();
    Object.assign(hub.files.get(GRAPH)!, { cutAfter: 3000, silent: true });
    hub.onSent = () => stop.abort();
    await assertRejects(
      () => download(hub, folder, { signal: stop.signal, retries: 5 }),
      Error,
      "abort",
    );
    await partOf(folder, GRAPH);
    await download(hub, folder);
    assertEquals(await Deno.readFile(join(folder, GRAPH)), graphBytes);
    await assertRejects(() => download(hub, folder, { signal: stop.signal }), Error, "abort");
  });
});

Deno.test("files of other content are in the way, unless they may be replaced", async () => {
  await withHub(async (hub, folder) => {
    await Deno.mkdir(folder);
    const config = join(folder, "config.json");
    await Deno.writeTextFile(config, "mine");
    await fails(() => download(hub, folder), "config.json", "other content", "--replace");
    assertEquals(hub.takeAsked(), []);
    assertEquals(await Deno.readTextFile(config), "mine");
    await download(hub, folder, { replace: true });
    assertEquals(await Deno.readFile(config), published.get("config.json")!);

    await Deno.remove(config);
    await Deno.mkdir(config);
    await fails(() => download(hub, folder, { replace: true }), "config.json", "a folder", "--to");
  });
});

Deno.test("a place that cannot be written is one clear line", async () => {
  await withHub(async (hub, folder) => {
    await Deno.writeTextFile(folder, "a file");
    await fails(() => download(hub, folder), "config.json", "--to");
    await Deno.remove(folder);
    // Someone else is writing the part.
    hub.files.get(GRAPH)!.cutAfter = 10;
    await fails(() => download(hub, folder), "got 10 of");
    const other = await Deno.open(await partOf(folder, GRAPH), { write: true });
    await other.lock(true);
    await fails(() => download(hub, folder), "another download is writing");
    other.close();
    await download(hub, folder);
  });
});

Deno.test({
  name: "a full disk is one clear line",
  ignore: Deno.build.os !== "linux", // needs a file that is always full
  fn: async () => {
    await withHub(async (hub, folder) => {
      hub.files.get(GRAPH)!.cutAfter = 10;
      await fails(() => download(hub, folder), "got 10 of");
      const part = await partOf(folder, GRAPH);
      await Deno.remove(part);
      await Deno.symlink("/dev/full", part);
      await fails(() => download(hub, folder), "No space left", "Make room");
      await Deno.remove(part);
      await download(hub, folder);
    });
  },
});

Deno.test("a repository may not write outside of the folder", async () => {
  for (
    const path of ["../evil.json", "a/../../evil", "/evil", "a//b", "c:evil", "a\\b", "a/\u0000b"]
  ) {
    await withHub(async (hub, folder) => {
      hub.files.set(path, { bytes: bytesOf("x"), large: false });
      await fails(() => download(hub, folder, { patterns: ["*"] }), "inside the folder");
      assertEquals(await listed(folder), []);
    });
  }
});

Deno.test("files are chosen by what loads, or by pattern", () => {
  const chosen = (paths: string[], patterns?: string[]): string[] => {
    const hash = { kind: "sha256", hex: "0" } as const;
    const files = paths.map((path) => ({ path, bytes: 1, hash }));
    return chosenFiles({ name: "a/b", commit: "", files }, patterns).map(({ path }) => path);
  };
  const common = ["LICENSE.txt", "config.json", "tokenizer.json"];
  const other = ["README.md", "pytorch_model.bin", "sub/config.json", "onnx/model_q4.onnx"];
  const onnx = ["onnx/model.onnx", "onnx/model.onnx_data", "onnx/model.onnx_data_1"];
  const safetensors = ["model.safetensors"];
  const shards = [
    "model-00001-of-00002.safetensors",
    "model-00002-of-00002.safetensors",
    "model.safetensors.index.json",
  ];
  assertEquals(chosen([...common, ...other, ...safetensors, ...onnx]), [...common, ...onnx]);
  assertEquals(chosen([...common, ...safetensors]), [...common, ...safetensors]);
  assertEquals(chosen([...common, ...shards]), [...common, ...shards]);
  assertEquals(chosen([...common, ...other], ["*_q?.onnx", "R*"]), [
    ...common,
    "README.md",
    "onnx/model_q4.onnx",
  ]);
  assertEquals(chosen([...common, ...other], ["*"]), [...common, ...other]);
  assertThrows(
    () => chosen([...common, ...other], ["onnx/model.onnx", "*"]),
    UserError,
    '--files: got "onnx/model.onnx", expected a pattern that matches files of a/b. ' +
      "There are for example onnx/model_q4.onnx.",
  );
  assertThrows(() => chosen([...common, "x.bin"]), UserError, "a/b: got");
  assertThrows(() => chosen([]), UserError, "It is empty");
});

Deno.test("safetensors and an empty file arrive too", async () => {
  const contents = new Map([
    ["config.json", bytesOf("{}")],
    ["LICENSE", new Uint8Array(0)],
    ["model.safetensors", bytesOf("weights".repeat(1000))],
    ["model.safetensors.index.json", bytesOf("{}")],
  ]);
  await withHub(async (hub, folder) => {
    await download(hub, folder);
    assertEquals(await listed(folder), [...contents.keys()].sort());
    for (const [path, bytes] of contents) {
      assertEquals(await Deno.readFile(join(folder, path)), bytes);
    }
  }, contents);
});

Deno.test("bytes read well", () => {
  const cases: [number, string][] = [
    [0, "0 B"],
    [0.4, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [12_345_678, "12.3 MB"],
    [540e6, "540 MB"],
    [3.21e15, "3210 TB"],
  ];
  for (const [bytes, expected] of cases) assertEquals(shownBytes(bytes), expected);
});
