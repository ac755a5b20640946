import { assert, assertEquals, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { UserError } from "offprint/errors.ts";
import { type Kept, SweepStore } from "offprint/sweeps/mod.ts";

const point = (key: string, experiment = "m f"): Kept => ({
  key,
  experiment,
  code: "c",
  point: { n: 1 },
  seed: 1,
  result: { y: Infinity },
  seconds: 2,
});

function inFolder(run: (file: string) => void): () => Promise<void> {
  return async () => {
    const folder = await Deno.makeTempDir();
    try {
      run(`${folder}/points.sqlite`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  };
}

Deno.test(
  "a store lists and forgets by experiment, and the first result stays",
  inFolder((file) => {
    using store = new SweepStore(file);
    store.keep([point("a"), point("b"), point("c", "m g")]);
    store.keep([{ ...point("a"), result: { y: 0 } }]);
    assertEquals(store.find("a"), { y: Infinity });
    assertEquals(store.meanSeconds("m f"), 2);
    assertEquals(store.meanSeconds("other"), undefined);
    assertEquals(store.list().map((line) => ({ ...line })), [
      { experiment: "m f", points: 2, versions: 1, seconds: 4 },
      { experiment: "m g", points: 1, versions: 1, seconds: 2 },
    ]);
    assertEquals([store.forget("m g"), store.forget(), store.list().length], [1, 2, 0]);
  }),
);

Deno.test(
  "two that write at once lose nothing",
  inFolder((file) => {
    using one = new SweepStore(file);
    using two = new SweepStore(file);
    for (let i = 0; i < 50; i++) {
      one.keep([point(`one ${i}`), point(`both ${i}`)]);
      two.keep([point(`two ${i}`), point(`both ${i}`)]);
    }
    assertEquals(two.list()[0]!.points, 150);
  }),
);

Deno.test(
  "a newer store and a file that is none are one line each",
  inFolder((file) => {
    const refused = (part: string, run: () => void) => {
      const { message } = assertThrows(run, UserError, part);
      assert(!message.includes("\n"), message);
    };
    {
      using store = new SweepStore(file);
      store.keep([point("a")]);
    }
    const change = (sql: string) => {
      const database = new DatabaseSync(file);
      database.exec(sql);
      database.close();
    };
    change("pragma user_version = 99");
    refused("got a store of version 99", () => new SweepStore(file));
    change("pragma user_version = 1");
    assertEquals(new SweepStore(file)[Symbol.dispose](), undefined);
    Deno.writeTextFileSync(`${file}.txt`, "x".repeat(5000));
    refused("not a database", () => new SweepStore(`${file}.txt`));
    refused("points.sqlite", () => new SweepStore(`${file}/points.sqlite`));
  }),
);

Deno.test(
  "a full disk is one line, and what was kept before is still there",
  inFolder((file) => {
    using store = new SweepStore(file, { pages: 12 });
    store.keep([point("a")]);
    const much = { ...point("b"), result: { text: "x".repeat(100_000) } };
    const { message } = assertThrows(() => store.keep([point("c"), much]), UserError);
    assertEquals(
      message,
      `${file}: got a full disk, expected room for the results. Free some space; what was finished is kept.`,
    );
    assertEquals([store.find("a"), store.find("c")], [{ y: Infinity }, undefined]);
  }),
);
