// ---
// jupyter: {"kernelspec":{"display_name":"Deno","language":"typescript","name":"deno"},"language_info":{"file_extension":".ts","mimetype":"text/x.typescript","name":"typescript"},"offprint":{"cellSeconds":600,"exclusive":false,"paper":"07-chipgpt-ft"}}
// ---

// %% [markdown] id="title"
// # 07 · Where does training data for chip design come from?
//
// Verilog is a language in which digital circuits are described, and there is little of it in public. Hardly any of it comes
// with prose, and almost none with the message of a tool beside the mistake that caused it. The paper of this notebook makes all three from plain files: what comes next, what the code says
// in words, and what a tool says when the code is broken. This notebook makes the same records, checks each with real
// tools, and looks closely at what the paper's numbers can support.

// %% id="citation" tags=["imports"]
import { citation, display, verdicts } from "offprint/notebook/mod.ts";

await display(citation("07-chipgpt-ft"));

// %% [markdown] id="summary"
// ## In two minutes
//
// * **Completion.** A module with $i$ tokens and $j$ statements gives $1+j+i$ records, each a beginning and what comes next.
// * **Prose.** There is a fixed sentence for every construct of the syntax tree. Ours can be read back by rules alone, so
//   the prose is a *re-encoding* of the code: a model that learns to undo it has learned translation, not design.
// * **Repair.** Break a file by a rule, keep the tool's message, and ask for the right file. Whether the file is really
//   broken is a question for tools, since many broken files stay legal. The tools here are a parser, Yosys (which turns
//   Verilog into gates) and a simulator (which runs the circuit on inputs).
// * **Scripts.** A script for the tools that make a chip has parameters, such as the clock period. A record holds a
//   description of them and the script, from which the parameters can be read back.
// * **The paper's headline**: its 13 B model solves 12 of 17 problems, the best open model before it 10. That is a difference
//   of two problems, which chance explains easily. Its repair result, 21 of 29 broken designs mended against 10 by
//   GPT-3.5, is solid.
// * **Three small models** are trained here on such records with equal budgets, and asked for designs they have not seen.
//
// Answers are graded by test benches that run, as in [notebook 06](06-chipgptv.ipynb); how far a grader's opinion can be trusted is the question
// of [notebook 03](03-aime.ipynb).

// %% id="verdicts" tags=["imports"]
await verdicts("07-chipgpt-ft");

// %% id="imports" tags=["imports"]
import * as Plot from "@observablehq/plot";
import { loadModel } from "offprint/lm/mod.ts";
import { textModel } from "offprint/lm/text/mod.ts";
import {
  check,
  claim,
  claimsTable,
  equation,
  md,
  plot,
  progress,
  sweep,
  table,
} from "offprint/notebook/mod.ts";
import {
  answersOf,
  answersWithoutSeed,
  ARM_FORMS,
  ARM_SAMPLING,
  ARM_SPLIT,
  armGain,
  armResults,
  armRows,
  balanced,
  byDescription,
  compileRates,
  designProblem,
  meanArmRows,
  pairedDifference,
  passRates,
  ratesOver,
  repairRow,
  sharedSeeds,
  splitDesigns,
} from "offprint/papers/chipgpt_ft/arms/mod.ts";
import {
  corpusProperties,
  discordantPairs,
  expectedRecords,
  impossibleCells,
  noticedBy,
  PUBLISHED_GENERATION,
  PUBLISHED_MODELS,
  PUBLISHED_SIZES,
  type PublishedModel,
  realVerilog,
  solved,
} from "offprint/papers/chipgpt_ft/mod.ts";
import { stream } from "offprint/random.ts";
import { mean, meanInterval, wilson } from "offprint/stats.ts";
import { medianTimesMs } from "offprint/timing.ts";
import {
  type Design,
  FAMILIES,
  generateDesign,
  generateDesigns,
  SATURATING_COUNTER,
  saturatingCounterBench,
} from "offprint/verilog/designs/mod.ts";
import { readModules, writeModule } from "offprint/verilog/language/mod.ts";
import {
  applyEdits,
  behaviourOf,
  type Classified,
  classify,
  type Mutant,
  mutate,
  mutationsOf,
} from "offprint/verilog/mutants/mod.ts";
import { mcnemarExact, passAtK, solve } from "offprint/verilog/problems/mod.ts";
import { describe, readDescription } from "offprint/verilog/prose/mod.ts";
import {
  augment,
  type AugmentedRecord,
  completions,
  generatedSource,
  readScript,
  SCRIPT_LEVELS,
  type ScriptRequest,
  scriptRequest,
  writeScript,
} from "offprint/verilog/records/mod.ts";
import {
  type Bench,
  type BenchOutcome,
  benchTotal,
  type Grade,
  grade,
  runBench,
  simulationOf,
} from "offprint/verilog/simulate/mod.ts";
import { diagnosticText, findIcarus, YosysPool } from "offprint/verilog/tools/mod.ts";

// %% [markdown] id="idea"
// ## The idea, on fifteen lines
//
// The example of everything below is a counter that stops at its largest value.

// %% id="idea-module"
const showCode = (language: string, text: string) => md("```" + language, text.trimEnd(), "```");
await display(showCode("verilog", SATURATING_COUNTER));

// %% [markdown] id="idea-figure-text"
// One such file gives records of three kinds: beginnings with what comes next, one description, and as many broken versions
// as there are places to break it.

// %% id="idea-counts"
const yosys = new YosysPool();
const everyMutation = await mutationsOf(SATURATING_COUNTER);
const goldenRecords = [...completions(SATURATING_COUNTER)];
const kindCounts = [
  ...(["module", "statement", "token"] as const).map((level) => ({
    kind: `completion: ${level}`,
    records: goldenRecords.filter((record) => record.level === level).length,
  })),
  { kind: "prose", records: 1 },
  { kind: "repair", records: everyMutation.length },
];

// %% id="idea-figure" tags=["drawing"]
await display(plot({
  title: "What one file of fifteen lines gives",
  alt: `Bars of the number of records: ${
    kindCounts.map(({ kind, records }) => `${kind} ${records}`).join(", ")
  }.`,
  caption:
    "Records made of the counter above; a repair record is a broken version with the tool's message.",
  marginLeft: 160,
  height: 220,
  x: { label: "number of records", grid: true },
  y: { label: null, domain: kindCounts.map(({ kind }) => kind) },
  marks: [
    Plot.barX(kindCounts, { x: "records", y: "kind", fill: "#1f4fe0" }),
    Plot.text(kindCounts, { x: "records", y: "kind", text: "records", textAnchor: "start", dx: 5 }),
    Plot.ruleX([0]),
  ],
}));

// %% [markdown] id="idea-words"
// ### A module becomes sentences
//
// The syntax tree is walked in order, and every kind of node has one template. Expressions become phrases that begin with
// their operator and have a fixed number of parts, so that nesting needs no brackets: *the sum of A and B*. Nothing of the
// source is copied but names, numbers and short ranges.

// %% id="idea-description"
const [goldenModule] = await readModules(SATURATING_COUNTER);
const goldenDescription = describe(goldenModule!);
await display(showCode("text", goldenDescription.text.replace(/(.{76,88}?) /g, "$1\n     ")));
const digest = new Uint8Array(
  await crypto.subtle.digest("SHA-256", new TextEncoder().encode(goldenDescription.text)),
);
await claim("07.golden-description", digest.toHex().slice(0, 16));

// %% [markdown] id="idea-back"
// ### Sentences become the module again
//
// No model does this, but a reader of a few hundred lines that undoes the templates. If it works on every description, the
// templates have lost nothing.

// %% id="idea-inverse"
await display(showCode("verilog", writeModule(readDescription(goldenDescription.text))));

// %% [markdown] id="idea-mutant-text"
// ### A broken file meets Yosys
//
// One character is missing, and the tool complains about the next line. A record of repair holds this message and this file
// as the question, and the right file as the answer. A file that was broken by a rule is called a *mutant*; what is wrong
// with it makes its class:
//
// | class | what tools do |
// |---|---|
// | syntax | every parser rejects it |
// | elaboration | it is rejected when names and types are looked up |
// | drivers | it is accepted with a warning about what drives a signal |
// | behaviour | all tools accept it, and it does something else |
//
// Only the first is a syntax error. The released scripts of the paper drop exactly this class, because their log begins at
// a pass that a syntax error never reaches.

