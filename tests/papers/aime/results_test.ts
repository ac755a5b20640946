import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  loadLoops,
  loadOpinions,
  LOOP_ARMS,
  LOOPS_FILE,
  loopsText,
  OPINIONS_FILE,
  opinionsText,
  ORDER_FILE,
  readMutants,
  REVERSED_ARMS,
} from "offprint/papers/aime/mod.ts";
import { pathToFileURL } from "node:url";

Deno.test("committed results say what they hold, and come back as they were written", async () => {
  const [opinions, loops] = await Promise.all([loadOpinions(), loadLoops()]);
  assertEquals(await opinionsText(opinions), await Deno.readTextFile(OPINIONS_FILE));
  assertEquals(await loopsText(loops), await Deno.readTextFile(LOOPS_FILE));
  const sets = await readMutants();
  assertEquals(sets.length, 54);
  assertEquals(sets.filter(({ half }) => half === "evaluation").length, 27);
  const mutants = sets.reduce((sum, set) => sum + set.mutants.length, 0);
  assertEquals(opinions.length, 54 + 32 + mutants);
  const halves = new Map(sets.map(({ task, half }) => [task, half]));
  for (const { task, half } of opinions) assertEquals(half, halves.get(task));
  const tasks = new Set(loops.map(({ task }) => task));
  assertEquals(tasks.size, 27);
  assertEquals(loops.length, 27 * LOOP_ARMS.length);
  const reversed = await loadLoops(ORDER_FILE);
  assertEquals(await loopsText(reversed), await Deno.readTextFile(ORDER_FILE));
  assertEquals(reversed.length, 27 * REVERSED_ARMS.length);
  for (const { rounds, tests, oracleBest } of [...loops, ...reversed]) {
    assertEquals(rounds.length, 11);
    for (const { passed } of rounds) assert(passed <= oracleBest.passed && passed <= tests);
  }
});

Deno.test("a results file that was edited is refused", async () => {
  const file = pathToFileURL(await Deno.makeTempFile({ suffix: ".json" }));
  const text = await Deno.readTextFile(LOOPS_FILE);
  await Deno.writeTextFile(file, text.replace(/"passed":\d+/, '"passed":1'));
  await assertRejects(() => loadLoops(file), Error, "SHA-256");
});
