import { assert, assertEquals } from "@std/assert";
import { Turns } from "offprint/kit/runner/turns.ts";
import { stream } from "offprint/random.ts";

Deno.test("who measures is alone, at most so many work beside one another, and everybody gets to the end", async () => {
  for (let seed = 0; seed < 200; seed++) {
    const random = stream(seed, "turns");
    const jobs = 1 + random.integer(3);
    const turns = new Turns(jobs);
    let working = 0, measuring = 0, ended = 0;
    const pause = async () => {
      for (let n = random.integer(6); n > 0; n--) await Promise.resolve();
    };
    const check = () => {
      assert(working + measuring <= jobs, `seed ${seed}: ${working} + ${measuring} of ${jobs}`);
      assert(measuring === 0 || working + measuring === 1, `seed ${seed}: not alone`);
    };
    const notebook = async (measures: number) => {
      await turns.begin();
      working++;
      check();
      await pause();
      for (let time = 0; time < measures; time++) {
        working--;
        await turns.alone();
        measuring++;
        check();
        await pause();
        measuring--;
        // The last one may end without going on beside others.
        if (time === measures - 1 && random.uniform() < 0.3) return turns.end(), ended++;
        await turns.beside();
        working++;
        check();
        await pause();
      }
      working--;
      turns.end();
      return ended++;
    };
    const count = 1 + random.integer(8);
    await Promise.all(Array.from({ length: count }, () => notebook(random.integer(3))));
    assertEquals(ended, count, `seed ${seed}`);
  }
});

Deno.test("nobody measures while another is still to begin", async () => {
  const turns = new Turns(1);
  const log: string[] = [];
  const work = async (name: string, measures: boolean) => {
    await turns.begin();
    log.push(name);
    if (measures) {
      await turns.alone();
      log.push(`${name} measures`);
      await turns.beside();
      log.push(`${name} goes on`);
    }
    turns.end();
  };
  await Promise.all([work("a", true), work("b", true), work("c", false)]);
  assertEquals(log, ["a", "b", "c", "a measures", "b measures", "a goes on", "b goes on"]);
});