// %% id="idea-mutant"
const goldenMutants = ([["word.semicolon", 10], ["type.reg2wire", 5], ["op.swap", 12]] as const)
  .map(([rule, line]): Mutant => {
    const mutation = everyMutation.find((entry) => entry.rule === rule && entry.line === line);
    if (mutation === undefined) throw new Error(`no ${rule} at line ${line}`);
    return { ...mutation, text: applyEdits(SATURATING_COUNTER, mutation.edits), seed: 1 };
  });
const judged: { mutant: Mutant; result: Classified }[] = [];
for (const mutant of goldenMutants) {
  judged.push({ mutant, result: await classify(SATURATING_COUNTER, mutant, { yosys }) });
}
await claim("07.golden-classes", judged.map(({ result }) => result.observed).join(", "));

// %% id="idea-mutant-table" tags=["drawing"]
await display(table(
  judged.map(({ mutant, result }) => ({
    rule: mutant.rule,
    line: mutant.line,
    removed: mutant.edits[0]!.removed,
    inserted: mutant.edits[0]!.inserted,
    class: result.observed,
    evidence: result.evidence,
    "Yosys says": diagnosticText(result.observation.yosys).split("\n")[0] ?? "",
  })),
  { caption: "Three mutants of three classes, judged without Icarus" },
));

// %% [markdown] id="idea-short"
// **In short.** One file gives dozens of completion records, one description that rules can undo, and as many broken
// versions as it has places to break. Tools must decide what a broken version is.

// %% [markdown] id="parameters-text"
// ## Parameters
//
// Change them here, or from the command line: `deno task run 07 --set modules=5000`.

// %% id="parameters" tags=["parameters"]
/** "quick" or "full"; full draws five times as many mutants. */
const profile: "quick" | "full" = "quick";
/**
 * Generated files on which properties are checked.
 * Change me: with 100 it is faster, and the properties still hold.
 * @range 1 or more by 1
 */
const modules: number = 1000;
/**
 * Generated files that are broken and shown to the tools.
 * Change me: with 10 each class has few mutants.
 * @range 1 or more by 1
 */
const broken: number = 36;
/**
 * Mutants drawn of each.
 * Change me: with 1 the files are the same, and fewer rules have their turn.
 * @range 1 or more by 1
 */
const mutantsPerFile: number = 5;
/**
 * Seed of every random stream.
 * Change me: 2 makes other files, and the properties still hold.
 * @range 0 or more by 1
 */
const seed: number = 1;

// %% id="profile" tags=["drawing"]
const perFile = mutantsPerFile * { quick: 1, full: 5 }[profile];
await display(
  md`This run: profile **${profile}**, ${modules} generated files, ${
    broken * perFile
  } mutants, seed ${seed}.`,
);

// %% [markdown] id="equations"
// ## The equations
//
// ### How many records a module gives
//
// A module with $j$ statements and $i$ tokens after its header gives
//
// $$N = 1 + j + i$$
//
// completion records: one whose answer is the whole body after the header, one for each statement, one for each token.

// %% id="equation-records"
function recordCount(text: string): number {
  return [...completions(text)].length;
}
await display(equation({
  id: "records",
  source: "completions of offprint/verilog/records/mod.ts",
  fn: recordCount,
  checks: [
    SATURATING_COUNTER,
    "module m(input a, output y); assign y = a; endmodule",
    "module m; endmodule",
  ].map((text) => ({ args: [text] as [string], equals: expectedRecords(text) })),
}));
await claim(
  "07.golden-records",
  kindCounts.slice(0, 3).map(({ records }) => records),
);

// %% [markdown] id="equation-pass-text"
// ### How often one of k samples is right
//
// Draw $n$ samples, of which $c$ are right. *pass@k* is the probability that at least one of $k$ samples, taken from the
// $n$ without putting any back, is right:
//
// $$\mathrm{pass@}k = 1-\binom{n-c}{k}\Big/\binom{n}{k}.$$
//
// The best of five samples over three prompts, by which the paper counts, is not this number; it is larger.

// %% id="equation-pass"
/** All ways to take k of n, by going through them one by one: the share that holds a right sample. */
function shareByCounting(n: number, c: number, k: number): number {
  let right = 0, all = 0;
  const take = (from: number, left: number, hit: boolean) => {
    if (left === 0) {
      all++;
      if (hit) right++;
      return;
    }
    for (let at = from; at <= n - left; at++) take(at + 1, left - 1, hit || at < c);
  };
  take(0, k, false);
  return right / all;
}
const passCases: [number, number, number][] = [[5, 1, 1], [5, 2, 3], [10, 3, 5], [20, 18, 5]];
await display(equation({
  id: "pass-at-k",
  source: "passAtK of offprint/verilog/problems/mod.ts",
  fn: passAtK,
  checks: passCases.map((args) => ({ args, equals: shareByCounting(...args) })),
}));

// %% id="claim-pass"
await claim(
  "07.pass-at-k",
  ([[5, 1, 1], [5, 2, 3], [10, 3, 5], [20, 3, 5], [20, 3, 10], [20, 18, 5], [100, 10, 10]] as const)
    .map(([n, c, k]) => passAtK(n, c, k)),
);

// %% [markdown] id="equations-short"
// **In short.** The number of completion records follows from the tokens alone. pass@k counts how often a choice of k
// samples holds a right one.

// %% [markdown] id="generator"
// ## Exact rerun
//
// ### A corpus without anybody's licence
//
// Files from the web come under every licence and under none. So the corpus is generated: families of designs with random
// names, widths, resets and layouts. Each has a model in TypeScript that says what it does, and from this model its test
// bench is made. Two files count as the same when they differ in names and layout alone.

// %% id="generator-example"
// change me: "grayCounter" shows another family; the next cell lists all of them.
const shownFamily = "edgeDetector";
const sample = await generateDesign(seed, shownFamily);
await display(showCode("verilog", sample.text));

