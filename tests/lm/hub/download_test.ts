import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "node:path";
import { UserError } from "offprint/errors.ts";
import { chosenFiles } from "offprint/lm/hub/download.ts";
import { loadModel } from "offprint/lm/load_model.ts";
import {
  bytesOf,
  download,
  fails,
  GRAPH,
  graphBytes,
  listed,
  partOf,
  published,
  withHub,
} from "./downloads.ts";

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
