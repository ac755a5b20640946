/**
 * The benches of public problem sets, run by Icarus Verilog in the language that the set is written in.
 *
 * @module
 */
import { lex } from "../tokens/lex.ts";
import { guarded, reachesInto, silenced } from "../tools/guard.ts";
import type { Generation, Icarus } from "../tools/icarus.ts";
import type { Verdict } from "../../problems/mod.ts";

/** A bench as a set has it. */
export interface SetBench {
  /** The bench, with all that it needs beside the candidate. */
  text: string;
  /** What its output matches when all is well. */
  right: RegExp;
  /** The language that the set's own scripts compile with. */
  generation: Generation;
  /** Files that it reads, by their names. */
  data?: Record<string, string>;
  /** The set's own scripts read the bench before the candidate, which then has its `` `timescale``. Default false. */
  benchFirst?: boolean;
  /** What those scripts give to files without a `` `timescale`` of their own. */
  timescale?: string;
}

/** How both versions of VerilogEval run their benches, which count mismatches. */
export const MISMATCHES = {
  right: /^Mismatches: 0 in [1-9]\d* samples/m,
  generation: "2012",
  benchFirst: true,
} as const;

/** Runs candidates with a bench. */
export function judgeWith(
  icarus: Icarus,
  { text, right, generation, data = {}, benchFirst = false, timescale }: SetBench,
): (candidate: string) => Promise<Verdict> {
  const ending = generation === "2012" ? "sv" : "v";
  const bench = `bench.${ending}`, answer = `candidate.${ending}`, scale = `timescale.${ending}`;
  const before = timescale === undefined ? {} : { [scale]: `\`timescale ${timescale}\n` };
  return async (candidate) => {
    const words = lex(candidate).find(({ kind, text }) =>
      kind === "string" && right.test(text.slice(1, -1))
    );
    if (words !== undefined) {
      const reason = `it prints what the bench prints when all is well: ${words.text}`;
      return { compiles: true, passes: false, reason };
    }
    const safe = guarded(quiet(candidate));
    if ("refused" in safe) {
      return { compiles: false, passes: false, reason: `line ${safe.line}: ${safe.refused}` };
    }
    const into = reachesInto(safe.text, text);
    if (into !== undefined) {
      return { compiles: true, passes: false, reason: `it reaches into the bench: ${into}` };
    }
    const { ended, output } = await icarus.simulate(
      // What the bench prints decides, so the candidate prints nothing.
      { ...before, [answer]: silenced(safe.text), [bench]: quiet(text), ...data },
      generation,
      {
        sources: [...Object.keys(before), ...(benchFirst ? [bench, answer] : [answer, bench])],
        trusted: [bench],
      },
    );
    const lines = output.split("\n").map((line) => line.trim()).filter((line) => line !== "");
    if (ended === "compile" || ended === "refused") {
      return { compiles: false, passes: false, reason: lines[0] ?? "it does not compile" };
    }
    if (ended === "time") {
      const seconds = Math.round(icarus.limits.timeMs / 1000);
      return { compiles: true, passes: false, reason: `the bench ran longer than ${seconds} s` };
    }
    if (ended !== "exit") {
      return { compiles: true, passes: false, reason: "the bench printed too much" };
    }
    if (right.test(output)) return { compiles: true, passes: true };
    const said = lines.findLast((line) => !line.includes("$finish called")) ?? "nothing";
    return { compiles: true, passes: false, reason: `the bench said: ${said.slice(0, 120)}` };
  };
}

/** Without the tasks that write waveforms: they change nothing that is judged. */
function quiet(text: string): string {
  return text.replace(
    /\$dump\w+\s*(?:\([^;]*?\))?\s*;/g,
    (task) => `;${"\n".repeat(task.split("\n").length - 1)}`,
  );
}

/** Names of modules that a text defines, and of those that it instantiates. */
export function modulesOf(text: string): { defined: string[]; used: string[] } {
  const tokens = lex(text);
  const defined: string[] = [], used: string[] = [];
  tokens.forEach(({ kind, text: word }, at) => {
    const next = tokens[at + 1];
    if (kind === "keyword" && (word === "module" || word === "macromodule")) {
      if (next?.kind === "identifier") defined.push(next.text);
    }
    if (kind !== "identifier" || word.startsWith("$")) return;
    const before = tokens[at - 1];
    const begins = before === undefined || before.text === ";" || before.text === "end" ||
      before.text === "begin" || before.text === "endgenerate" || before.kind === "directive" ||
      before.text === ")";
    if (!begins) return;
    let after = at + 1;
    if (tokens[after]?.text === "#") {
      let depth = 0;
      for (after++; after < tokens.length; after++) {
        if (tokens[after]!.text === "(") depth++;
        if (tokens[after]!.text === ")" && --depth === 0) break;
      }
      after++;
    }
    if (tokens[after]?.kind !== "identifier") return;
    if (tokens[after + 1]?.text === "(" || tokens[after + 1]?.text === "[") used.push(word);
  });
  return { defined, used };
}

/**
 * The reference under the name that a bench asks for: some sets name the file's module otherwise. As it is where
 * the bench finds it, or asks for none or several that are missing.
 */
export function namedFor(reference: string, bench: string): string {
  const own = modulesOf(reference), asked = modulesOf(bench);
  const wanted = [...new Set(asked.used)].filter((name) =>
    !asked.defined.includes(name) && !own.defined.includes(name)
  );
  const tops = own.defined.filter((name) => !own.used.includes(name));
  if (wanted.length !== 1 || tops.length === 0) return reference;
  if (asked.used.some((name) => tops.includes(name))) return reference;
  return reference.replaceAll(new RegExp(`\\b${tops.at(-1)!}\\b`, "g"), wanted[0]!);
}