// %% id="generator-table" tags=["drawing"]
await display(
  md`This design is of the family \`${sample.family}\`. Its bench makes ${
    benchTotal(sample.bench)
  } comparisons. All ${FAMILIES.length} families: ${
    FAMILIES.map((name) => `\`${name}\``).join(", ")
  }.`,
);

// %% [markdown] id="properties-text"
// ### Properties that must hold on every file
//
// Each generated file is described, read back, laid out anew, and turned into records. Some parts of a file are *masked*, that
// is, put behind a placeholder that a model is to fill, and must come back whole. The *copy check* looks for source
// text of twelve or more characters, with an operator and a name in it, inside the prose. Beside it are the released rules
// of the paper, which paste the branches of every `if` into the prompt. A description says `Unsupported:` where it meets syntax
// for which it has no rule.

// %% id="properties"
const bar = progress("generated files", modules);
const corpus = await corpusProperties(generateDesigns(seed, modules), {
  seed,
  onFile: () => bar.tick(),
});
bar.done();
const compared = corpus.modules;
await claim("07.inverse", { value: corpus.inverse / corpus.modules, compared });
await claim("07.header-round-trip", { value: corpus.header / corpus.modules, compared });
await claim("07.copy-check", { value: corpus.copied, compared });
await claim("07.record-formula", { value: corpus.miscounted, compared });
await claim("07.released-copies", {
  value: corpus.releasedCopies / corpus.withIf,
  compared: corpus.withIf,
  note:
    `${corpus.releasedCopies} of ${corpus.withIf} files; in the others every pasted piece is under twelve characters`,
});

// %% id="properties-table" tags=["drawing"]
await display(table([
  { property: "different up to names and layout", holds: corpus.different, of: corpus.files },
  { property: "described without an Unsupported line", holds: corpus.whole, of: compared },
  { property: "inverse gives the same description", holds: corpus.inverse, of: compared },
  { property: "header rebuilt from its sentences", holds: corpus.header, of: compared },
  { property: "our prose copies no code", holds: compared - corpus.copied, of: compared },
  {
    property: "the released prose copies no code (files with an if)",
    holds: corpus.withIf - corpus.releasedCopies,
    of: corpus.withIf,
  },
  { property: "1 + j + i records", holds: compared - corpus.miscounted, of: compared },
  { property: "masked parts come back whole", holds: corpus.unmasked, of: corpus.masked },
], { caption: `Properties on ${modules} generated files` }));

// %% [markdown] id="lengths-text"
// The prose leaves nothing out. So it is a re-encoding of the code and not a summary, and it is longer than what it describes.

// %% id="figure-lengths" tags=["drawing"]
const lengthRows = (["module", "description"] as const).map((kind) => {
  const sorted = corpus.lengths.map((row) => row[kind]).sort((a, b) => a - b);
  return { kind, median: sorted[sorted.length >> 1] ?? 0, longest: sorted.at(-1) ?? 0, sorted };
});
const bins = lengthRows.flatMap(({ kind, sorted }) =>
  Array.from({ length: 22 }, (_, at) => {
    const [from, to] = [80 * 1.2 ** at, 80 * 1.2 ** (at + 1)];
    return { kind, from, to, modules: sorted.filter((size) => from <= size && size < to).length };
  })
);
const ratioOfMedians = (lengthRows[1]?.median ?? NaN) / (lengthRows[0]?.median ?? NaN);
await display(plot({
  title: `Prose is ${ratioOfMedians.toFixed(1)} times as long as the code it describes`,
  alt:
    `Histogram of the lengths of generated modules and of their descriptions on a logarithmic axis: ${
      lengthRows.map(({ kind, median, longest }) =>
        `${kind}s have a median of ${median} characters and at most ${longest}`
      ).join("; ")
    }.`,
  caption: "The factor in the title is the ratio of the medians.",
  height: 280,
  x: { type: "log", label: "number of characters" },
  y: { label: "number of modules", grid: true },
  color: { legend: true, label: "length of", domain: ["module", "description"] },
  data: lengthRows.map(({ kind, median, longest }) => ({ kind, median, longest })),
  marks: [
    Plot.rectY(bins, {
      x1: "from",
      x2: "to",
      y1: 0,
      y2: "modules",
      fill: "kind",
      fillOpacity: 0.55,
    }),
    Plot.ruleY([0]),
  ],
}));

// %% [markdown] id="simulator-text"
// ### The simulator inside
//
// Yosys has no simulator in its WebAssembly build, and Icarus is not installed everywhere. So Yosys maps a design to gates,
// and the gates become one JavaScript function over bit masks: three values, 32 runs at a time. A bench is data: steps that
// set inputs and expect outputs. The same steps can be written out as a Verilog test bench for any other simulator.

// %% id="simulator"
const edits: [string, string, string][] = [
  ["original", "", ""],
  ["+ becomes −", "cnt + 1", "cnt - 1"],
  ["condition of else if removed", "else if (up && !full)", "else"],
  ["width plus 1", "[W-1:0]", "[W:0]"],
  ["width minus 1", "[W-1:0]", "[W-2:0]"],
  ["width removed", "[W-1:0]", ""],
  ["range [20:0]", "[W-1:0]", "[20:0]"],
];
const edited = edits.map(([mutant, from, to]) => ({
  mutant,
  text: SATURATING_COUNTER.replace(from, to),
}));
const counted: { mutant: string; passed: number; of: number }[] = [];
for (const { mutant, text } of edited) {
  const { passed, total } = await runBench(text, saturatingCounterBench(), yosys);
  counted.push({ mutant, passed, of: total });
}
await display(
  table(counted, { caption: "Comparisons of the counter's bench that hold, embedded simulator" }),
);
await claim("07.golden-simulated", counted.map(({ passed }) => passed));

// %% [markdown] id="simulator-peer-text"
// Where Icarus Verilog is installed, the same bench runs there too. What is installed differs from machine to machine, so
// this cell keeps no output, and without Icarus there is no verdict.

// %% id="simulator-peer" tags=["timing"]
const icarus = await findIcarus();
const grades: { mutant: string; grade: Grade }[] = [];
for (const { mutant, text } of edited) {
  const result = await grade(text, saturatingCounterBench(), { yosys, icarus });
  grades.push({ mutant, grade: result });
}
const countOf = (outcome?: BenchOutcome) =>
  outcome === undefined ? "not run" : `${outcome.passed} of ${outcome.total}`;
await display(table(
  grades.map(({ mutant, grade: { embedded, icarus, disagree } }) => ({
    design: mutant,
    embedded: countOf(embedded),
    icarus: countOf(icarus),
    differ: disagree,
  })),
  { caption: icarus?.version ?? "Icarus Verilog is not installed here" },
));
const onBoth =
  grades.filter(({ grade: { embedded, icarus } }) =>
    icarus !== undefined && icarus.refused === undefined && embedded.refused === undefined
  ).length;
await claim(
  "07.two-simulators",
  icarus === undefined ? { needs: "Icarus Verilog" } : {
    value: grades.filter(({ grade }) => grade.disagree).length,
    compared: onBoth,
  },
);

// %% id="exact-short" tags=["drawing"]
await display(
  md`**In short.** Rules read back ${corpus.inverse} of ${corpus.modules} descriptions, and ${corpus.copied} of them copy code. The
  released rules copy code in ${corpus.releasedCopies} of ${corpus.withIf} files that have an \`if\`.`,
);

// %% [markdown] id="mutants-text"
// ## Rerun with real tools
//
// ### Which mutants are really wrong
//
// A rule can only *hope* to make a mistake of its class. Each mutant is shown to the parser and to Yosys. What they accept
// is run beside the original on random inputs, 32 runs at once, and where nothing differs Yosys is asked for a proof that
// nothing can. A mutant whose class is not confirmed is dropped and counted, and so is one that behaves like the original.

// %% id="mutants"
const drawn: { design: Design; mutant: Mutant; result: Classified }[] = [];
const mutantBar = progress("mutants", broken * perFile);
for await (const design of generateDesigns(seed + 1, broken)) {
  // The original is mapped to gates once for all its mutants.
  const compare = behaviourOf(design.text, yosys);
  for (const mutant of await mutate(design.text, { seed, count: perFile })) {
    const result = await classify(design.text, mutant, { yosys }, { compare });
    drawn.push({ design, mutant, result });
    mutantBar.tick();
  }
}
mutantBar.done();
const confirmed = drawn.filter(({ mutant, result }) => mutant.class === result.observed);
const withoutClass = drawn.filter(({ result: { observed } }) =>
  observed === "equivalent" || observed === "undecided"
);
const mismatched = drawn.length - confirmed.length - withoutClass.length;
await claim("07.mutant-classes", {
  value: mismatched / drawn.length,
  // Where the tools saw no class, none can differ from the declared one.
  compared: drawn.length - withoutClass.length,
  note: `${mismatched} of ${drawn.length}`,
});

// %% id="mutants-table" tags=["drawing"]
const observedClasses = [
  "syntax",
  "elaboration",
  "drivers",
  "behaviour",
  "equivalent",
  "undecided",
] as const;
await display(table(
  observedClasses.slice(0, 4).map((declared) => {
    const of = drawn.filter(({ mutant }) => mutant.class === declared);
    return {
      "declared class": declared,
      drawn: of.length,
      ...Object.fromEntries(observedClasses.map((observed) => [
        observed,
        of.filter(({ result }) => result.observed === observed).length,
      ])),
    };
  }),
  { caption: "Declared class (rows) against the class that the tools saw (columns)" },
));

// %% id="figure-mutants" tags=["drawing"]
const ruleRows = drawn.map(({ mutant, result }) => ({
  rule: mutant.rule,
  class: result.observed,
}));
const rules = [...new Set(ruleRows.map(({ rule }) => rule))].sort();
const syntaxRules = rules.filter((rule) =>
  ruleRows.every((row) => row.rule !== rule || row.class === "syntax")
);
await display(plot({
  title: "Most rules make no syntax error",
  alt:
    `Bars of the number of mutants drawn by each of ${rules.length} rules, coloured by the class that the tools ` +
    `saw. ${syntaxRules.length} rules make syntax errors: ${syntaxRules.join(", ")}.`,
  caption:
    "Mutants of generated designs by rule, coloured by the class that the tools saw. Those with the same behaviour are dropped.",
  marginLeft: 140,
  height: 420,
  x: { label: "number of mutants", grid: true },
  y: { label: null },
  color: {
    legend: true,
    label: "class seen",
    domain: [...observedClasses],
  },
  data: rules.map((rule) => ({
    rule,
    mutants: ruleRows.filter((row) => row.rule === rule).length,
  })),
  marks: [
    Plot.barX(
      ruleRows,
      Plot.groupY({ x: "count" }, { y: "rule", fill: "class", sort: { y: "-x" } }),
    ),
    Plot.ruleX([0]),
  ],
}));

