/**
 * The flows over one file: from plain Verilog to records.
 *
 * @module
 */
import { behaviourOf } from "../mutants/behaviour.ts";
import {
  classify,
  compiledBy,
  type Observation,
  observe,
  type Tools,
} from "../mutants/classify.ts";
import { completions } from "./completion.ts";
import { describe } from "../prose/describe.ts";
import { diagnosticText } from "../tools/diagnostics.ts";
import { maskText } from "./masks.ts";
import { modulesOf } from "../language/module_reader.ts";
import { type Include, prepare } from "../tokens/preprocess.ts";
import { mutate } from "../mutants/draw_mutants.ts";
import { DEEPEST_TREE, lineAt, parseVerilog, type SyntaxTree } from "../language/syntax_tree.ts";
import { type AugmentedRecord, type Flow, INSTRUCTIONS } from "./record.ts";

/** How much of each flow is made. */
export interface FlowOptions {
  flows: readonly Flow[];
  seed: number;
  /** Completion records of a module, at most. */
  completionsPerModule: number;
  /** Mutants drawn of a file. */
  mutantsPerFile: number;
  /** No further mutant of a file is judged once it aborts. */
  signal?: AbortSignal;
}

/** Why nothing, or not everything, was made of a file: in words that many files share, and in particular. */
export interface Skip {
  reason: string;
  detail?: string;
}

/** What happened to a file besides the records it gave. */
export interface FileNotes {
  skipped: Skip[];
  modules: number;
  /** Modules described without an `Unsupported:` line. */
  described: number;
  /** Kinds of syntax nodes without a rule, and how often. */
  unsupported: Record<string, number>;
  mutants: number;
  /** Mutants whose class the tools did not confirm; they are dropped. */
  mismatched: number;
  /** Mutants that behave the same; dropped. */
  equivalent: number;
  /** Mutants on which a tool gave up; dropped. */
  undecided: number;
}

/** Notes of a file nothing is known about yet. */
export function emptyNotes(): FileNotes {
  return {
    skipped: [],
    modules: 0,
    described: 0,
    unsupported: {},
    mutants: 0,
    mismatched: 0,
    equivalent: 0,
    undecided: 0,
  };
}

/**
 * The records of one file for the flows completion, prose and repair. They are made of the text after preprocessing, and
 * say so when that is another: a description of both branches of a conditional would describe no design.
 */
export async function* recordsOf(
  name: string,
  original: string,
  options: FlowOptions,
  tools: Tools | undefined,
  notes: FileNotes,
  include?: Include,
): AsyncGenerator<AugmentedRecord> {
  const { text, changed, problem, line } = prepare(original, include);
  const tree = await parseVerilog(text);
  if (tree.hasError) {
    // What stopped the preprocessor is the likelier reason: a macro may be half a statement.
    notes.skipped.push(
      problem === undefined
        ? { reason: "syntax error", detail: `line ${lineAt(text, tree.firstError ?? 0)}` }
        : { reason: "cannot be preprocessed", detail: `line ${line}: ${problem}` },
    );
    return;
  }
  if (tree.depth > DEEPEST_TREE) {
    notes.skipped.push({
      reason: `nested deeper than ${DEEPEST_TREE} syntax nodes`,
      detail: `${tree.depth} deep`,
    });
    return;
  }
  const modules = modulesOf(tree);
  if (modules.length === 0) {
    notes.skipped.push({ reason: "no module" });
    return;
  }
  notes.modules += modules.length;
  const preprocessed: Record<string, string> = changed ? { text: "preprocessed" } : {};
  const wants = (flow: Flow) => options.flows.includes(flow);
  for (const module of modules) {
    const source = text.slice(module.start, module.end);
    const origin = { file: name, module: module.name, ...preprocessed };
    if (wants("completion")) yield* completionRecords(source, origin, options);
    if (!wants("prose")) continue;
    const { text: prose, unsupported } = describe(module);
    for (const { node } of unsupported) {
      notes.unsupported[node] = (notes.unsupported[node] ?? 0) + 1;
    }
    if (unsupported.length === 0) notes.described++;
    yield {
      flow: "prose",
      task: "prose to Verilog",
      split: unsupported.length === 0 ? "main" : "unsupported",
      instruction: INSTRUCTIONS.prose,
      input: prose,
      output: source,
      origin,
    };
  }
  if (wants("repair") && tools !== undefined) {
    yield* repairRecords({ file: name, ...preprocessed }, tree, options, tools, notes);
  }
}

