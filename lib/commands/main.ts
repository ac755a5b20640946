/**
 * The command line behind `deno task NAME`. It only chooses the command: each one loads when asked
 * for, so that `--help` is instant and a command never pays for another's packages.
 *
 * @module
 */
import { withoutKeys } from "offprint/chat/key.ts";
import type { Command } from "../kit/command.ts";

/** Below this version the Jupyter kernel loses errors or cannot be driven over plain TCP. */
const LEAST_DENO = [2, 9] as const;

/** Every command by its name. */
export const COMMANDS: Record<string, () => Promise<{ command: Command }>> = {
  run: () => import("./run.ts"),
  read: () => import("./read.ts"),
  test: () => import("./test.ts"),
  check: () => import("./check.ts"),
  sync: () => import("./sync.ts"),
  site: () => import("./site.ts"),
  new: () => import("./new.ts"),
  bundle: () => import("./bundle.ts"),
  bench: () => import("./bench.ts"),
  sweep: () => import("./sweep.ts"),
  assign: () => import("./assign.ts"),
  grade: () => import("./grade.ts"),
  train: () => import("./train.ts"),
  "train-heads": () => import("./train_heads.ts"),
  download: () => import("./download.ts"),
  augment: () => import("./augment.ts"),
  solve: () => import("./solve.ts"),
  diagrams: () => import("./diagrams.ts"),
  "what-if": () => import("./what_if.ts"),
  evaluate: () => import("./evaluate.ts"),
  entangle: () => import("./entangle.ts"),
  tree: () => import("./tree.ts"),
  "measure-entanglement": () => import("./measure/entanglement.ts"),
  "measure-diagrams": () => import("./measure/diagrams.ts"),
  "measure-sail": () => import("./measure/sail.ts"),
  "measure-tree": () => import("./measure/tree.ts"),
  "measure-quantization": () => import("./measure/quantization.ts"),
  "measure-units": () => import("./measure/units.ts"),
  "measure-evaluators": () => import("./measure/evaluators.ts"),
  "measure-reviewers": () => import("./measure/reviewers.ts"),
};

async function overview(): Promise<string> {
  const lines = [
    "Offprint: papers you can rerun.",
    "",
    "Usage: deno task COMMAND [--help]",
    "",
  ];
  for (const load of Object.values(COMMANDS)) {
    const { command } = await load();
    lines.push(`  ${command.name.padEnd(22)}${command.summary}`);
  }
  return lines.join("\n");
}

/**
 * The command line.
 *
 * @param args A command's name, then what it is given; nothing for the overview.
 * @returns The exit code.
 */
export async function main(args: readonly string[]): Promise<number> {
  const [major = 0, minor = 0] = Deno.version.deno.split(".").map(Number);
  if (major < LEAST_DENO[0] || (major === LEAST_DENO[0] && minor < LEAST_DENO[1])) {
    console.error(
      `Offprint needs Deno ${LEAST_DENO.join(".")} or newer, this is ${Deno.version.deno}. ` +
        "Run deno upgrade, or use npx --yes --prefer-offline deno@2.9 task … .",
    );
    return 2;
  }
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    console.log(await overview());
    return 0;
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load === undefined) {
    console.error(`${name}: no such command. Known: ${Object.keys(COMMANDS).join(", ")}.`);
    return 2;
  }
  const { command } = await load();
  try {
    if (rest.includes("--help") || rest.includes("-h")) {
      const { usage } = command;
      console.log(typeof usage === "string" ? usage : await usage(rest));
      return 0;
    }
    return await command.run(rest);
  } catch (error) {
    const line = await oneLine(error);
    complain(line ?? traceOf(error));
    return line === undefined ? 1 : 2;
  }
}

/** What a user reads of an error; nothing when it is a mistake of ours, whose stack is shown. */
async function oneLine(error: unknown): Promise<string | undefined> {
  const { UserError } = await import("offprint/errors.ts");
  if (error instanceof UserError) return error.message;
  // Kernels know nothing of the commands; what a variable of the environment asks of them is the user's.
  if (error instanceof Error && error.name === "KernelError" && /OFFPRINT_/.test(error.message)) {
    return error.message;
  }
  const { systemError } = await import("offprint/system_errors.ts");
  return systemError(error)?.message;
}

/** A mistake of ours, with its stack. */
function traceOf(error: unknown): string {
  const trace = error instanceof Error ? error.stack ?? error.message : String(error);
  return `A fault of this program, please report it:\n${trace}`;
}

/** A line on standard error, which may be closed or full itself. */
function complain(line: string): void {
  try {
    console.error(withoutKeys(line));
  } catch {
    // The exit code says it.
  }
}

if (import.meta.main) {
  // What fails outside the command's own thread of work: a timer, a stream that was closed.
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    const { reason } = event;
    oneLine(reason).then((line) => {
      complain(line ?? traceOf(reason));
      Deno.exit(line === undefined ? 1 : 2);
    });
  });
  Deno.exit(await main(Deno.args));
}