// %% [markdown] id="lines-text"
// ### Does the message name the line of the mistake?
//
// A model that is trained to find the line that the tool names learns about the tool, not about the mistake: the message
// names the token at which the parser gave up.

// %% id="lines"
const distances = confirmed.flatMap(({ mutant, result }) => {
  const line = result.observation.yosys[0]?.line;
  return mutant.class === "syntax" && line !== undefined ? [line - mutant.line] : [];
});
const places: [string, (distance: number) => boolean][] = [
  ["the line of the mistake", (distance) => distance === 0],
  ["the next line", (distance) => distance === 1],
  ["a later line", (distance) => distance > 1],
  ["an earlier line", (distance) => distance < 0],
];
await display(table(
  places.map(([place, isThere]) => ({
    "the message names": place,
    mutants: distances.filter(isThere).length,
  })),
  { caption: "Where Yosys puts a syntax error" },
));

// %% [markdown] id="dataset-text"
// ### The data set
//
// The pipeline writes one JSON object a line, and a file of counts and hashes. It holds one file at a time in memory and
// continues where it was stopped. For your own folder: `deno task augment DIR --out FILE`.

// %% id="dataset"
async function augmentedSample() {
  const folder = await Deno.makeTempDir();
  const out = `${folder}/records.jsonl`;
  const manifest = await augment({
    source: generatedSource(100, seed),
    out,
    flows: ["completion", "prose", "scripts"],
    seed,
    completionsPerModule: Infinity,
    mutantsPerFile: 0,
    scripts: 200,
  });
  const lines = (await Deno.readTextFile(out)).split("\n").slice(0, -1);
  await Deno.remove(folder, { recursive: true });
  return { manifest, firstRecords: lines.map((line) => JSON.parse(line) as AugmentedRecord) };
}
const { manifest, firstRecords } = await augmentedSample();
const repairBytes = confirmed.map(({ design, mutant, result }) =>
  diagnosticText(result.observation.yosys).length + mutant.text.length + design.text.length
);
const sizes = [
  ...Object.entries(manifest!.tasks).map(([task, size]) => ({ task, ...size })),
  {
    task: "repair with report",
    records: repairBytes.length,
    bytes: repairBytes.reduce((a, b) => a + b, 0),
  },
];

// %% id="dataset-table" tags=["drawing"]
await display(table(
  sizes.map(({ task, records, bytes }) => {
    const published = PUBLISHED_SIZES[task]!;
    return {
      task,
      "this run: records": records,
      "bytes each": Math.round(bytes / records),
      "paper: records": published.records,
      "bytes each ": Math.round(published.bytes / published.records),
    };
  }),
  { caption: "100 generated files and the mutants above, beside the paper's Table 2" },
));
const publishedTotal = Object.values(PUBLISHED_SIZES).reduce(
  (sum, { records }) => sum + records,
  0,
);
await display(
  md`${manifest!.files} files, ${
    manifest!.duplicates
  } of them equal to another up to names and layout. SHA-256 of the data
  set: \`${manifest!.sha256.slice(0, 16)}…\`. The paper's rows add up to ${
    Math.round(publishedTotal / 1000)
  } thousand records. Its text says that 3671 thousand were obtained, and no choice of rows adds up to that.`,
);
const anyProse = firstRecords.find(({ task }) => task === "prose to Verilog")!;
const cutRecord = {
  ...anyProse,
  input: anyProse.input.slice(0, 160) + "…",
  output: anyProse.output.slice(0, 60) + "…",
};
await display(md(
  "One record with prose:",
  "",
  "```json",
  JSON.stringify(cutRecord, null, 2),
  "```",
));

// %% [markdown] id="scripts-text"
// ### Scripts
//
// What a script does is checked, not only its syntax: the parameters are read back from its calls and compared with those
// that were asked for. The paper reports right scripts at the first or second query after training on 200 of them. Here the
// generated scripts must pass their own check, and scripts with a changed clock period must fail it.

// %% id="scripts"
// change me: 1 shows a script of another level, which decides how much it sets; there are 200.
const shownScript = 4;
const requests = Array.from(
  { length: 200 },
  (_, at) =>
    scriptRequest(SCRIPT_LEVELS[at % SCRIPT_LEVELS.length]!, stream(seed, "notebook scripts", at)),
);
const saysWhatWasAsked = (request: ScriptRequest, script: string) =>
  JSON.stringify(readScript(script)) === JSON.stringify(request);
const readBack = requests.filter((request) => saysWhatWasAsked(request, writeScript(request)));
const spoilt = requests.filter((request) =>
  saysWhatWasAsked(request, writeScript({ ...request, clockPeriod: request.clockPeriod + 1 }))
);
await display(showCode("python", writeScript(requests[shownScript]!)));
await claim("07.scripts", readBack.length / requests.length);
await display(
  md`${readBack.length} of ${requests.length} scripts say what was asked for. Of ${requests.length} with another clock
  period, ${spoilt.length} pass the check.`,
);

// %% id="tools-short" tags=["drawing"]
const noSyntaxError = drawn.filter(({ result }) => result.observed !== "syntax").length;
await display(
  md`**In short.** Tools confirm the class of ${confirmed.length} of ${drawn.length} mutants, and ${noSyntaxError} of them
  are not syntax errors. Every kind of record, scripts included, is checked by a program.`,
);

// %% [markdown] id="tables"
// ## The paper's tables, with intervals
//
// A problem counts as solved when at least one of five samples at one of three prompt levels passes every test. With this
// rule every printed percentage of Table 5 can be computed again from its cells. It is a generous rule (the best of
// fifteen), and seventeen problems are few: the bars are 95 % Wilson intervals.
//
// The names of models are the paper's. *ours-7B* and *ours-13B* are its own, Llama 2 trained on all its records; *GA-13B* (general
// augmentation) is the larger one trained on completion records only, *Llama2-13B* the same without any of this training.
// *Thakur* is the model of Thakur et al., CodeGen with 16 B parameters trained on Verilog, and GPT-3.5 is OpenAI's.

// %% id="table-5"
const publishedSets = [
  ["17 problems of Thakur et al.", PUBLISHED_GENERATION.filter(({ set }) => set === "Thakur")],
  ["18 designs of RTLLM", PUBLISHED_GENERATION.filter(({ set }) => set === "RTLLM")],
  ["all 35", PUBLISHED_GENERATION],
] as const;
const successes = publishedSets.flatMap(([set, rows]) =>
  PUBLISHED_MODELS.map((model, at) => {
    const count = rows.filter((row) => solved(row, at)).length;
    const { low, high } = wilson(count, rows.length);
    return {
      set,
      model,
      solved: count,
      of: rows.length,
      percent: 100 * count / rows.length,
      low: 100 * low,
      high: 100 * high,
    };
  })
);
await claim(
  "07.table-5",
  PUBLISHED_MODELS.map((_, at) => PUBLISHED_GENERATION.filter((row) => solved(row, at)).length),
);

// %% id="table-5-figure" tags=["drawing"]
await display(plot({
  title: "Two problems lie inside every interval",
  alt:
    `Success rate of six models on 17, 18 and all 35 problems with 95 percent intervals. On the 17 problems: ${
      successes.filter(({ of }) => of === 17).map(({ model, low, high }) =>
        `${model} from ${low.toFixed(0)} to ${high.toFixed(0)} percent`
      ).join("; ")
    }.`,
  caption:
    "Success by the paper's rule, computed again from the cells of its Table 5; bars are 95 % Wilson intervals.",
  marginLeft: 90,
  height: 420,
  x: { label: "problems solved, %", domain: [0, 100], grid: true },
  y: { label: null },
  fy: { label: null },
  data: successes,
  marks: [
    Plot.ruleY(successes, {
      y: "model",
      fy: "set",
      x1: "low",
      x2: "high",
      strokeWidth: 3,
      strokeOpacity: 0.5,
    }),
    Plot.dot(successes, { y: "model", fy: "set", x: "percent", r: 5, fill: "currentColor" }),
  ],
}));

// %% [markdown] id="mcnemar-text"
// The same problems were given to all models. So the evidence lies in the problems that one model solves and the other does
// not. McNemar's exact test asks how likely such an uneven split would be if both models were equally good; the last column is
// this probability.

