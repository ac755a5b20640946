/** Verilog that wants more than to be simulated, as answers of a model and as files to augment: it touches no file. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { inFolder } from "../verilog/problems/in_folder.ts";
import { bench, good, inverter, skipped } from "../verilog/problems/small_sets.ts";
import { waysToFiles } from "../verilog/tools/ways_to_files.ts";
import { withServer } from "../chat/server.ts";
import { figure, FULL, sampled, say } from "./trial.ts";

const PORTS = "module inv(input a, output y); assign y = ~a;";

/** Places for hostile lines in a file whose module `inv` is right. */
const PLACES: Record<string, (lines: string) => string> = {
  "in the module": (lines) => `${PORTS}\n${lines}\nendmodule\n`,
  "in a module behind it": (lines) => `${inverter}module m;\n${lines}\nendmodule\n`,
  "in a module before it": (lines) => `module m;\n${lines}\nendmodule\n${inverter}`,
  "in a module that it holds": (lines) =>
    `${PORTS} m m();\nendmodule\nmodule m;\n${lines}\nendmodule\n`,
  "in a generate block": (lines) =>
    `${PORTS}\ngenerate if (1) begin : g\n${lines}\nend endgenerate\nendmodule\n`,
};

Deno.test({
  name: `hostile Verilog is graded and augmented without touching a file${
    skipped ? " (skipped: no Icarus Verilog)" : ""
  }`,
  ignore: skipped,
  fn: () =>
    inFolder({
      "marked/marker": "4d 41\n",
      "set/basic1/prompt1_inv.v": "module inv(input a, output y);",
      "set/basic1/answer_inv.v": inverter,
      "set/basic1/tb_inv.v": bench("all tests passed", good),
    }, async (folder) => {
      const [marker, made] = ["marker", "made"].map((name) => join(folder, "marked", name));
      const all = waysToFiles(marker!, made!).flatMap(([, lines]) =>
        Object.values(PLACES).map((place) => place(lines))
      );
      const texts = sampled(all, 24, "hostile Verilog");
      await graded(folder, texts);
      await augmented(folder, FULL ? texts : texts.slice(0, 6));
      const left = Array.from(Deno.readDirSync(join(folder, "marked")), ({ name }) => name);
      assertEquals([left, await Deno.readTextFile(marker!)], [["marker"], "4d 41\n"]);
      figure(`hostile Verilog: ${texts.length} of ${all.length} texts, files touched 0`);
    }),
});

/** Answers of a model; the last one is honest, and passes. */
async function graded(folder: string, texts: readonly string[]): Promise<void> {
  const answers = [...texts, inverter];
  const fenced = (text: string) => `\`\`\`verilog\n${text}\`\`\`\n`;
  const reply = ({ body }: { body: Record<string, unknown> }) => {
    const text = answers[(body["seed"] as number) - 1]!;
    return Response.json({
      choices: [{ finish_reason: "stop", message: { content: fenced(text) } }],
    });
  };
  await withServer([reply], async (base) => {
    const log = join(folder, "answers.jsonl");
    const { code, err } = await say([
      ...["solve", "--endpoint", base, "--model", "m", "--set", join(folder, "set")],
      ...["--samples", `${answers.length}`, "--store", join(folder, "store"), "--tries", "1"],
      ...["--answers", log, "--out", join(folder, "solved.json")],
    ]);
    assertEquals(code, 0, err);
    const graded = (await Deno.readTextFile(log)).trim().split("\n").map((line) =>
      JSON.parse(line)
    );
    assertEquals(graded.length, answers.length);
    for (const { candidate, passes } of graded) {
      // Lines that only record waves are taken out, so that an answer is graded without them.
      const harmless = candidate.trim() === inverter.trim() || /dumpfile/.test(candidate);
      assert(harmless || !passes, candidate);
      if (candidate.trim() === inverter.trim()) assert(passes, "the honest answer");
    }
  });
}

/** Files of a folder that is made into training data, with the tools run on each. */
async function augmented(folder: string, texts: readonly string[]): Promise<void> {
  const source = join(folder, "source");
  await Deno.mkdir(source);
  for (const [at, text] of [...texts, inverter].entries()) {
    await Deno.writeTextFile(join(source, `${at}.v`), text);
  }
  const { code, err, out } = await say([
    ...["augment", source, "--out", join(folder, "a.jsonl"), "--mutants", "1"],
    ...["--flows", "completion,prose,repair", "--processes", "1"],
  ]);
  assertEquals(code, 0, err);
  assert(out.includes(`${texts.length + 1} files`), out);
}
