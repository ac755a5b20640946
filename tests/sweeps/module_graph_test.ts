import { assertEquals, assertRejects } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { moduleGraph, runPoints, SweepStore } from "offprint/sweeps/mod.ts";

/** Two experiments that share a module, each with a leaf of its own. */
const FILES = {
  "shared.ts": "export const shared = (n: number): number => n + 1;\n",
  "leaf_a.ts":
    'import { shared } from "./shared.ts";\nexport const a = (n: number) => shared(n) * 2;\n',
  "leaf_b.ts":
    'import { shared } from "./shared.ts";\nexport const b = (n: number) => shared(n) * 3;\n',
  "types.ts": "export interface Result { y: number }\n",
  "first.ts": 'import { a } from "./leaf_a.ts";\nimport type { Result } from "./types.ts";\n' +
    "export function first({ n = 1 }: { n?: number }): Result { return { y: a(n) }; }\n",
  "second.ts": 'import { b } from "./leaf_b.ts";\n' +
    "export function second({ n = 1 }: { n?: number }) { return { y: b(n) }; }\n",
};

Deno.test("an edit runs again exactly the points whose module imports it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const write = (name: string, text: string) => Deno.writeTextFile(`${folder}/${name}`, text);
    for (const [name, text] of Object.entries(FILES)) await write(name, text);
    const jobs = [1, 2, 3].map((n) => ({ point: { n }, seed: 1 }));
    /** How many points of each are run anew, and the first value of each. */
    const count = async () => {
      const ran = await Promise.all(
        ["first", "second"].map((run) =>
          runPoints({ module: `${folder}/${run}.ts`, run }, jobs, {
            store: `${folder}/points.sqlite`,
            jobs: 1,
          })
        ),
      );
      return ran.map(({ kept, outcomes }) => [jobs.length - kept, outcomes[0]]);
    };
    const first = (y: number) => ({ result: { y } });
    assertEquals(await count(), [[3, first(4)], [3, first(6)]]);
    assertEquals(await count(), [[0, first(4)], [0, first(6)]]);
    await write("leaf_a.ts", FILES["leaf_a.ts"].replace("* 2", "* 20"));
    assertEquals(await count(), [[3, first(40)], [0, first(6)]]);
    await write(
      "shared.ts",
      `// A comment alone.\n\n${FILES["shared.ts"].replace("=> n", "=>\n  n")}`,
    );
    await write("types.ts", "export interface Result { y: number; z?: number }\n");
    assertEquals(await count(), [[0, first(40)], [0, first(6)]]);
    await write("shared.ts", FILES["shared.ts"].replace("+ 1", "+ 2"));
    assertEquals(await count(), [[3, first(60)], [3, first(9)]]);
    // Back again: the first results are still there.
    await write("shared.ts", FILES["shared.ts"]);
    assertEquals(await count(), [[0, first(40)], [0, first(6)]]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("packages, data and the processor count where the sources name them", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/data/deep`, { recursive: true });
    await Deno.writeTextFile(`${folder}/data/deep/numbers.json`, "[1]");
    const module = `${folder}/reader.ts`;
    await Deno.writeTextFile(
      module,
      'import { z } from "zod";\nconst LAZY: string = "onnxruntime-node";\n' +
        'export const FOLDER = new URL("./data/", import.meta.url);\n' +
        "export const load = () => [z, import(LAZY)];\n",
    );
    using store = new SweepStore(`${folder}/points.sqlite`);
    const graph = await moduleGraph(module, store);
    assertEquals(graph.packages.filter((name) => /^(zod|onnxruntime-node)@/.test(name)), [
      "onnxruntime-node@1.30.0",
      "zod@4.6.7",
    ]);
    assertEquals(graph.backend.includes(Deno.build.target), true);
    assertEquals([...graph.data.keys()], [new URL(`file://${folder}/data/`).href]);
    assertEquals((await moduleGraph(module, store)).hash, graph.hash);
    await Deno.writeTextFile(`${folder}/data/deep/numbers.json`, "[2]");
    assertEquals((await moduleGraph(module, store)).hash === graph.hash, false);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a missing module, and one that is imported and missing, are one line", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await assertRejects(() => moduleGraph(`${folder}/none.ts`), UserError, "none.ts");
    await Deno.writeTextFile(`${folder}/half.ts`, 'import "./gone.ts";\n');
    await assertRejects(() => moduleGraph(`${folder}/half.ts`), UserError, "gone.ts");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