// %% id="mcnemar"
// change me: ["Thakur", "Llama2-13B"] compares two of the other models in the last row.
const chosenPair: [PublishedModel, PublishedModel] = ["ours-13B", "GPT-3.5"];
const comparisons = [
  {
    what: "generation, 17 problems: ours-13B against Thakur",
    pairs: discordantPairs(publishedSets[0][1], "ours-13B", "Thakur"),
  },
  {
    what: "all 35: aligned prose (ours-13B) against completion only (GA-13B)",
    pairs: discordantPairs(PUBLISHED_GENERATION, "ours-13B", "GA-13B"),
  },
  // Table 3: designs that only ours-13B and that only GPT-3.5 repaired.
  { what: "repair, 29 designs: ours-13B against GPT-3.5", pairs: [14, 2] as const },
  {
    what: `all 35: ${chosenPair.join(" against ")}`,
    pairs: discordantPairs(PUBLISHED_GENERATION, ...chosenPair),
  },
].map(({ what, pairs: [a, b] }) => ({
  comparison: what,
  "only the first": a,
  "only the second": b,
  p: mcnemarExact(a, b),
}));
await display(table(comparisons, { caption: "McNemar's exact test, two-sided" }));
await claim("07.mcnemar", comparisons.slice(0, 3).map(({ p }) => p));

// %% id="mcnemar-explore" tags=["drawing"]
import { explore } from "offprint/notebook/explore/mod.ts";
import { problemsExploration } from "offprint/papers/chipgpt_ft/mod.ts";

await display(explore(problemsExploration));

// %% id="table-5-strict" tags=["drawing"]
const oursAt = PUBLISHED_MODELS.indexOf("ours-13B");
const strictlySolved = (rows: typeof PUBLISHED_GENERATION) =>
  rows.filter((row) => solved(row, oursAt, true)).length;
await display(
  md`${
    impossibleCells("ours-13B")
  } cells of ours-13B hold five syntax errors in five samples *and* a pass rate above zero, which cannot both be. Read as
  failures, they leave ${strictlySolved(publishedSets[0][1])} of 17 and ${
    strictlySolved(PUBLISHED_GENERATION)
  } of 35 solved.`,
);

// %% [markdown] id="arms-text"
// ### Small models, trained on such records
//
// The paper's question proper is whether a model learns more from code with aligned prose than from code alone. Its models
// are large; ours are tiny, so the question is asked where they can answer it. Three *arms* have one shape and one budget of
// tokens, and differ in what they read: plain **code**; **completion** records; mostly **aligned** prose with some
// completion. Each is trained three times. The first training of each is committed; `deno task train verilog-aligned
// --seed 2 --to FOLDER` makes another one, and `deno task solve FOLDER --out data/results/07-arms.json` adds its answers
// to the file that is shown here. The budget was doubled once, after a first look at one arm with half of it. Then it was
// left alone, so that seeds 2 and 3 repeat what seed 1 did.
//
// Some designs are kept from all arms: every fifth combination of a family's parameters, and five whole families. A model is
// asked five times for each problem at the paper's temperature of 0.1, and each answer runs through the design's bench. In
// words, only an arm that has read prose can know what is asked. So the arms without prose get something of their own: the
// *header* of the module, with all its ports, from which much of a small design can be guessed. And the **rules** that undo
// the templates answer the same problems, without any model: what they reach is what a perfect translator would reach.
//
// All shares below are shares of answers, from 0 to 1; a difference of 0.1 is ten points. pass@1 is the share of answers that
// pass their bench.

// %% id="arms"
const results = await armResults();
const problemSets = ["held-out parameters", "held-out families"];
const rows = armRows(results, problemSets);
const rulesLabel = "rules (no model), asked in words";
const rulesRates = problemSets.map((set) =>
  passRates(answersWithoutSeed(results, { model: "inverse", set, asking: "description" }))
);
const rulesRows = problemSets.map((set, at) => ({
  set,
  label: rulesLabel,
  pass1: mean(rulesRates[at]!),
}));
const firstRun = results.runs.find(({ arm }) => arm === "aligned")!;
await display(
  md`Each arm has **${firstRun.parameters?.toLocaleString("en")}** parameters and read **${
    firstRun.trainedTokens?.toLocaleString("en")
  }** tokens.`,
);

// %% id="arms-figure" tags=["drawing"]
const averaged = meanArmRows(rows);
const meanOf = (label: string, set: string) =>
  averaged.find((row) => row.label === label && row.set === set)?.pass1 ?? NaN;
await display(plot({
  title: "In words only the aligned arm can answer; from a header all can guess",
  alt:
    `Share of answers that pass their bench, one dot per training, a diamond for the rules. Means over trainings: ${
      averaged.map(({ set, label, pass1 }) => `${label}, ${set}: ${pass1.toFixed(2)}`).join("; ")
    }. Rules: ${rulesRows.map(({ set, pass1 }) => `${set} ${pass1.toFixed(2)}`).join(", ")}.`,
  caption:
    "pass@1 on designs that no arm was trained on: one dot per training, a diamond for the rules that undo the templates.",
  marginLeft: 225,
  marginRight: 150,
  height: 360,
  x: { label: "share of answers that pass", domain: [0, 1], grid: true },
  y: { label: null, domain: [...ARM_FORMS.map(({ label }) => label), rulesLabel] },
  fy: { label: null, domain: problemSets },
  data: [
    ...rows.map(({ set, label, seed, pass1 }) => ({ set, label, seed, "pass@1": pass1 })),
    ...rulesRows.map(({ set, label, pass1 }) => ({ set, label, "pass@1": pass1 })),
  ],
  marks: [
    Plot.dot(rulesRows, { y: "label", fy: "set", x: "pass1", r: 6, symbol: "diamond" }),
    Plot.ruleY(rows, { y: "label", fy: "set", x1: 0, x2: "pass1", strokeOpacity: 0.3 }),
    Plot.dot(rows, {
      y: "label",
      fy: "set",
      x: "pass1",
      r: 5,
      fill: "currentColor",
      fillOpacity: 0.6,
    }),
  ],
}));
await display(table(averaged, {
  caption: "Means over the trainings",
  columns: [
    { key: "set", label: "problems" },
    { key: "problems", label: "how many" },
    { key: "label", label: "arm" },
    { key: "seeds", label: "trainings" },
    { key: "pass1", label: "pass@1", digits: 2 },
    { key: "pass5", label: "pass@5", digits: 2 },
    { key: "compiles", label: "share that compiles", digits: 2 },
  ],
}));

// %% [markdown] id="arms-claims-text"
// How far is the aligned arm above the completion arm? The problems, the families of designs and the trainings are three
// different samples, so each difference has three intervals.

// %% id="arms-claims"
const inWords = (arm: string, set: string) => ({ arm, set, asking: "description" });
const withHeader = (arm: string, set: string) => ({
  arm,
  set,
  asking: arm === "aligned" ? "description and header" : "header",
});
const [parameters, otherFamilies] = ["held-out parameters", "held-out families"] as const;
const trainings = sharedSeeds(
  results,
  inWords("aligned", parameters),
  inWords("completion", parameters),
);
const gainOf = (form: typeof inWords, set: string, rates = passRates as typeof compileRates) =>
  armGain(results, form("aligned", set), form("completion", set), trainings, rates);
const gains = {
  words: gainOf(inWords, parameters),
  header: gainOf(withHeader, parameters),
  families: gainOf(inWords, otherFamilies),
  familiesHeader: gainOf(withHeader, otherFamilies),
  compiles: gainOf(inWords, parameters, compileRates),
};
const note = `Seeds ${trainings.join(", ")}`;
await claim("07.aligned-prose", { value: gains.words.problems.mean, note });
await claim("07.aligned-prose-interval", { value: gains.words.problems, note });
await claim("07.aligned-prose-seeds", {
  value: gains.words.seeds ?? { needs: "at least two trainings of both arms" },
  note,
});
await claim("07.aligned-compiles", { value: gains.compiles.problems.mean, note });
await claim("07.aligned-prose-header", { value: gains.header.problems.mean, note });
await claim("07.aligned-prose-families", { value: gains.families.problems.mean, note });
await claim("07.inverse-solves", mean(rulesRates.flat()));

// %% id="arms-gains" tags=["drawing"]
const between = ({ low, high }: { low: number; high: number }) =>
  `${low.toFixed(2)} to ${high.toFixed(2)}`;