async function* completionRecords(
  source: string,
  origin: Record<string, string>,
  { seed, completionsPerModule }: FlowOptions,
): AsyncGenerator<AugmentedRecord> {
  for (const record of completions(source, { maxPerModule: completionsPerModule, seed })) {
    const { level, instruction, input, output } = record;
    yield {
      flow: "completion",
      task: `${level} completion`,
      split: "main",
      instruction,
      input,
      output,
      origin,
    };
  }
  const masked = await maskText(source, seed);
  if (masked === undefined) return;
  yield {
    flow: "completion",
    task: "mask completion",
    split: "main",
    instruction: INSTRUCTIONS.mask,
    input: masked.masked,
    output: JSON.stringify(masked.answer),
    origin: { ...origin, rule: masked.rules.join(", "), seed },
  };
}

async function* repairRecords(
  source: Record<string, string>,
  tree: SyntaxTree,
  { seed, mutantsPerFile, signal }: FlowOptions,
  tools: Tools,
  notes: FileNotes,
): AsyncGenerator<AugmentedRecord> {
  // The tree of the file serves every step; only the mutants are parsed anew.
  const { text } = tree;
  const right = await objected(tree, tools);
  if (!right.checkPasses || right.icarusAccepts === false) {
    notes.skipped.push(
      right.yosysRanOut
        ? { reason: "repair: Yosys ran out of time or memory over the file as it is" }
        : { reason: "repair: the tools object to the file as it is", detail: objection(right) },
    );
    return;
  }
  const mutants = await mutate(tree, { seed, count: mutantsPerFile });
  const compare = behaviourOf(tree, tools.yosys);
  // A few at a time: each starts programs, and starting them all at once would leave no time to hear a signal.
  const classified = await eachOf(
    mutants,
    2 * tools.yosys.processes,
    (mutant) => classify(text, mutant, tools, { compare }),
    signal,
  );
  for (const [at, mutant] of mutants.entries()) {
    const { observed, evidence, observation } = classified[at]!;
    notes.mutants++;
    if (observed === "equivalent") notes.equivalent++;
    else if (observed === "undecided") notes.undecided++;
    else if (observed !== mutant.class) notes.mismatched++;
    if (observed !== mutant.class) continue;
    const origin = {
      ...source,
      rule: mutant.rule,
      class: mutant.class,
      line: mutant.line,
      evidence,
      seed,
    };
    const report = observed === "elaboration" && observation.icarus !== undefined
      ? diagnosticText(observation.icarus)
      : diagnosticText(observation.yosys);
    const common = { flow: "repair", split: "main", output: text, origin } as const;
    if (report !== "") {
      yield {
        ...common,
        task: "repair with report",
        instruction: INSTRUCTIONS.report,
        input: `${report}\n${mutant.text}`,
      };
    }
    yield { ...common, task: "repair", instruction: INSTRUCTIONS.repair, input: mutant.text };
  }
}

/** What is said of a file as it is: Icarus is asked about what Yosys lets pass, and Verilator has no say. */
async function objected(tree: SyntaxTree, { yosys, icarus }: Tools): Promise<Observation> {
  const seen = await observe(tree, { yosys });
  return seen.checkPasses ? { ...seen, ...await compiledBy(tree.text, icarus) } : seen;
}

/** What becomes of every value, in their order, with some of them under way at a time; rejects once the signal aborts. */
async function eachOf<T, R>(
  values: readonly T[],
  atOnce: number,
  use: (value: T) => Promise<R>,
  signal: AbortSignal | undefined,
): Promise<R[]> {
  const results: R[] = [];
  const left = values.entries();
  const worker = async (): Promise<void> => {
    for (const [at, value] of left) {
      signal?.throwIfAborted();
      results[at] = await use(value);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

/** The first thing a tool has against a file, in its own words. */
function objection({ checkPasses, yosys, icarus = [] }: Observation): string {
  const [tool, said] = checkPasses ? ["Icarus", icarus] : ["Yosys", yosys];
  const first = said.find(({ severity }) => severity === "error") ?? said[0];
  if (first === undefined) return `${tool} gave no reason`;
  return `${tool}: ${first.line === undefined ? "" : `line ${first.line}: `}${first.message}`;
}
