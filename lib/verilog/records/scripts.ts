/**
 * Flow C: tool scripts from a tuple of parameters, their description by template, and the check that a
 * script says what was asked for. The scripts use the SiliconCompiler calls that the paper's data uses;
 * they are read back, not run.
 *
 * @module
 */
import { type Random, stream } from "offprint/random.ts";
import { type AugmentedRecord, INSTRUCTIONS } from "./record.ts";

/** What a script sets up. Lengths in micrometres, the period in nanoseconds. */
export interface ScriptRequest {
  design: string;
  target: string;
  clockPort: string;
  clockPeriod: number;
  density?: number;
  outline?: [number, number];
  coreArea?: [number, number, number, number];
}

/** The five levels of the paper's test. */
export const SCRIPT_LEVELS = ["basic", "layout", "clock period", "core area", "mixed"] as const;

/** One of {@linkcode SCRIPT_LEVELS}. */
export type ScriptLevel = (typeof SCRIPT_LEVELS)[number];

const DESIGNS = [
  "heartbeat",
  "gcd",
  "alu",
  "counter",
  "uart",
  "fifo",
  "lfsr",
  "mux4",
  "decoder",
  "shifter",
];
const TARGETS = ["skywater130_demo", "freepdk45_demo", "asap7_demo", "asic_demo"];

/** Draws a request of a level. */
export function scriptRequest(level: ScriptLevel, random: Random): ScriptRequest {
  const pick = <T>(list: readonly T[]): T => list[random.integer(list.length)]!;
  const side = 100 + 10 * random.integer(90);
  const margin = 5 + 5 * random.integer(4);
  const request: ScriptRequest = {
    design: pick(DESIGNS),
    target: pick(TARGETS),
    clockPort: pick(["clk", "clock", "clk_i"]),
    clockPeriod: level === "basic" ? 10 : (1 + random.integer(40)) / 2,
  };
  if (level === "layout" || level === "mixed") request.density = 10 + 5 * random.integer(15);
  if (level === "core area" || level === "mixed") {
    request.outline = [side, side];
    request.coreArea = [margin, margin, side - margin, side - margin];
  }
  return request;
}

/** The script: constraint values are strings, the clock period is a number. */
export function writeScript(request: ScriptRequest): string {
  const { design, target, clockPort, clockPeriod, density, outline, coreArea } = request;
  const corners = (list: readonly number[]) => {
    const pairs: string[] = [];
    for (let at = 0; at < list.length; at += 2) pairs.push(`('${list[at]}', '${list[at + 1]}')`);
    return `[${pairs.join(", ")}]`;
  };
  return [
    "import siliconcompiler",
    "",
    "def main():",
    `    chip = siliconcompiler.Chip('${design}')`,
    `    chip.input('${design}.v')`,
    `    chip.clock('${clockPort}', period=${clockPeriod})`,
    `    chip.load_target('${target}')`,
    ...(density === undefined ? [] : [`    chip.set('constraint', 'density', '${density}')`]),
    ...(outline === undefined
      ? []
      : [`    chip.set('constraint', 'outline', ${corners([0, 0, ...outline])})`]),
    ...(coreArea === undefined
      ? []
      : [`    chip.set('constraint', 'corearea', ${corners(coreArea)})`]),
    "    chip.run()",
    "    chip.summary()",
    "",
    "if __name__ == '__main__':",
    "    main()",
    "",
  ].join("\n");
}

/** The request in prose. */
export function describeScript(request: ScriptRequest): string {
  const { design, target, clockPort, clockPeriod, density, outline, coreArea } = request;
  const sentences = [
    `Build the design ${design} from the file ${design}.v for the target ${target}.`,
    `Its clock is the port ${clockPort} with a period of ${clockPeriod} ns.`,
  ];
  if (density !== undefined) {
    sentences.push(`Place the cells with a density of ${density} percent.`);
  }
  if (outline !== undefined) {
    sentences.push(`The die is ${outline[0]} by ${outline[1]} micrometres.`);
  }
  if (coreArea !== undefined) {
    sentences.push(
      `The core reaches from ${coreArea[0]}, ${coreArea[1]} to ${coreArea[2]}, ${coreArea[3]}.`,
    );
  }
  return [...sentences, "Run the flow and print the summary.", ""].join("\n");
}

/**
 * The request that a script carries out, read from its calls; nothing when it is not a script of this
 * form. Two scripts that ask for the same are equal here whatever the order of their calls.
 */
export function readScript(script: string): ScriptRequest | undefined {
  const calls = new Map<string, string>();
  let chip: string | undefined;
  for (const raw of script.split("\n")) {
    const line = raw.replace(/\s+#.*$/, "").trim();
    if (
      line === "" ||
      /^(import siliconcompiler|def main\(\):|main\(\)|if __name__ == ['"]__main__['"]:)$/.test(
        line,
      )
    ) {
      continue;
    }
    const made = /^(\w+) = siliconcompiler\.Chip\((['"])(\w+)\2\)$/.exec(line);
    if (made !== null) {
      chip = made[1];
      calls.set("design", made[3]!);
      continue;
    }
    const call = /^(\w+)\.(\w+)\((.*)\)$/.exec(line);
    if (call === null || call[1] !== chip) return undefined;
    // Settings differ in their first argument, so that is part of their key.
    const set = /^['"]constraint['"], ['"](\w+)['"], (.*)$/.exec(call[3]!);
    calls.set(set === null ? call[2]! : `set ${set[1]}`, set === null ? call[3]! : set[2]!);
  }
  const text = (key: string) => /^(['"])([\w.]+)\1$/.exec(calls.get(key) ?? "")?.[2];
  const clock = /^(['"])(\w+)\1, period=(\d+(?:\.\d+)?)$/.exec(calls.get("clock") ?? "");
  const design = calls.get("design");
  const target = text("load_target");
  if (design === undefined || target === undefined || clock === null) return undefined;
  if (text("input") !== `${design}.v` || !calls.has("run")) return undefined;
  const corners = (key: string): number[] | undefined => {
    const found = calls.get(key)?.match(/'(\d+(?:\.\d+)?)'/g)?.map((part) =>
      Number(part.slice(1, -1))
    );
    return found?.length === 4 ? found : undefined;
  };
  const density = text("set density");
  const outline = corners("set outline");
  const area = corners("set corearea");
  return {
    design,
    target,
    clockPort: clock[2]!,
    clockPeriod: Number(clock[3]),
    ...(density === undefined ? {} : { density: Number(density) }),
    ...(outline === undefined ? {} : { outline: [outline[2]!, outline[3]!] }),
    ...(area === undefined ? {} : { coreArea: area as [number, number, number, number] }),
  };
}

/** `count` records, the levels in turn. */
export function* scriptRecords(count: number, seed: number): Generator<AugmentedRecord> {
  for (let at = 0; at < count; at++) {
    const level = SCRIPT_LEVELS[at % SCRIPT_LEVELS.length]!;
    const request = scriptRequest(level, stream(seed, "script", at));
    yield {
      flow: "scripts",
      task: "prose to script",
      split: "main",
      instruction: INSTRUCTIONS.script,
      input: describeScript(request),
      output: writeScript(request),
      origin: { file: "generated", rule: level, seed },
    };
  }
}
