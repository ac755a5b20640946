/** Ctrl-C and its kin: commands end soon with the right code, take their children along and keep what was done. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { withinOwnTime } from "offprint/process/mod.ts";
import { descendants, untilGone } from "../process/processes.ts";
import { figure, sampled, startCommand } from "./trial.ts";
import { slowServer } from "./slow_server.ts";

/** A command may take so long to end, without the time in which others had the processor. */
const LONGEST_MS = 2000;

interface Trial {
  args: string[];
  /** Seconds after which the signal comes. */
  after: number;
  env?: Record<string, string>;
}

const CODES = { SIGINT: 130, SIGTERM: 143 } as const;

Deno.test({
  name: "every command ends soon after a signal, with its code, and leaves no process behind",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const folder = await Deno.makeTempDir();
    await using server = slowServer();
    const at = (...names: string[]) => join(folder, ...names);
    await Deno.mkdir(at("basic1"));
    const module = "module inv(input a, output y);";
    await Deno.writeTextFile(at("basic1", "prompt1_inv.v"), module);
    await Deno.writeTextFile(at("basic1", "answer_inv.v"), `${module} assign y = ~a; endmodule`);
    await Deno.writeTextFile(
      at("basic1", "tb_inv.v"),
      'module tb; initial begin #1 $display("all tests passed"); $finish; end wire y; inv i(1\'b0, y); endmodule',
    );
    const augment = ["augment", "--generate", "60", "--mutants", "20"];
    const trials: Trial[] = [
      { args: [...augment, "--flows", "repair", "--out", at("repair.jsonl")], after: 8 },
      { args: [...augment, "--flows", "repair", "--out", at("early.jsonl")], after: 2 },
      { args: [...augment, "--flows", "completion,prose", "--out", at("text.jsonl")], after: 3 },
      { args: ["train", "tiny", "--out", at("train"), "--to", at("model")], after: 4 },
      { args: ["train", "tiny", "--out", at("train"), "--to", at("model")], after: 12 },
      { args: ["check"], after: 4 },
      { args: ["test", "tests/commands/run_test.ts"], after: 8 },
      { args: ["run", "90", "--out", at("out")], after: 6 },
      { args: ["solve", "--baselines"], after: 6 },
      {
        args: [
          ...["solve", "--endpoint", `${server.address}/v1`, "--model", "m", "--set", folder],
          ...["--store", at("store"), "--out", at("solved.json")],
        ],
        after: 5,
      },
      { args: ["download", "a/b", "--to", at("hub"), "--endpoint", server.address], after: 3 },
      { args: ["bench", "contracts"], after: 4 },
      { args: ["measure-sail", "--out", at("sail")], after: 6 },
    ];
    const all = trials.flatMap((trial) =>
      (["SIGINT", "SIGTERM"] as const).map((signal) => ({ ...trial, signal }))
    );
    let slowest = 0, tried = 0;
    try {
      const chosen = sampled(all, 4, "stopping");
      for (const trial of chosen) {
        const { args, after, env, signal } = trial;
        const what = `${args.slice(0, 2).join(" ")} after ${after} s, ${signal}`;
        const child = startCommand(args, { env: env ?? {} });
        const output = child.output();
        const early = await Promise.race([
          output.then(() => true),
          new Promise<false>((resolve) => setTimeout(() => resolve(false), 1000 * after)),
        ]);
        if (early) continue; // It had nothing to do for so long.
        const started = descendants(child.pid);
        const before = performance.now();
        child.kill(signal);
        const ended = await withinOwnTime(LONGEST_MS, child.pid, output);
        if (typeof ended === "symbol") child.kill("SIGKILL");
        assert(typeof ended !== "symbol", `${what}: still there after ${LONGEST_MS} ms`);
        if (ended.code === 0 && after > 1) {
          // The signal met a command that had done its work; it is tried again in the middle of it.
          chosen.push({ ...trial, after: after / 2 });
          continue;
        }
        slowest = Math.max(slowest, performance.now() - before);
        const said = new TextDecoder().decode(ended.stderr);
        assertEquals(ended.code, CODES[signal], `${what}: ${said.slice(-300)}`);
        assert(!/\n\s+at /.test(said), `${what}: ${said}`);
        assertEquals(await untilGone(started), [], what);
        tried++;
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
    assert(tried > 0, `${tried} trials`);
    figure(
      `stopping: ${tried} signals, each with its exit code, the slowest end after ${
        (slowest / 1000).toFixed(1)
      } s by the clock; 0 processes left`,
    );
  },
});