await display(table(
  ([
    ["in words, held-out parameters", gains.words],
    ["given the header, held-out parameters", gains.header],
    ["in words, held-out families", gains.families],
    ["given the header, held-out families", gains.familiesHeader],
    ["share that compiles, in words, held-out parameters", gains.compiles],
  ] as const).map(([asked, { problems, families, seeds }]) => ({
    "aligned less completion": asked,
    difference: problems.mean.toFixed(2),
    "over problems": between(problems),
    "over families": between(families),
    "over trainings": seeds === undefined ? "one training" : between(seeds),
  })),
  { caption: "Gain of aligned prose in pass@1, with 95 % intervals" },
));

// %% id="arms-read" tags=["drawing"]
const inEachTraining = (form: typeof inWords, arm: string) =>
  trainings.map((seed) =>
    mean(passRates(answersOf(results, form(arm, parameters), seed))).toFixed(2)
  ).join(", ");
await display(
  md`**How to read this.** In words, the aligned arm passes ${
    inEachTraining(inWords, "aligned")
  } of its answers in its trainings, and the completion arm, which never saw words, ${
    inEachTraining(inWords, "completion")
  }. The problems are enough to tell the two apart. Three trainings that differ so widely are few, and an interval over
  them is wide. Given the header, the aligned arm passes ${
    inEachTraining(withHeader, "aligned")
  } and the completion arm ${
    inEachTraining(withHeader, "completion")
  }: most of what a header leaves open can be guessed without a word of prose. On families that no arm was trained on, in
  words, the aligned arm passes ${
    meanOf("aligned, asked in words", otherFamilies).toFixed(2)
  }, where rules that know nothing but the templates pass ${
    mean(rulesRates[1]!).toFixed(2)
  }: the arm seems to have learned designs rather than how to translate.`,
);

// %% [markdown] id="controls-text"
// ### Controls, and a person's words
//
// In the *shuffled* arm the descriptions are exchanged among the designs. It reads as much prose, but prose that says
// nothing about the code beside it. And seventeen of the designs were described by hand, as a person would ask for them.

// %% id="controls"
const firstTraining = (arm: string, set: string, asking: string) =>
  ratesOver(results, { arm, set, asking }, [1]);
const shuffled = firstTraining("shuffled", parameters, "description and header");
const headerOnly = firstTraining("completion", parameters, "header");
const shuffledGain = pairedDifference(shuffled, headerOnly);
const words = firstTraining("aligned", "free prose", "description");
const allTemplates = firstTraining("aligned", parameters, "description");
const templates = new Map([...words.keys()].map((name) => [name, allTemplates.get(name)!]));
const drop = pairedDifference(templates, words);
await claim("07.shuffled-prose", { value: shuffledGain.mean, compared: shuffled.size });
await claim("07.natural-prose", drop);

// %% id="controls-table" tags=["drawing"]
const shareRow = (what: string, rates: ReadonlyMap<string, number>) => {
  const { mean, low, high } = meanInterval([...rates.values()]);
  return { "seed 1 of each arm": what, problems: rates.size, "pass@1": mean, low, high };
};
await display(table([
  shareRow("shuffled arm, description and header", shuffled),
  shareRow("completion arm, header", headerOnly),
  shareRow("aligned arm, templated descriptions", templates),
  shareRow("aligned arm, a person's words for the same designs", words),
], { caption: "Shares of answers that pass, with 95 % intervals over problems" }));

// %% [markdown] id="repair-text"
// ### Repair
//
// Here designs that were broken by rule so that every tool rejects them (syntax and elaboration) are to be mended by two arms
// of their own. One reads the file alone. The other reads the tool's message first, with the text of the line that it names.
// A repair counts when the design's bench passes and Yosys says nothing new. Two ways to answer need no model: leave the
// file as it is, and delete the line that the message names.

// %% id="repair"
const repairArms = {
  "file alone": { arm: "repair", set: "repair", asking: "file" },
  "file and message": { arm: "repair-with-report", set: "repair", asking: "file and report" },
};
const [mendedAlone, mendedWithMessage] = Object.values(repairArms).map((asked) =>
  ratesOver(results, asked, [1])
);
const feedback = pairedDifference(mendedWithMessage!, mendedAlone!);
const weaker = [mendedAlone!, mendedWithMessage!].map((rates) => meanInterval([...rates.values()]))
  .sort((a, b) => a.mean - b.mean)[0]!;
await claim("07.repair-feedback", { value: feedback.mean, compared: mendedAlone!.size });
await claim("07.repair-above-identity", weaker);

// %% id="repair-table" tags=["drawing"]
const noModel = ["the file as it is", "without the reported line"].map((asking) => ({
  answer: `no model: ${asking}`,
  ...repairRow(answersWithoutSeed(results, { model: "no model", set: "repair", asking })),
}));
const withModel = Object.entries(repairArms).map(([label, asked]) => ({
  answer: `repair arm, ${label}`,
  ...repairRow(answersOf(results, asked, 1)),
}));
await display(table([...noModel, ...withModel], {
  caption: "Broken designs with held-out parameters, one training of each arm",
  columns: [
    "answer",
    "problems",
    { key: "pass1", label: "pass@1", digits: 2 },
    { key: "syntax", label: "of syntax errors", digits: 2 },
    { key: "elaboration", label: "of elaboration errors", digits: 2 },
    { key: "compiles", label: "bench can run", digits: 2 },
  ],
}));
const [alone, helped] = withModel;
await display(
  md`The message is worth **${feedback.mean.toFixed(3)}** of pass@1 (95 % interval over problems ${
    between(feedback)
  }). Most answers are modules that a bench can run and that do something else: a model of this size copies a file well
  enough to compile, but not well enough to mend it. With the message, ${
    helped!.syntax.toFixed(2)
  } of the answers to syntax errors are right instead of ${alone!.syntax.toFixed(2)}, and ${
    helped!.elaboration.toFixed(2)
  } instead of ${
    alone!.elaboration.toFixed(2)
  } of those to elaboration errors. Both arms have read few tokens, so this says little about large models.`,
);

// %% [markdown] id="live-text"
// ### Ask one yourself
//
// The committed arm is asked in this run. The next outputs show what it reads: there are blanks between all tokens and
// numbers in place of names, so that it need not learn to spell. The profile `full` asks for more designs.

// %% id="live" tags=["native"]
const arm = await loadModel("verilog-aligned", { threads: 1 });
const asker = textModel(arm.model, arm.tokenizer);
const livePool = await splitDesigns({ ...ARM_SPLIT, designs: 300 });
const liveProblems = balanced(livePool.heldOutParameters, { quick: 6, full: 40 }[profile])
  .map((design) => designProblem(design, yosys));
const liveSolved = await solve(liveProblems, byDescription, asker, ARM_SAMPLING);
// change me: 3 shows another of the problems.
const shownProblem = 0;
const shown = byDescription(liveProblems[shownProblem]!);
const [reply] = await asker.generate(shown.prompt, ARM_SAMPLING);

// %% id="live-answers" tags=["drawing","native"]
await arm.model.close();
await display(showCode("text", shown.prompt.replace(/(.{90,110}?) /g, "$1\n ")));
await display(showCode("verilog", shown.answer(reply!).replace(/ ; /g, " ;\n  ")));
await display(table(
  liveSolved.map(({ name, samples, compiled, passed }) => ({
    design: name,
    answers: samples,
    compile: compiled,
    pass: passed,
  })),
  { caption: "Five answers each" },
));

// %% [markdown] id="tables-short"
// **In short.** The paper's lead of two problems in seventeen over the model before it can be chance; its repair result
// cannot. In our small models, aligned prose helps where words are all there is, little where the header is given, and
// not at all on new families of designs.

// %% [markdown] id="ablate"
// ## Ablate it yourself
//
// How many comparisons does a bench need before it notices a *silent* mutant, one that all tools accept and that does something
// else? Change the list: longer benches should notice more, and never all, since a port that has become wider looks the same through
// a wire that has not. The benches of the mutants above are cut, so the points run in this kernel, in a few seconds;
// `deno task sweep 07 --experiment shortBenches` draws mutants of its own and runs on all cores.

// %% id="silent-mutants"
const silent = (await Array.fromAsync(
  drawn.filter(({ result }) => result.observed === "behaviour"),
  async ({ design, mutant }) => {
    const simulation = await simulationOf(mutant.text, design.top, yosys);
    return "refused" in simulation ? [] : [{ simulation, bench: design.bench }];
  },
)).flat();

