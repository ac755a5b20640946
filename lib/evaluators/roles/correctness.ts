/**
 * The correctness role: runs public examples and relations.
 *
 * @module
 */
import { literalOf } from "offprint/sandbox/mod.ts";
import { STOPPED_WORK, TEST_LIMITS } from "../records/limits.ts";
import { COUNTING_PRELUDE } from "../programs/counted.ts";
import { INPUT_PRELUDE, splitList } from "../programs/inputs.ts";
import { Notes, type RoleReport, type Subject } from "./report.ts";

/** Sizes of the inputs on which relations are tried. */
const SIZES = [1, 2, 3, 5, 8];
/** Statements named as suspects. */
const SUSPECTS = 3;

/** Wrong values, exceptions and endless loops on public examples, relations that break, and which statements are suspects. */
export async function correctnessRole(subject: Subject): Promise<RoleReport> {
  const { task, tree, counted, sandbox, sample = 0 } = subject;
  const notes = new Notes("correctness");
  notes.spend(tree.nodes);
  const { entry, examples, input, relations } = task;
  const names = input === "" ? [] : Object.keys(relations);
  const observed = `
    function __observe(...args) {
      __steps = 0; __seen = [];
      let outcome;
      try { outcome = [0, ${entry}(...args)]; } catch (error) {
        if (error instanceof InternalError) throw error;
        outcome = [1, String(error && error.message).slice(0, 120)];
      }
      return [...outcome, __steps, Object.keys(__seen).join()];
    }
    function __relate(name, size, seed) {
      __steps = 0; __seen = [];
      const args = (${input || "() => []"})(size, __random(seed));
      let holds;
      try { holds = __relations[name](${entry}, args) === true; } catch (error) {
        if (error instanceof InternalError) throw error;
        holds = false;
      }
      return [holds, __steps, Object.keys(__seen).join(), args];
    }
    const __relations = {${names.map((name) => `${JSON.stringify(name)}: ${relations[name]}`)}};`;
  const tries = names.flatMap((name) => SIZES.map((size) => ({ name, size })));
  const { status, message, calls } = await sandbox.run({
    prelude: COUNTING_PRELUDE + INPUT_PRELUDE,
    code: `${counted.code}\n${observed}`,
    calls: [
      ...examples.map(({ args }) => ({ entry: "__observe", args })),
      ...tries.map(({ name, size }) => ({
        entry: "__relate",
        args: [literalOf(name), String(size), String(size + 100 + 1000 * sample)],
      })),
    ],
    limits: TEST_LIMITS,
  });
  const whole = tree.root;
  if (status !== "ran") {
    notes.add("error", "throw", whole, `it cannot be run: ${message ?? status}`);
    return notes.report();
  }
  const runs: { failed: boolean; seen: number[] }[] = [];
  const shown = (text: string): string => text.length > 60 ? `${text.slice(0, 60)}…` : text;
  examples.forEach(({ args, expected }, at) => {
    const call = calls[at]!;
    const asked = `${entry}(${shown(args.join(", "))})`;
    if (call.status !== "value") {
      notes.spend(STOPPED_WORK);
      const category = call.status === "time" || call.status === "stack" ? "endless" : "throw";
      notes.add("error", category, whole, `${asked} ends by ${call.status}`);
      return;
    }
    const [kind, value, steps, seen] = splitList(call.value!);
    notes.spend(Number(steps));
    const failed = kind === "1" || value !== expected;
    runs.push({ failed, seen: seenIn(seen!) });
    if (kind === "1") notes.add("error", "throw", whole, `${asked} throws ${shown(value!)}`);
    else if (failed) {
      notes.add(
        "error",
        "value",
        whole,
        `${asked} is ${shown(value!)} and should be ${shown(expected)}`,
      );
    }
  });
  const broken = new Set<string>();
  tries.forEach(({ name, size }, at) => {
    const call = calls[examples.length + at]!;
    if (call.status !== "value") {
      notes.spend(STOPPED_WORK);
      if (!broken.has(name)) {
        notes.add(
          "error",
          "endless",
          whole,
          `checking "${name}" at size ${size} ends by ${call.status}`,
        );
      }
      broken.add(name);
      return;
    }
    const [holds, steps, seen, args] = splitList(call.value!);
    notes.spend(Number(steps));
    runs.push({ failed: holds !== "true", seen: seenIn(seen!) });
    if (holds === "true" || broken.has(name)) return;
    broken.add(name);
    notes.add("error", "value", whole, `"${name}" does not hold for ${shown(args!)}`);
  });
  for (const { at, score } of suspects(runs, counted.statements.length)) {
    notes.add("warning", "value", counted.statements[at]!, "failing runs pass here", score);
  }
  return notes.report();
}

/** Statements that failing runs execute and passing ones do not, by Ochiai's coefficient. */
function suspects(
  runs: readonly { failed: boolean; seen: readonly number[] }[],
  statements: number,
): { at: number; score: number }[] {
  const failing = runs.filter(({ failed }) => failed).length;
  if (failing === 0) return [];
  const scores = Array.from({ length: statements }, (_, at) => {
    const hit = runs.filter(({ seen }) => seen.includes(at));
    const bad = hit.filter(({ failed }) => failed).length;
    return { at, score: hit.length === 0 ? 0 : bad / Math.sqrt(failing * hit.length) };
  });
  return scores.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score || a.at - b.at)
    .slice(0, SUSPECTS);
}

function seenIn(literal: string): number[] {
  const text = JSON.parse(literal) as string;
  return text === "" ? [] : text.split(",").map(Number);
}
