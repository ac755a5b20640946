/**
 * The modules of a file that no other one contains, found from what Yosys elaborates: the text alone does
 * not show what a generate loop makes.
 *
 * @module
 */
import { namedBy } from "../tokens/lex.ts";
import type { YosysModule } from "./miter.ts";
import type { YosysPool } from "./yosys.ts";

/** Names of the modules that are not instantiated in the file, or why they cannot be found out. */
export async function topModules(
  text: string,
  yosys: YosysPool,
): Promise<ReadonlySet<string> | string> {
  const { status, log, files } = await yosys.run({
    script: "read_verilog m.v; proc; write_json m.json",
    files: { "m.v": text },
    outputs: ["m.json"],
  });
  const json = files["m.json"];
  if (status !== "ok" || json === undefined) {
    return status === "error"
      ? /ERROR: (.*)/.exec(log)?.[1]?.slice(0, 200) ?? "an error without a message"
      : `elaboration ran out of ${status}`;
  }
  const { modules } = JSON.parse(json) as { modules: Record<string, YosysModule> };
  const contained = new Set(
    Object.values(modules).flatMap(({ cells }) => Object.values(cells).map(({ type }) => type)),
  );
  const tops = Object.keys(modules).filter((name) => !contained.has(name));
  return new Set(tops.map(namedBy));
}