// %% id="ablation" tags=["ablation"]
// change me: [1, 4, 16, 64] goes further; see whether longer benches notice more.
const benchLengths = [1, 2, 4, 8, 16, 32];
const ablation = await sweep({
  name: "comparisons of a bench",
  over: { comparisons: benchLengths },
  seed,
  run: ({ comparisons }) => noticedBy(silent, comparisons),
});
await display(ablation);

// %% id="ablation-figure" tags=["drawing"]
await display(plot({
  title: "A longer bench notices more silent mutants, and never all",
  alt:
    `Share of ${silent.length} silent mutants that a bench notices, by the number of its comparisons: ${
      ablation.rows.map((row) => `${row.comparisons}: ${Number(row["percent"]).toFixed(0)} %`).join(
        ", ",
      )
    }.`,
  caption:
    `${silent.length} mutants that all tools accept, each run on its design's bench, which is cut after so many comparisons.`,
  height: 280,
  x: { type: "log", base: 2, label: "number of comparisons in the bench", tickFormat: "d" },
  y: { label: "silent mutants noticed, %", domain: [0, 100], grid: true },
  data: ablation.rows,
  marks: [
    Plot.lineY(ablation.rows, { x: "comparisons", y: "percent", marker: true }),
    Plot.ruleY([0]),
  ],
}));

// %% [markdown] id="cost"
// ## What it costs
//
// The times are those of this run on this machine, and are not kept in the file.

// %% id="timing" tags=["timing"]
const describedFiles = await Array.fromAsync(generateDesigns(seed, 300), ({ text }) => text);
const counter = await simulationOf(
  "module c(input clk, input r, output reg [15:0] q); always @(posedge clk) if (r) q <= 0; else q <= q + 1; endmodule",
  "c",
  yosys,
);
if ("refused" in counter) throw new Error(counter.refused);
const cycles = 50_000;
const [describingMs = NaN, clockingMs = NaN] = await medianTimesMs([
  async () => {
    for (const text of describedFiles) {
      for (const module of await readModules(text)) describe(module);
    }
  },
  () => {
    const clk = counter.inputs.get("clk")![0]!;
    counter.setBit(counter.inputs.get("r")![0]!, 0);
    for (let at = 0; at < cycles; at++) {
      for (const level of [-1, 0]) {
        counter.setBit(clk, level);
        counter.settle();
      }
    }
  },
], { rounds: 3 });
const perSecond = (count: number, ms: number) => Math.round(1000 * count / ms);
await display(table([
  {
    what: "files read and described",
    "per second": perSecond(describedFiles.length, describingMs),
  },
  { what: "cycles of a 16-bit counter, one run", "per second": perSecond(cycles, clockingMs) },
  { what: "the same, 32 runs at once", "per second": perSecond(32 * cycles, clockingMs) },
], { caption: "Medians of three rounds" }));

// %% [markdown] id="limits"
// ## What this rerun does not show
//
// * **Tiny arms, few trainings.** The paper's models have 7 B and 13 B parameters and were trained for a week on eight A100.
//   What an arm fails to do here says nothing about them. Three trainings of an arm differ widely, and the controls and the
//   repair arms were trained once.
// * **Templated prose only.** Nobody writes *the logical AND of up and the logical NOT of full*. The control with a person's
//   words shows that what is learned from templates does not carry over by itself.
// * **Generated designs** are small, clean and synchronous. On real Verilog the descriptions say `Unsupported:` for what has
//   no rule, and the pipeline counts them.
// * **Scripts are read, not run.** SiliconCompiler itself is not installed, and its calls have changed since.
// * **Elaboration errors without Icarus** are recognised by Yosys's warnings alone; each record says which evidence it has.

// %% id="headline"
await claim("07.generation", null);
await claim("07.alignment", null);
await claim("07.repair", null);
await claim("07.scripts-learned", null);

// %% [markdown] id="own-model"
// ## With your own Verilog
//
// Put a module of yours here. What has no rule is named, with its line.

// %% id="own-module"
// Put your own module here. Without the line that begins with "initial", every part of this one has a rule.
const mine = `
module blink(input clk, output reg led);
  reg [3:0] n = 0;
  always @(posedge clk) begin
    n <= n + 1;
    if (n == 9) begin
      n <= 0;
      led <= ~led;
    end
  end
  initial fork led = 0; join
endmodule`;
await display(
  showCode("text", (await readModules(mine)).map((module) => describe(module).text).join("\n")),
);

// %% [markdown] id="real-text"
// ### How far it gets on Verilog that people wrote
//
// The same pipeline went over source packages of Debian 12: examples and libraries of synthesis tools, and the test suites
// of Yosys and Verilator, which hold every odd corner of the language on purpose. Nothing crashed it. A module counts as
// described whole when no part of it lacks a rule. Repair records need a file that all tools accept by itself, which most
// files of a larger design are not: their includes and modules are elsewhere. The counts are those of 28 November 2026
// and are stored. They were not repeated after macros came to be put in before a file is read, and after proofs and
// simulator learnt what Verilog leaves unknown: today more files would be read, and fewer mutants would count as bugs of
// behaviour. (The files are under their own licences.)

// %% id="real" tags=["drawing"]
const real = await realVerilog();
await display(table(
  real.corpora.map((corpus) => {
    const unread = Object.entries(corpus.skipped)
      .filter(([reason]) => !reason.startsWith("repair:"))
      .reduce((sum, [, count]) => sum + count, 0);
    const dropped = corpus.mismatched + corpus.equivalent + corpus.undecided;
    const tried = corpus.mutantsPerFile > 0;
    return {
      package: `${corpus.package} ${corpus.version}`,
      files: corpus.files,
      "not read": unread,
      modules: corpus.modules,
      "described whole, %": 100 * corpus.described / corpus.modules,
      mutants: tried ? corpus.mutants : "–",
      "confirmed, %": corpus.mutants === 0 ? "–" : 100 * (1 - dropped / corpus.mutants),
      "of another class": tried ? corpus.mismatched : "–",
    };
  }),
  { caption: "deno task augment over Debian's source packages; – where no mutants were drawn" },
));
const missing = new Map<string, number>();
for (const [kind, count] of real.corpora.flatMap((corpus) => Object.entries(corpus.unsupported))) {
  missing.set(kind, (missing.get(kind) ?? 0) + count);
}
await display(table(
  [...missing].sort((a, b) => b[1] - a[1]).slice(0, 8).map(([kind, count]) => ({
    "syntax without a rule": kind,
    times: count,
  })),
  { caption: "What most often has no rule" },
));

// %% [markdown] id="exercises"
// ## Exercises
//
// Each exercise has a check that says what is wrong without giving the answer away. When a cell hangs, restart the kernel
// (an interrupt does not reach Deno's kernel).
//
// **1. The unbiased estimate.** (10 minutes, 2 points.) Of $n$ samples $c$ are right. Write the probability that at least one of $k$ samples, drawn
// without putting any back, is right. Do not use `passAtK`.

// %% id="exercise-1" tags=["exercise","solution"] nbgrader={"grade":false,"grade_id":"exercise-1","locked":false,"schema_version":3,"solution":true,"task":false}
function bestOf(n: number, c: number, k: number): number {
  // BEGIN SOLUTION
  let none = 1;
  for (let drawn = 0; drawn < k; drawn++) none *= Math.max(0, n - c - drawn) / (n - drawn);
  return 1 - none;
  // END SOLUTION
}

// %% id="exercise-1-check" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-1-check","locked":true,"points":0,"schema_version":3,"solution":false,"task":false}
const bestOfCases: [number, number, number][] = [[5, 1, 1], [5, 2, 3], [20, 18, 5], [5, 0, 5]];
await display(check("exercise 1", {
  got: bestOfCases.map((args) => bestOf(...args)),
  expected: bestOfCases.map((args) => shareByCounting(...args)),
  hint: "Multiply the chances that each draw is wrong, given that all before were.",
}));

// %% id="exercise-1-hidden" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-1-hidden","locked":true,"points":2,"schema_version":3,"solution":false,"task":false}
// BEGIN HIDDEN TESTS
import { hiddenTest } from "offprint/notebook/mod.ts";
const gradedDraw = stream(seed, "graded samples");
const gradedCases = Array.from({ length: 6 }, (): [number, number, number] => {
  const n = 6 + Math.floor(7 * gradedDraw.uniform());
  return [n, Math.floor(n * gradedDraw.uniform()), 1 + Math.floor(4 * gradedDraw.uniform())];
});
await hiddenTest("six drawn cases", {
  got: gradedCases.map((args) => bestOf(...args)),
  expected: gradedCases.map((args) => shareByCounting(...args)),
  points: 2,
});
await hiddenTest("fewer wrong samples than are drawn", {
  got: [bestOf(4, 2, 3), bestOf(3, 3, 1)],
  expected: [1, 1],
});
// END HIDDEN TESTS

