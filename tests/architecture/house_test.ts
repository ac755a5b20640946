/** The order of the house, computed from the imports. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Arrow, circles, readHouse } from "./imports.ts";
import { drawing, roomArrows, roomOf, roomTable, wrongWay } from "./rooms.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const FOLDERS = ["lib", "kernels", "bench", "tests", "notebooks"];
const { imports: MAP } = JSON.parse(await Deno.readTextFile(join(ROOT, "import_map.json")));
const house = await readHouse(ROOT, FOLDERS, MAP);

/** With OFFPRINT_UPDATE_SNAPSHOTS=1 the drawing and the table of lib/README.md are written anew. */
const UPDATE = Deno.env.get("OFFPRINT_UPDATE_SNAPSHOTS") === "1";

const said = (way: Arrow[]): string =>
  way.map(({ from, to }) => `${from} imports ${to}`).join("; ");

Deno.test("no circle between files", () => {
  assert(house.arrows.length > 1000, "the imports are read");
  assertEquals(circles(house.arrows).map(said), []);
});

Deno.test("no circle between rooms", () => {
  const arrows = roomArrows(house);
  const because = new Map(arrows.map((arrow) => [`${arrow.from} ${arrow.to}`, arrow.because]));
  const found = circles(arrows).map((way) =>
    said(way.map(({ from, to }) => because.get(`${from} ${to}`)!))
  );
  assertEquals(found, []);
});

Deno.test("every arrow keeps the order, and enters another room by its mod.ts", () => {
  assertEquals(house.arrows.map(wrongWay).filter((wrong) => wrong !== undefined), []);
});

/** About fifteen; with more than this many there are two rooms in one. */
const MOST_FILES = 18;

/** Rooms that are larger all the same, and how many files each may have: a command is one file. */
const LARGER: Record<string, number> = { commands: 25 };

Deno.test(`no room has more than ${MOST_FILES} files of its own`, () => {
  const counts = new Map<string, number>();
  for (const file of house.files) {
    if (!file.endsWith(".ts") || !/^(?:lib|kernels)\//.test(file)) continue;
    counts.set(roomOf(file), (counts.get(roomOf(file)) ?? 0) + 1);
  }
  assertEquals([...counts].filter(([room, count]) => count > (LARGER[room] ?? MOST_FILES)), []);
});

Deno.test("rooms of topics, papers and lm have a mod.ts that says what is there", async () => {
  const rooms = new Set(
    house.files.filter((file) => /^lib\/(?!commands|kit|process\/)[a-z_]+\/.*\.ts$/.test(file)).map(
      (file) => file.slice(0, file.lastIndexOf("/")),
    ),
  );
  for (const room of rooms) {
    const text = await Deno.readTextFile(join(ROOT, room, "mod.ts")).catch(() => "");
    assert(
      /^\/\*\*\n \* [^]*@module/.test(text),
      `${room}/mod.ts does not open by saying what is there`,
    );
  }
});

for (const [name, made] of [["drawing", drawing(house)], ["rooms", await roomTable(ROOT, house)]]) {
  Deno.test(`lib/README.md: the ${name} is as the imports say`, async () => {
    const file = join(ROOT, "lib", "README.md");
    const text = await Deno.readTextFile(file);
    const between = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- end of ${name} -->)`);
    assert(between.test(text), `lib/README.md has no place for the ${name}`);
    const fence = name === "drawing" ? "```\n" : "";
    const wanted = text.replace(
      between,
      (_, start, end) => `${start}${fence}${made}\n${fence.trim() && "```\n"}${end}`,
    );
    if (UPDATE) await Deno.writeTextFile(file, wanted);
    else assertEquals(text, wanted, "run this test with OFFPRINT_UPDATE_SNAPSHOTS=1");
  });
}

Deno.test("a circle, an arrow against the order and a door passed by are found, with both files", async () => {
  const root = await Deno.makeTempDir({ prefix: "offprint-house-" });
  const files: Record<string, string> = {
    "lib/lm/a.ts": 'import { b } from "./deep/b.ts";',
    "lib/lm/deep/b.ts":
      'export { c } from "offprint/lm/deep/c.ts";\nconst late = () => import("../a.ts");',
    "lib/lm/deep/c.ts":
      '// import "./b.ts";\n/**\n * import { a } from "../a.ts";\n */\nimport { z } from "zod";',
    "lib/decoding/d.ts":
      'import type { E } from "offprint/papers/paper/e.ts";\nimport "../lm/deep/c.ts";',
    "lib/papers/paper/e.ts": "export type E = 1;",
    "lib/papers/paper/f.ts": 'import {\n  g,\n} from "../other/mod.ts";',
    "lib/papers/other/mod.ts": 'export const g = new URL("./h.ts", import.meta.url);',
    "lib/papers/other/h.ts": 'import "kernels/k.ts";',
    "kernels/k.ts": 'import "offprint/errors.ts";',
    "lib/errors.ts": "",
    "kernels/src/x.c": '#include "x.h"',
    "kernels/src/x.h": '#include <math.h>\n#include "y.h"',
    "kernels/src/y.h": '#include "x.h"',
  };
  try {
    for (const [file, text] of Object.entries(files)) {
      await Deno.mkdir(join(root, file, ".."), { recursive: true });
      await Deno.writeTextFile(join(root, file), text);
    }
    const map = { "offprint/": "./lib/", "kernels/": "./kernels/", zod: "npm:zod@4" };
    const found = await readHouse(root, ["lib", "kernels"], map);
    assertEquals(circles(found.arrows).map(said), [
      "kernels/src/x.h imports kernels/src/y.h; kernels/src/y.h imports kernels/src/x.h",
      "lib/lm/a.ts imports lib/lm/deep/b.ts; lib/lm/deep/b.ts imports lib/lm/a.ts",
    ]);
    assertEquals(circles(roomArrows(found)).map(said), ["lm imports lm/deep; lm/deep imports lm"]);
    assertEquals(found.arrows.map(wrongWay).filter((wrong) => wrong !== undefined), [
      "kernels/k.ts imports lib/errors.ts: kernels may import nothing outside, not ground",
      "lib/decoding/d.ts imports lib/papers/paper/e.ts: topics may import lm, kernels, ground, not papers",
      "lib/decoding/d.ts imports lib/lm/deep/c.ts: from outside, import the room's mod.ts",
      "lib/papers/other/h.ts imports kernels/k.ts: from outside, import the room's mod.ts",
      "lib/papers/paper/f.ts imports lib/papers/other/mod.ts: a paper imports no other paper; what two need belongs to a topic",
    ]);
    assertEquals(found.arrows.filter(({ to }) => to === "lib/papers/other/h.ts").length, 1);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