// %% [markdown] id="exercise-2-text"
// **2. Write in the templates.** (25 minutes, 3 points.) `description` is the text of the saturating counter, which the notebook prints near its top
// (`goldenDescription.text`; display it to see it). Change it so that the counter starts at all ones after a reset, counts down, stops at
// zero, and `full` says that it is at zero. Three phrases change, one word in each. The rules make a module of the text. Operators of one operand are
// written as *the logical NOT of*, *the bitwise complement of*, *the AND reduction of*, and likewise with *OR*, *NAND*, *NOR* reduction; those of
// two as *the sum of A and B*, *the difference of A and B*. Let it work, too, where the register `cnt` and the width `W` have other names.

// %% id="exercise-2" tags=["exercise","solution"] nbgrader={"grade":false,"grade_id":"exercise-2","locked":false,"schema_version":3,"solution":true,"task":false}
function countDown(description: string): string {
  // BEGIN SOLUTION
  return description
    .replace(/the replication by (\w+) of 1'b0/, "the replication by $1 of 1'b1")
    .replace(/the sum of (\w+) and 1'b1/, "the difference of $1 and 1'b1")
    .replace(/the AND reduction of (\w+)/, "the NOR reduction of $1");
  // END SOLUTION
}

// %% id="exercise-2-check" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-2-check","locked":true,"points":0,"schema_version":3,"solution":false,"task":false}
/** The module that the rules make of a description; the reason where it is not in the templates. */
const moduleOf = (description: string): string => {
  try {
    return writeModule(readDescription(description));
  } catch (error) {
    return String(error);
  }
};
const downVerilog = SATURATING_COUNTER
  .replace("{W{1'b0}}", "{W{1'b1}}").replace("cnt + 1'b1", "cnt - 1'b1").replace("&cnt", "~|cnt");
const [downModule] = await readModules(downVerilog);
await display(check("exercise 2", {
  got: moduleOf(countDown(goldenDescription.text)),
  expected: writeModule(downModule!),
  hint: "Three phrases change: the value after reset, the step, and what full looks at.",
}));

// %% id="exercise-2-simulated" tags=["check"]
const up = saturatingCounterBench();
const down: Bench = {
  ...up,
  steps: up.steps.map(({ set, expect }) =>
    expect === undefined ? { set } : { set, expect: { ...expect, cnt: 15 - Number(expect.cnt) } }
  ),
};
const simulatedDown = await runBench(moduleOf(countDown(goldenDescription.text)), down, yosys);
await display(
  md`Simulated, ${simulatedDown.passed} of ${simulatedDown.total} comparisons of a bench that counts down hold.`,
);

// %% id="exercise-2-hidden" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-2-hidden","locked":true,"points":3,"schema_version":3,"solution":false,"task":false}
// BEGIN HIDDEN TESTS
const renamedFrom = (text: string, register: string, width: string) =>
  text.replaceAll(/\bcnt\b/g, register).replaceAll(/\bW\b/g, width);
const [gradedModule] = await readModules(renamedFrom(downVerilog, "value", "BITS"));
await hiddenTest("the counter of this notebook", {
  got: moduleOf(countDown(goldenDescription.text)),
  expected: writeModule(downModule!),
});
await hiddenTest("a counter with other names", {
  got: moduleOf(countDown(renamedFrom(goldenDescription.text, "value", "BITS"))),
  expected: writeModule(gradedModule!),
  points: 2,
});
// END HIDDEN TESTS

// %% [markdown] id="exercise-3-text"
// **3. A bench that sees.** (30 minutes, 4 points.) A mutant that behaves like the original on every input of a bench is not noticed. Return as few inputs
// `[a, b]` of a gate with two inputs as are needed to notice every gate of `mutants` that stands in the place of `right`. A gate is a
// function such as `(a, b) => a & b`; all mutants differ from `right` somewhere.

// %% id="exercise-3" tags=["exercise","solution"] nbgrader={"grade":false,"grade_id":"exercise-3","locked":false,"schema_version":3,"solution":true,"task":false}
function fewestInputs(right: Gate, mutants: readonly Gate[]): [number, number][] {
  // BEGIN SOLUTION
  const inputs: [number, number][] = [[0, 0], [0, 1], [1, 0], [1, 1]];
  const subsets = Array.from(
    { length: 2 ** inputs.length },
    (_, chosen) => inputs.filter((_, k) => (chosen >> k & 1) === 1),
  ).sort((one, other) => one.length - other.length);
  return subsets.find((subset) =>
    mutants.every((mutant) => subset.some(([a, b]) => mutant(a, b) !== right(a, b)))
  )!;
  // END SOLUTION
}

// %% id="exercise-3-check" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-3-check","locked":true,"points":0,"schema_version":3,"solution":false,"task":false}
type Gate = (a: number, b: number) => number;
const gates: Record<"and" | "or" | "xor" | "xnor" | "nand" | "nor", Gate> = {
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  xnor: (a, b) => 1 - (a ^ b),
  nand: (a, b) => 1 - (a & b),
  nor: (a, b) => 1 - (a | b),
};
const noticed = (inputs: readonly [number, number][], right: Gate, mutants: readonly Gate[]) =>
  mutants.map((mutant) => inputs.some(([a, b]) => mutant(a, b) !== right(a, b)));
const likeAnd = [gates.or, gates.xor, gates.xnor];
const forAnd = fewestInputs(gates.and, likeAnd);
await display(check("exercise 3", {
  got: [
    forAnd.length,
    fewestInputs(gates.or, [gates.nor]).length,
    ...noticed(forAnd, gates.and, likeAnd),
  ],
  expected: [2, 1, true, true, true],
  hint:
    "There are four inputs, so sixteen sets of them: take the smallest that notices every mutant.",
}));

// %% id="exercise-3-hidden" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-3-hidden","locked":true,"points":4,"schema_version":3,"solution":false,"task":false}
// BEGIN HIDDEN TESTS
const gradedGate = (table: number): Gate => (a, b) => table >> (2 * a + b) & 1;
const fewest = (right: number, others: readonly number[]) =>
  Math.min(
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
      .filter((set) => others.every((other) => ((other ^ right) & set) !== 0))
      .map((set) => set.toString(2).replaceAll("0", "").length),
  );
const gradedTables = stream(seed, "graded gates");
const gradedBenches = Array.from({ length: 12 }, () => {
  const right = Math.floor(16 * gradedTables.uniform());
  const others = Array.from(
    { length: 4 },
    () => right ^ 1 + Math.floor(15 * gradedTables.uniform()),
  );
  return { right, others };
});
await hiddenTest("twelve drawn gates with four mutants each", {
  got: gradedBenches.map(({ right, others }) =>
    fewestInputs(gradedGate(right), others.map(gradedGate))
  ),
  accept: (benches: [number, number][][]) =>
    benches.length === gradedBenches.length && benches.every((inputs, k) => {
      const { right, others } = gradedBenches[k]!;
      return inputs.length === fewest(right, others) &&
        noticed(inputs, gradedGate(right), others.map(gradedGate)).every(Boolean);
    }),
  points: 3,
});
await hiddenTest("every gate but one", {
  got: fewestInputs(
    gradedGate(8),
    Array.from({ length: 16 }, (_, table) => table).filter((table) => table !== 8).map(gradedGate),
  ).length,
  expected: fewest(8, Array.from({ length: 16 }, (_, table) => table).filter((t) => t !== 8)),
});
// END HIDDEN TESTS

// %% [markdown] id="exercise-4-text"
// **4. An honest prompt.** Take a design of the generator and write in one sentence what a person would ask for. Which of
// its eleven or so template sentences does yours leave to the reader? (Open; no check.)

// %% [markdown] id="claims"
// ## Claims
//
// Every claim of this notebook with this run's outcome. The rules that decide were written down before the run.
// `deno task run 07 --json` prints the same for machines.

// %% id="claims-table" tags=["imports"]
await yosys[Symbol.asyncDispose]();
await claimsTable("07-chipgpt-ft");
