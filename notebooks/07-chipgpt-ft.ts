// ---
// jupyter: {"kernelspec":{"display_name":"Deno","language":"typescript","name":"deno"},"language_info":{"file_extension":".ts","mimetype":"text/x.typescript","name":"typescript"},"offprint":{"cellSeconds":600,"exclusive":false,"paper":"07-chipgpt-ft"}}
// ---

// %% [markdown] id="title"
// # 07 · Where does training data for chip design come from?
//
// There is little public Verilog, hardly any of it comes with prose, and almost none with the message of a tool beside the
// mistake that caused it. The paper of this notebook makes all three from plain files: what comes next, what it says in
// words, and what a tool says when it is broken. This notebook makes the same records, checks each with real tools, and
// looks closely at what the paper's numbers can carry.

// %% id="citation"
import { citation } from "offprint/notebook/mod.ts";

citation("07-chipgpt-ft");

// %% [markdown] id="summary"
// ## In two minutes
//
// * **Completion** (flow A1). A module with $i$ tokens and $j$ statements gives $1+j+i$ records.
// * **Prose** (flow A2). Fixed sentences for every construct of the syntax tree. Ours can be read back by rules alone, so
//   the prose is a *re-encoding* of the code: a model that learns to undo it has learned translation, not design.
// * **Repair** (flow B). Break a file by rule, keep the tool's message, ask for the right file. Whether a broken file is
//   broken is a question for tools: a parser, Yosys, and behaviour, since many mutants stay legal.
// * **Scripts** (flow C). A tuple of parameters, its description, and a script that can be read back to the tuple.
// * **The paper's headline** is 10 of 17 problems solved against 12 of 17: two problems. The repair result is solid.
//
// * **Three arms of small models** are trained on these records with equal budgets and asked for designs they have not seen.

// %% [markdown] id="what-you-will-see"
// ## What you will see
//
// Every claim, the rule that decides it (written down before the run), and this run's outcome.

// %% id="claims-table"
import { claim, claimsTable } from "offprint/notebook/mod.ts";

await claimsTable("07-chipgpt-ft");

// %% [markdown] id="parameters-text"
// ## Parameters
//
// From the command line: `deno task run 07 --set modules=5000`.

// %% id="parameters" tags=["parameters"]
/** "quick" or "full"; full draws five times as many mutants. */
const profile: "quick" | "full" = "quick";
/** Generated files on which properties of descriptions and records are checked. */
const modules: number = 1000;
/** Generated files that are broken and shown to the tools. */
const broken: number = 36;
/** Mutants drawn of each. */
const mutantsPerFile: number = 5;
/** Seed of every random stream. */
const seed: number = 1;

// %% id="imports"
import * as Plot from "@observablehq/plot";
import {
  answersOf,
  answersWithoutSeed,
  armGain,
  armResults,
  armSampling,
  armSplit,
  balanced,
  byDescription,
  compileRates,
  designProblem,
  pairedDifference,
  passRates,
  ratesOver,
  seedsOf,
  splitDesigns,
} from "offprint/papers/chipgpt_ft/arms/mod.ts";
import {
  publishedGeneration,
  publishedModels,
  realVerilog,
  solved,
} from "offprint/papers/chipgpt_ft/mod.ts";
import {
  type Design,
  families,
  generateDesign,
  generateDesigns,
  saturatingCounter,
  saturatingCounterBench,
} from "offprint/verilog/designs/mod.ts";
import {
  fingerprint,
  lex,
  parseVerilog,
  readModules,
  writeModule,
} from "offprint/verilog/language/mod.ts";
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
import { copiedRun, describe, readDescription } from "offprint/verilog/prose/mod.ts";
import {
  augment,
  type AugmentedRecord,
  completions,
  generatedSource,
  maskText,
  readScript,
  scriptLevels,
  scriptRequest,
  unmask,
  writeScript,
} from "offprint/verilog/records/mod.ts";
import {
  type Bench,
  grade,
  runBench,
  runSteps,
  simulationOf,
} from "offprint/verilog/simulate/mod.ts";
import { diagnosticText, findIcarus, YosysPool } from "offprint/verilog/tools/mod.ts";
import {
  check,
  display,
  equation,
  md,
  plot,
  progress,
  sweep,
  table,
} from "offprint/notebook/mod.ts";
import { stream } from "offprint/random.ts";
import { loadModel } from "offprint/lm/mod.ts";
import { textModel } from "offprint/lm/text/mod.ts";
import { meanInterval, wilson } from "offprint/stats.ts";

const perFile = mutantsPerFile * { quick: 1, full: 5 }[profile];
const yosys = new YosysPool();
const code = (language: string, text: string) => md("```" + language, text.trimEnd(), "```");
md`This run: profile **${profile}**, ${modules} generated files, ${
  broken * perFile
} mutants, seed ${seed}.`;

// %% [markdown] id="idea"
// ## The idea, on fifteen lines
//
// A counter that stops at its largest value. It is the example of all flows below.

// %% id="idea-module"
code("verilog", saturatingCounter);

// %% [markdown] id="idea-words"
// ### A module becomes sentences
//
// The syntax tree is walked in order; every kind of node has one template. Expressions become prefix phrases of fixed
// arity, so that nesting needs no brackets: *the sum of A and B*. Nothing of the source is copied but names, literals and
// short ranges.

// %% id="idea-description"
const [goldenModule] = await readModules(saturatingCounter);
const goldenDescription = describe(goldenModule!);
display(code("text", goldenDescription.text));
const digest = new Uint8Array(
  await crypto.subtle.digest("SHA-256", new TextEncoder().encode(goldenDescription.text)),
);
await claim("07.golden-description", digest.toHex().slice(0, 16));

// %% [markdown] id="idea-back"
// ### Sentences become the module again
//
// Not by a model: by a reader of a few hundred lines that undoes the templates. If it works on every description, the
// templates have lost nothing.

// %% id="idea-inverse"
code("verilog", writeModule(readDescription(goldenDescription.text)));

// %% [markdown] id="idea-mutant-text"
// ### A mutant meets Yosys
//
// One character less, and the tool complains about the next line. The record of flow B is: this message and this file in,
// the right file out.

// %% id="idea-mutant"
const everyMutation = await mutationsOf(saturatingCounter);
function goldenMutant(rule: string, line: number): Mutant {
  const mutation = everyMutation.find((entry) => entry.rule === rule && entry.line === line);
  if (mutation === undefined) throw new Error(`no ${rule} at line ${line}`);
  return { ...mutation, text: applyEdits(saturatingCounter, mutation.edits), seed };
}
const three: { mutant: Mutant; result: Classified }[] = [];
for (
  const [rule, line] of [["word.semicolon", 10], ["type.reg2wire", 5], ["op.swap", 12]] as const
) {
  const mutant = goldenMutant(rule, line);
  three.push({ mutant, result: await classify(saturatingCounter, mutant, { yosys }) });
}
display(table(
  three.map(({ mutant, result }) => ({
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
await claim("07.golden-classes", three.map(({ result }) => result.observed).join(", "));

// %% [markdown] id="idea-classes"
// **P** is rejected by every parser, **E** when names and types are looked up, **W** passes with a warning about drivers,
// and **F** is accepted by all tools and does something else. Only the first is a syntax error; the released scripts of the
// paper drop exactly that class, because their log begins at a pass that a syntax error never reaches.

// %% [markdown] id="equations"
// ## The equations
//
// ### How many records a module gives

// %% id="equation-records"
function recordCount(text: string): number {
  return [...completions(text)].length;
}

equation({
  id: "records",
  latex: String.raw`N = 1 + j + i`,
  source: "completions of offprint/verilog/records/mod.ts",
  fn: recordCount,
  checks: [
    { args: [saturatingCounter], equals: 1 + 3 + 46 },
    { args: ["module m(input a, output y); assign y = a; endmodule"], equals: 1 + 1 + 6 },
    { args: ["module m; endmodule"], equals: 1 + 0 + 1 },
  ],
});

// %% id="claim-records"
const goldenRecords = [...completions(saturatingCounter)];
await claim(
  "07.golden-records",
  ["module", "statement", "token"].map((level) =>
    goldenRecords.filter((record) => record.level === level).length
  ),
);

// %% [markdown] id="equation-pass-text"
// ### How often one of k samples is right
//
// Best-of-five over three prompts is not this number; it is larger.

// %% id="equation-pass"
equation({
  id: "pass-at-k",
  latex: String.raw`\mathrm{pass@}k = 1-\binom{n-c}{k}\Big/\binom{n}{k}`,
  source: "passAtK of offprint/verilog/problems/mod.ts",
  fn: passAtK,
  checks: [
    { args: [5, 1, 1], equals: 0.2 },
    { args: [5, 2, 3], equals: 0.9 },
    { args: [10, 3, 5], equals: 11 / 12 },
    { args: [20, 18, 5], equals: 1 },
  ],
});

// %% id="claim-pass"
await claim(
  "07.pass-at-k",
  ([[5, 1, 1], [5, 2, 3], [10, 3, 5], [20, 3, 5], [20, 3, 10], [20, 18, 5], [100, 10, 10]] as const)
    .map(([n, c, k]) => passAtK(n, c, k)),
);

// %% [markdown] id="generator"
// ## Exact rerun
//
// ### A corpus without anybody's licence
//
// Files from the web are under every licence and under none. So the corpus is generated: families of designs with random
// names, widths, resets and layouts, each with a model in TypeScript that says what it does, from which its test bench is
// made. Two files count as the same when they differ in names and layout alone.

// %% id="generator-example"
const sample = await generateDesign(seed, "edgeDetector");
display(code("verilog", sample.text));
table(
  [{
    families: families.length,
    "this family": sample.family,
    "comparisons of its bench": sample.bench.steps.filter(({ expect }) =>
      expect !== undefined
    ).length,
    fingerprint: fingerprint(sample.text).slice(0, 12),
  }],
  { caption: "One generated design" },
);

// %% [markdown] id="properties-text"
// ### Properties that must hold on every file
//
// Each generated file is described, read back, laid out anew, and turned into records. The *copy check* looks for source
// text of twelve or more characters, with an operator and a name in it, inside the prose. Beside it stand the released
// rules, which paste the branches of every `if` into the prompt.

// %% id="properties"
/** What the released rules put into the prompt for an `if`: condition and branches, blanks removed. */
async function releasedProse(text: string): Promise<string> {
  const tree = await parseVerilog(text);
  const pasted: string[] = [];
  const open = [tree.root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    open.push(...node.children);
    if (node.kind !== "conditional_statement") continue;
    for (const part of node.children) {
      if (part.named) pasted.push(text.slice(part.start, part.end).replace(/\s+/g, ""));
    }
  }
  return pasted.join(" then ");
}

const tally = {
  files: 0,
  modules: 0,
  whole: 0,
  inverse: 0,
  header: 0,
  copied: 0,
  miscounted: 0,
  masks: 0,
};
const released = { files: 0, copied: 0 };
const prints = new Set<string>();
const lengths: { kind: string; characters: number }[] = [];
const bar = progress("generated files", modules);
for await (const design of generateDesigns(seed, modules)) {
  tally.files++;
  prints.add(fingerprint(design.text));
  for (const module of await readModules(design.text)) {
    const source = design.text.slice(module.start, module.end);
    const prose = describe(module);
    tally.modules++;
    if (prose.unsupported.length === 0) tally.whole++;
    const back = readDescription(prose.text);
    if (describe(back).text === prose.text) tally.inverse++;
    const same = JSON.stringify([back.name, back.parameters, back.ports]) ===
      JSON.stringify([module.name, module.parameters, module.ports]);
    if (same) tally.header++;
    if (copiedRun(source, prose.text) !== undefined) tally.copied++;
    const body = lex(source.slice(source.indexOf(";") + 1));
    const statements = body.filter(({ text }) => text === ";").length;
    if ([...completions(source)].length !== 1 + statements + body.length) tally.miscounted++;
    lengths.push({ kind: "module", characters: source.length }, {
      kind: "description",
      characters: prose.text.length,
    });
  }
  if (/\bif\b/.test(design.text)) {
    released.files++;
    if (copiedRun(design.text, await releasedProse(design.text)) !== undefined) released.copied++;
  }
  if (tally.files % 10 === 0) {
    const masked = await maskText(design.text, seed);
    if (masked !== undefined && unmask(masked.masked, masked.answer) === design.text) tally.masks++;
  }
  bar.tick();
}
bar.done();
table([
  { property: "different up to names and layout", holds: prints.size, of: tally.files },
  { property: "described without an Unsupported line", holds: tally.whole, of: tally.modules },
  { property: "inverse gives the same description", holds: tally.inverse, of: tally.modules },
  { property: "header rebuilt from its sentences", holds: tally.header, of: tally.modules },
  {
    property: "our prose passes the copy check",
    holds: tally.modules - tally.copied,
    of: tally.modules,
  },
  {
    property: "the released prose passes it (files with an if)",
    holds: released.files - released.copied,
    of: released.files,
  },
  { property: "1 + j + i records", holds: tally.modules - tally.miscounted, of: tally.modules },
  { property: "masks come off again", holds: tally.masks, of: Math.floor(tally.files / 10) },
], { caption: `Properties on ${modules} generated files` });

// %% id="claim-properties"
await claim("07.inverse", tally.inverse / tally.modules);
await claim("07.header-round-trip", tally.header / tally.modules);
await claim("07.copy-check", tally.copied);
await claim("07.record-formula", tally.miscounted);
await claim("07.released-copies", {
  value: released.copied / released.files,
  note:
    `${released.copied} of ${released.files} files; in the others every pasted piece is under twelve characters`,
});

// %% id="figure-lengths"
const bins = ["module", "description"].flatMap((kind) =>
  Array.from({ length: 22 }, (_, at) => {
    const [from, to] = [80 * 1.2 ** at, 80 * 1.2 ** (at + 1)];
    const within = lengths.filter((row) =>
      row.kind === kind && from <= row.characters && row.characters < to
    );
    return { kind, from, to, modules: within.length };
  })
);
plot({
  title: "Prose is about twice as long as the code it describes",
  alt:
    "Histogram of the lengths of generated modules and of their descriptions on a logarithmic axis: modules lie between 100 and 1500 characters, descriptions between 200 and 3000.",
  caption:
    "A re-encoding, not a summary: nothing is left out, so it is longer than what it describes.",
  height: 280,
  x: { type: "log", label: "characters" },
  y: { label: "modules", grid: true },
  color: { legend: true, domain: ["module", "description"] },
  data: ["module", "description"].map((kind) => {
    const sorted = lengths.filter((row) => row.kind === kind).map(({ characters }) => characters)
      .sort((a, b) => a - b);
    return { kind, median: sorted[sorted.length >> 1] ?? 0, longest: sorted.at(-1) ?? 0 };
  }),
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
});

// %% [markdown] id="simulator-text"
// ### The simulator inside
//
// Yosys has no simulator in its WebAssembly build, and Icarus is not everywhere. So Yosys maps a design to gates, and the
// gates become one JavaScript function over bit masks: three values, 32 runs at a time. A bench is data: steps that set
// inputs and expect outputs. The same steps can be written out as a Verilog test bench for any other simulator.

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
const counted: { mutant: string; passed: number; of: number }[] = [];
for (const [mutant, from, to] of edits) {
  const { passed, total } = await runBench(
    saturatingCounter.replace(from, to),
    saturatingCounterBench(),
    yosys,
  );
  counted.push({ mutant, passed, of: total });
}
display(
  table(counted, { caption: "Comparisons of the golden bench that hold, embedded simulator" }),
);
await claim("07.golden-simulated", counted.map(({ passed }) => passed));

// %% [markdown] id="simulator-peer-text"
// Where Icarus Verilog is installed, the same bench runs there too, and a difference would be a row of its own. What is
// installed differs from machine to machine, so this cell keeps no output.

// %% id="simulator-peer" tags=["timing"]
const icarus = await findIcarus();
let disagreements = 0;
const peers: { design: string; embedded: string; icarus: string; disagree: boolean }[] = [];
for (const [mutant, from, to] of edits) {
  const text = saturatingCounter.replace(from, to);
  const result = await grade(text, saturatingCounterBench(), { yosys, icarus });
  if (result.disagree) disagreements++;
  peers.push({
    design: mutant,
    embedded: `${result.embedded.passed}/${result.embedded.total}`,
    icarus: result.icarus === undefined
      ? "skipped: no Icarus"
      : `${result.icarus.passed}/${result.icarus.total}`,
    disagree: result.disagree,
  });
}
display(table(peers, { caption: icarus?.version ?? "Icarus Verilog is not installed here" }));
await claim("07.two-simulators", {
  value: disagreements,
  note: icarus === undefined
    ? "Icarus is not installed: nothing was compared"
    : `${edits.length} designs`,
});

// %% [markdown] id="mutants-text"
// ## Rerun with real tools
//
// ### Which mutants are really wrong
//
// A rule only *hopes* to make a mistake of its class. Each mutant is shown to the parser and to Yosys; what they accept is
// run beside the original on random inputs, 32 runs at once, and where nothing differs Yosys is asked for a proof that
// nothing can. A mutant whose class is not confirmed is dropped and counted; so is one that behaves the same.

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
const dropped = drawn.filter(({ result }) =>
  result.observed === "Q" || result.observed === "undecided"
);
const mismatched = drawn.length - confirmed.length - dropped.length;
display(table(
  ["P", "E", "W", "F"].map((kind) => {
    const of = drawn.filter(({ mutant }) => mutant.class === kind);
    const seen = (observed: string) =>
      of.filter(({ result }) => result.observed === observed).length;
    return {
      declared: kind,
      drawn: of.length,
      P: seen("P"),
      E: seen("E"),
      W: seen("W"),
      F: seen("F"),
      "same behaviour": seen("Q"),
      undecided: seen("undecided"),
    };
  }),
  { caption: "Declared class against the class that tools saw" },
));
await claim("07.mutant-classes", {
  value: mismatched / drawn.length,
  note: `${mismatched} of ${drawn.length}`,
});

// %% id="figure-mutants"
const ruleRows = drawn.map(({ mutant, result }) => ({ rule: mutant.rule, class: result.observed }));
plot({
  title: "Most rules make no syntax error",
  alt:
    "Bars of the number of mutants drawn by each rule, coloured by the class tools saw. Word and punctuation rules give class P, type and name rules E, driver rules W, width, operator, edge and constant rules F.",
  caption:
    "Mutants of generated designs by rule, coloured by the class that the tools saw. Q behaves like the original and is dropped.",
  marginLeft: 140,
  height: 420,
  x: { label: "mutants", grid: true },
  y: { label: null },
  color: { legend: true, domain: ["P", "E", "W", "F", "Q", "undecided"] },
  data: [...new Set(ruleRows.map(({ rule }) => rule))].sort().map((rule) => ({
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
});

// %% [markdown] id="lines-text"
// ### Does the message stand where the mistake is?
//
// A locator trained on the tool's line learns the tool, not the mistake: the message names the token at which the parser
// gave up.

// %% id="lines"
const located = confirmed.flatMap(({ mutant, result }) => {
  const line = result.observation.yosys[0]?.line;
  return mutant.class === "P" && line !== undefined ? [{ distance: line - mutant.line }] : [];
});
table(
  [
    {
      "message names": "the line of the mistake",
      mutants: located.filter(({ distance }) => distance === 0).length,
    },
    {
      "message names": "the next line",
      mutants: located.filter(({ distance }) => distance === 1).length,
    },
    {
      "message names": "a later line",
      mutants: located.filter(({ distance }) => distance > 1).length,
    },
    {
      "message names": "an earlier line",
      mutants: located.filter(({ distance }) => distance < 0).length,
    },
  ],
  { caption: "Where Yosys puts a syntax error" },
);

// %% [markdown] id="dataset-text"
// ### The data set
//
// The pipeline writes one JSON object a line and a manifest of counts and hashes; it holds one file at a time and goes on
// where it was stopped. For your own folder: `deno task augment DIR --out FILE`.

// %% id="dataset"
const folder = await Deno.makeTempDir();
const out = `${folder}/records.jsonl`;
const manifest = await augment({
  source: generatedSource(100, seed),
  out,
  flows: ["A1", "A2", "C"],
  seed,
  completionsPerModule: Infinity,
  mutantsPerFile: 0,
  scripts: 200,
});
const firstRecords = (await Deno.readTextFile(out)).split("\n").slice(0, -1).map((line) =>
  JSON.parse(line) as AugmentedRecord
);
await Deno.remove(folder, { recursive: true });
const publishedSizes: Record<string, { records: number; bytes: number }> = {
  "module completion": { records: 400e3, bytes: 693e6 },
  "statement completion": { records: 2388e3, bytes: 2.9e9 },
  "token completion": { records: 3700e3, bytes: 21e9 },
  "mask completion": { records: 107e3, bytes: 2145.29e6 },
  "prose to Verilog": { records: 124e3, bytes: 1784.24e6 },
  "prose to script": { records: 200, bytes: 301e3 },
};
const repairs = confirmed.flatMap(({ design, mutant, result }) => {
  const report = diagnosticText(result.observation.yosys);
  return [report.length + mutant.text.length + design.text.length];
});
const sizes = [
  ...Object.entries(manifest!.tasks).map(([task, { records, bytes }]) => ({
    task,
    records,
    bytes,
  })),
  {
    task: "repair with report",
    records: repairs.length,
    bytes: repairs.reduce((a, b) => a + b, 0),
  },
].map((row) => {
  const theirs = row.task === "repair with report"
    ? { records: 240e3, bytes: 523.77e6 }
    : publishedSizes[row.task]!;
  return {
    task: row.task,
    "ours, records": row.records,
    "ours, bytes each": Math.round(row.bytes / row.records),
    "paper, records": theirs.records,
    "paper, bytes each": Math.round(theirs.bytes / theirs.records),
  };
});
display(
  table(sizes, {
    caption: "100 generated files and the mutants above, beside the paper's Table 2",
  }),
);
md`${manifest!.files} files, ${
  manifest!.duplicates
} of them equal to another up to names; all records ${
  Object.values(manifest!.tasks).reduce((sum, { records }) => sum + records, 0)
}. SHA-256 of the data set: \`${
  manifest!.sha256.slice(0, 16)
}…\`. The paper's rows add up to 6 959 k; its text says 3 671 k were obtained, which is no subset of them.`;

// %% id="dataset-record"
const anyProse = firstRecords.find(({ task }) => task === "prose to Verilog")!;
md(
  "One record of flow A2:",
  "",
  "```json",
  JSON.stringify(
    {
      ...anyProse,
      input: anyProse.input.slice(0, 160) + "…",
      output: anyProse.output.slice(0, 60) + "…",
    },
    null,
    2,
  ),
  "```",
);

// %% [markdown] id="scripts-text"
// ### Scripts
//
// Function is checked, not only syntax: the parameters are read back from the calls of the script and compared with those
// asked for. The paper reports right scripts at the first or second query after training on 200 of them; how many of our
// scripts pass their own check is the least one may ask of such a check.

// %% id="scripts"
const requests = Array.from(
  { length: 200 },
  (_, at) =>
    scriptRequest(scriptLevels[at % scriptLevels.length]!, stream(seed, "notebook scripts", at)),
);
const readBack = requests.filter((request) =>
  JSON.stringify(readScript(writeScript(request))) === JSON.stringify(request)
);
const spoilt = requests.filter((request) => {
  const other = writeScript({ ...request, clockPeriod: request.clockPeriod + 1 });
  return JSON.stringify(readScript(other)) === JSON.stringify(request);
});
display(code("python", writeScript(requests[4]!)));
await claim("07.scripts", readBack.length / requests.length);
md`${readBack.length} of ${requests.length} scripts say what was asked for; of ${requests.length} with another clock period, ${spoilt.length} pass.`;

// %% [markdown] id="tables"
// ## The paper's tables, with intervals
//
// A problem counts as solved when at least one of five samples at one of three prompt levels passes every test. With this
// rule every printed percentage of Table 5 can be computed again from its cells. It is a generous rule (best of fifteen),
// and seventeen problems are few: the bars are 95 % Wilson intervals.

// %% id="table-5"
const sets = [
  ["17 problems of Thakur et al.", publishedGeneration.filter(({ set }) => set === "Thakur")],
  ["18 designs of RTLLM", publishedGeneration.filter(({ set }) => set === "RTLLM")],
  ["all 35", publishedGeneration],
] as const;
const successes = sets.flatMap(([set, rows]) =>
  publishedModels.map((model, at) => {
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
display(plot({
  title: "Two problems lie inside every interval",
  alt:
    "Success rate of six models on 17, 18 and all 35 problems with 95 percent intervals. On the 17 problems the intervals of ours-13B, from 47 to 87 percent, and of the previous open model, from 36 to 78 percent, overlap almost entirely.",
  caption:
    "Success by the paper's rule, recomputed from the cells of its Table 5; bars are 95 % Wilson intervals.",
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
await claim(
  "07.table-5",
  publishedModels.map((_, at) => publishedGeneration.filter((row) => solved(row, at)).length),
);

// %% [markdown] id="mcnemar-text"
// The same problems were given to all models, so what counts are the problems that one solves and the other does not.

// %% id="mcnemar"
const discordant = (rows: typeof publishedGeneration, a: string, b: string) => {
  const [one, other] = [a, b].map((name) => publishedModels.findIndex((model) => model === name));
  const only = (x: number, y: number) =>
    rows.filter((row) => solved(row, x) && !solved(row, y)).length;
  return [only(one!, other!), only(other!, one!)] as const;
};
const comparisons = [
  {
    what: "generation, 17 problems: ours-13B against Thakur",
    pairs: discordant(sets[0][1], "ours-13B", "Thakur"),
  },
  {
    what: "all 35: aligned prose (ours-13B) against completion only (GA-13B)",
    pairs: discordant(publishedGeneration, "ours-13B", "GA-13B"),
  },
  // Table 3: designs that only ours-13B and that only GPT-3.5 repaired.
  { what: "repair, 29 designs: ours-13B against GPT-3.5", pairs: [14, 2] as const },
].map(({ what, pairs: [a, b] }) => ({
  comparison: what,
  "only the first": a,
  "only the second": b,
  p: mcnemarExact(a, b),
}));
display(table(comparisons, { caption: "McNemar's exact test, two-sided" }));
await claim("07.mcnemar", comparisons.map(({ p }) => p));

// %% id="table-5-strict"
const strict = publishedGeneration.flatMap((row) =>
  publishedModels.flatMap((model, at) => {
    const cell = row.cells[at]!;
    return cell.passed.flatMap((rate, level) =>
      rate > 0 && cell.errors[level] === 5
        ? [{
          problem: row.problem,
          model,
          level: ["low", "middle", "high"][level]!,
          "errors of 5": 5,
          "pass rate": rate,
        }]
        : []
    );
  })
).filter(({ model }) => model === "ours-13B");
md`${strict.length} cells of ours-13B hold five syntax errors in five samples *and* a pass rate above zero, which cannot both be.
Read as failures, they leave ${sets[0][1].filter((row) => solved(row, 2, true)).length} of 17 and ${
  publishedGeneration.filter((row) => solved(row, 2, true)).length
} of 35 solved.`;

// %% [markdown] id="arms-text"
// ### The trained arms
//
// The paper's question proper: does a model learn more from code with aligned prose than from code alone? Its models are
// large; ours are tiny, so the question is asked where they can answer it. Three arms have one shape and one budget of
// tokens, and differ in what they read: plain **code**; **completion** records (flow A1); mostly **aligned** prose with
// some completion (flows A2 and A1). Each is trained three times. The first training of each is committed; `deno task
// train verilog-aligned --seed 2 --to FOLDER` makes another one, and `deno task solve FOLDER --out
// data/results/07-arms.json` adds its answers to the file that is shown here. The budget was doubled once, after a first
// look at one arm with half of it; then it was left alone, so that seeds 2 and 3 repeat what seed 1 did.
//
// Some designs are kept from all of them: every fifth combination of a family's parameters, and five whole families. A
// model is asked five times per problem at the paper's temperature of 0.1, and each answer runs through the design's bench.
// In words, only an arm that has read prose can know what is asked. So the arms without prose get something of their own:
// the *header* of the module, with all its ports, from which much of a small design can be guessed. And the **rules** that
// undo the templates (control F2b) answer the same problems: what they reach is what a perfect translator would.

// %% id="arms"
const results = await armResults();
const everyForm = [
  { arm: "raw", asking: "description", label: "code, asked in words" },
  { arm: "completion", asking: "description", label: "completion, asked in words" },
  { arm: "aligned", asking: "description", label: "aligned, asked in words" },
  { arm: "raw", asking: "header", label: "code, given the header" },
  { arm: "completion", asking: "header", label: "completion, given the header" },
  { arm: "aligned", asking: "description and header", label: "aligned, words and header" },
];
const armForms = everyForm.filter(({ arm, asking }) =>
  seedsOf(results, { arm, set: "held-out parameters", asking }).length > 0
);
const problemSets = ["held-out parameters", "held-out families"];
const averageOf = (values: Iterable<number>) => {
  const list = [...values];
  return list.reduce((sum, x) => sum + x, 0) / list.length;
};
const inverseLabel = "rules (no model), asked in words";
const inverseRates = problemSets.map((set) =>
  passRates(answersWithoutSeed(results, { model: "inverse", set, asking: "description" }))
);
const inverseRows = problemSets.map((set, at) => ({
  set,
  label: inverseLabel,
  "pass@1": 100 * averageOf(inverseRates[at]!),
}));
const armRows = problemSets.flatMap((set) =>
  armForms.flatMap(({ arm, asking, label }) =>
    seedsOf(results, { arm, set, asking }).map((seed) => {
      const asked = answersOf(results, { arm, set, asking }, seed);
      return {
        set,
        label,
        seed,
        problems: asked.names.length,
        "pass@1": 100 * averageOf(passRates(asked)),
        "pass@5": 100 * averageOf(passRates(asked, 5)),
        compiles: 100 * averageOf(compileRates(asked)),
      };
    })
  )
);
const firstRun = results.runs.find(({ arm }) => arm === "aligned")!;
display(
  md`Each arm has **${firstRun.parameters?.toLocaleString("en")}** parameters and read **${
    firstRun.trainedTokens?.toLocaleString("en")
  }** tokens.`,
);
display(plot({
  title: "In words only the aligned arm can answer; from a header all can guess",
  alt:
    "Share of answers that pass their bench, for the arms asked in words or given the header and for the rules, on held-out parameters and on held-out families; one dot per training.",
  caption:
    "pass@1 on designs that no arm was trained on: one dot per training, a diamond for the rules that undo the templates.",
  marginLeft: 225,
  marginRight: 150,
  height: 360,
  x: { label: "answers that pass, %", domain: [0, 100], grid: true },
  y: { label: null, domain: [...armForms.map(({ label }) => label), inverseLabel] },
  fy: { label: null, domain: problemSets },
  data: [...armRows, ...inverseRows],
  marks: [
    Plot.dot(inverseRows, { y: "label", fy: "set", x: "pass@1", r: 6, symbol: "diamond" }),
    Plot.ruleY(armRows, { y: "label", fy: "set", x1: 0, x2: "pass@1", strokeOpacity: 0.3 }),
    Plot.dot(armRows, {
      y: "label",
      fy: "set",
      x: "pass@1",
      r: 5,
      fill: "currentColor",
      fillOpacity: 0.6,
    }),
  ],
}));
table(
  problemSets.flatMap((set) =>
    armForms.flatMap(({ label }) => {
      const rows = armRows.filter((row) => row.set === set && row.label === label);
      if (rows.length === 0) return [];
      const mean = (key: "pass@1" | "pass@5" | "compiles") =>
        averageOf(rows.map((row) => row[key]));
      return [{
        problems: `${rows[0]!.problems} with ${set}`,
        arm: label,
        seeds: rows.length,
        "pass@1, %": mean("pass@1"),
        "pass@5, %": mean("pass@5"),
        "compiles, %": mean("compiles"),
      }];
    })
  ),
  { caption: "Means over the seeds" },
);

// %% id="arms-claims"
const inWords = (arm: string, set: string) => ({ arm, set, asking: "description" });
const withHeader = (arm: string, set: string) => ({
  arm,
  set,
  asking: arm === "aligned" ? "description and header" : "header",
});
const seedsOfBoth = seedsOf(results, inWords("aligned", "held-out parameters"))
  .filter((seed) => seedsOf(results, inWords("completion", "held-out parameters")).includes(seed));
const gainOf = (form: typeof inWords, set: string, rates = passRates as typeof compileRates) =>
  armGain(results, form("aligned", set), form("completion", set), seedsOfBoth, rates);
const gains = {
  words: gainOf(inWords, "held-out parameters"),
  header: gainOf(withHeader, "held-out parameters"),
  families: gainOf(inWords, "held-out families"),
  familiesHeader: gainOf(withHeader, "held-out families"),
  compiles: gainOf(inWords, "held-out parameters", compileRates),
};
const points = ({ low, high }: { low: number; high: number }) =>
  `${(100 * low).toFixed(0)} to ${(100 * high).toFixed(0)}`;
display(table(
  ([
    ["in words, held-out parameters", gains.words],
    ["given the header, held-out parameters", gains.header],
    ["in words, held-out families", gains.families],
    ["given the header, held-out families", gains.familiesHeader],
    ["compiling, in words, held-out parameters", gains.compiles],
  ] as const).map(([asked, { problems, families, seeds }]) => ({
    "aligned less completion": asked,
    "points": 100 * problems.mean,
    "over problems": points(problems),
    "over families": points(families),
    "over trainings": seeds === undefined ? "one" : points(seeds),
  })),
  {
    caption: `Gain of aligned prose in points of pass@1, seeds ${
      seedsOfBoth.join(", ")
    }, with 95 % intervals over problems, over families of designs and over trainings`,
  },
));
const note = `seeds ${seedsOfBoth.join(", ")}`;
await claim("07.aligned-prose", { value: gains.words.problems.mean, note });
await claim("07.aligned-prose-interval", { value: gains.words.problems, note });
await claim("07.aligned-prose-seeds", { value: gains.words.seeds!, note });
await claim("07.aligned-compiles", { value: gains.compiles.problems.mean, note });
await claim("07.aligned-prose-header", { value: gains.header.problems.mean, note });
await claim("07.aligned-prose-families", { value: gains.families.problems.mean, note });
await claim("07.inverse-solves", averageOf(inverseRates.flat()));

// %% id="arms-read"
const inEachTraining = (form: typeof inWords, arm: string) =>
  seedsOfBoth.map((seed) =>
    (100 * averageOf(passRates(answersOf(results, form(arm, "held-out parameters"), seed))))
      .toFixed(0)
  ).join(", ");
md`How to read this. In words the aligned arm passes ${
  inEachTraining(inWords, "aligned")
} % in its trainings and the
completion arm ${
  inEachTraining(inWords, "completion")
} %, which never saw words. The problems are enough to tell the two
apart; three trainings that differ so widely are few, and an interval over them is wide. Given the header, the aligned
arm passes ${inEachTraining(withHeader, "aligned")} % and the completion arm ${
  inEachTraining(withHeader, "completion")
} %: most of what a header leaves open can be guessed without a word of prose. On families that no arm was trained on, in
words, the aligned arm passes ${
  (100 *
    averageOf(ratesOver(results, inWords("aligned", "held-out families"), seedsOfBoth).values()))
    .toFixed(0)
} %, where rules that know nothing but the templates pass ${
  (100 * averageOf(inverseRates[1]!)).toFixed(0)
} %: it seems to have learned designs rather than how to translate.`;

// %% [markdown] id="controls-text"
// ### Controls, and a person's words
//
// With the descriptions *shuffled* among the designs (F2c), an arm reads as much prose, but prose that says nothing about
// the code beside it. And seventeen of the designs were described by hand, as a person would ask for them (F7).

// %% id="controls"
const control = (arm: string, set: string, asking: string) =>
  ratesOver(results, { arm, set, asking }, [1]);
const shuffledGain = pairedDifference(
  control("shuffled", "held-out parameters", "description and header"),
  control("completion", "held-out parameters", "header"),
);
const words = control("aligned", "free prose", "description");
const allTemplates = control("aligned", "held-out parameters", "description");
const templates = new Map([...words.keys()].map((name) => [name, allTemplates.get(name)!]));
const drop = pairedDifference(templates, words);
const percentRow = (what: string, { mean, low, high }: typeof drop) => ({
  what,
  "%": 100 * mean,
  "95 % low": 100 * low,
  "95 % high": 100 * high,
});
display(table([
  percentRow("shuffled minus completion, both given the header", shuffledGain),
  percentRow("templated descriptions", meanInterval([...templates.values()])),
  percentRow("a person's words for the same designs", meanInterval([...words.values()])),
], { caption: "pass@1 of seed 1, with 95 % intervals over problems" }));
await claim("07.shuffled-prose", shuffledGain.mean);
await claim("07.natural-prose", drop);

// %% [markdown] id="repair-text"
// ### Repair
//
// The other flow: designs broken by rule so that every tool rejects them (classes P and E), to be mended by two arms of
// their own. One reads the file alone, the other the tool's message first, with the text of the line it names. A repair
// counts when the design's bench passes and Yosys says nothing new. Two ways to answer need no model: leave the file as it
// is, and delete the line the message names.

// %% id="repair"
const repairForms = [
  { label: "file alone", asked: { arm: "repair", set: "repair", asking: "file" } },
  {
    label: "file and message",
    asked: { arm: "repair-with-report", set: "repair", asking: "file and report" },
  },
];
const repairTable = (label: string, { groups, samples, passed, compiled }: {
  groups: string[];
  samples: number;
  passed: number[];
  compiled: number[];
}) => {
  const share = (counts: number[], kind?: string) => {
    const of = counts.filter((_, at) => kind === undefined || groups[at] === kind);
    return 100 * averageOf(of.map((count) => count / samples));
  };
  return {
    answer: label,
    problems: groups.length,
    "pass@1, %": share(passed),
    "of class P, %": share(passed, "P"),
    "of class E, %": share(passed, "E"),
    "bench can run, %": share(compiled),
  };
};
display(table([
  ...["the file as it is", "without the reported line"].map((asking) =>
    repairTable(
      `no model: ${asking}`,
      answersWithoutSeed(results, { model: "no model", set: "repair", asking }),
    )
  ),
  ...repairForms.map(({ label, asked }) =>
    repairTable(`repair arm, ${label}`, answersOf(results, asked, 1))
  ),
], { caption: "Broken designs with held-out parameters, one training of each arm" }));
const [mendedAlone, mendedWithMessage] = repairForms.map(({ asked }) =>
  ratesOver(results, asked, [1])
);
const feedback = pairedDifference(mendedWithMessage!, mendedAlone!);
const weaker = [mendedAlone!, mendedWithMessage!].map((rates) => meanInterval([...rates.values()]))
  .sort((a, b) => a.mean - b.mean)[0]!;
display(
  md`The message is worth **${
    (100 * feedback.mean).toFixed(1)
  }** points of pass@1, 95 % interval over problems ${points(feedback)}.`,
);
await claim("07.repair-feedback", feedback.mean);
await claim("07.repair-above-identity", weaker);

// %% [markdown] id="repair-read"
// Most answers are modules that a bench can run and that do something else: a model of this size copies a file well enough
// to compile, not well enough to mend it. With the message more files of class P come out right, and none of the few of
// class E. The rules above decide what that is worth: two arms that have read 400 000 tokens each.

// %% [markdown] id="live-text"
// ### Ask one yourself
//
// The committed arm, live. What it reads is below: blanks between all tokens and numbers for names, so that it need not
// learn to spell. `full` asks for more designs.

// %% id="live" tags=["native"]
const arm = await loadModel("verilog-aligned", { threads: 1 });
const asker = textModel(arm.model, arm.tokenizer);
const livePool = await splitDesigns({ ...armSplit, designs: 300 });
const liveProblems = balanced(livePool.heldOutParameters, { quick: 6, full: 40 }[profile])
  .map((design) => designProblem(design, yosys));
const liveSolved = await solve(liveProblems, byDescription, asker, armSampling);
const shown = byDescription(liveProblems[0]!);
const [reply] = await asker.generate(shown.prompt, armSampling);
display(code("text", shown.prompt.replace(/(.{90,110}?) /g, "$1\n ")));
display(code("verilog", shown.answer(reply!).replace(/ ; /g, " ;\n  ")));
display(table(
  liveSolved.map(({ name, samples, compiled, passed }) => ({
    design: name,
    answers: samples,
    compile: compiled,
    pass: passed,
  })),
  { caption: "Five answers each" },
));
await arm.model.close();

// %% [markdown] id="ablate"
// ## Ablate it yourself
//
// How many comparisons does a bench need before it notices a silent mutant? The benches of the class-F mutants above are
// cut after the first few comparisons. Some are never noticed: a port that has become wider looks the same through a wire
// that has not. Change the list and run the cell again.

// %% id="ablation" tags=["ablation"]
const silent: {
  simulation: Exclude<Awaited<ReturnType<typeof simulationOf>>, { refused: string }>;
  bench: Bench;
}[] = [];
for (const { design, mutant, result } of drawn) {
  if (result.observed !== "F") continue;
  const simulation = await simulationOf(mutant.text, design.top, yosys);
  if (!("refused" in simulation)) silent.push({ simulation, bench: design.bench });
}
const cut = (bench: Bench, comparisons: number): Bench => {
  let left = comparisons;
  return {
    ...bench,
    steps: bench.steps.filter(({ expect }) => left > 0 && (expect === undefined || left-- > 0)),
  };
};
const ablation = await sweep({
  name: "comparisons of a bench",
  over: { comparisons: [1, 2, 4, 8, 16, 32] },
  depends: [broken, perFile, profile],
  seed,
  run: ({ comparisons }) => {
    const noticed = silent.filter(({ simulation, bench }) => {
      const { passed, total, refused } = runSteps(simulation, cut(bench, comparisons));
      return refused !== undefined || passed < total;
    }).length;
    return { mutants: silent.length, noticed, percent: 100 * noticed / silent.length };
  },
});
display(plot({
  title: "A longer bench notices more silent mutants, and never all",
  alt:
    "Share of class F mutants that a bench notices against the number of its comparisons: rising and then level.",
  height: 280,
  x: { type: "log", base: 2, label: "comparisons in the bench", tickFormat: "d" },
  y: { label: "silent mutants noticed, %", domain: [0, 100], grid: true },
  data: ablation.rows,
  marks: [
    Plot.lineY(ablation.rows, { x: "comparisons", y: "percent", marker: true }),
    Plot.ruleY([0]),
  ],
}));
ablation;

// %% [markdown] id="cost"
// ## What it costs
//
// Times are of this run on this machine, and are not kept in the file.

// %% id="timing" tags=["timing"]
const seconds = async (work: () => unknown) => {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
};
const thousand = await Array.fromAsync(generateDesigns(seed, 300), ({ text }) => text);
const describing = await seconds(async () => {
  for (const text of thousand) for (const module of await readModules(text)) describe(module);
});
const counter = await simulationOf(
  "module c(input clk, input r, output reg [15:0] q); always @(posedge clk) if (r) q <= 0; else q <= q + 1; endmodule",
  "c",
  yosys,
);
const cycles = 200_000;
const clocking = await seconds(() => {
  if ("refused" in counter) return;
  const clk = counter.inputs.get("clk")![0]!;
  counter.setBit(counter.inputs.get("r")![0]!, 0);
  for (let at = 0; at < cycles; at++) {
    counter.setBit(clk, -1);
    counter.settle();
    counter.setBit(clk, 0);
    counter.settle();
  }
});
table([
  { what: "files read and described", "per second": Math.round(thousand.length / describing) },
  { what: "cycles of a 16-bit counter, one lane", "per second": Math.round(cycles / clocking) },
  {
    what: "cycles of a 16-bit counter, 32 lanes",
    "per second": Math.round(32 * cycles / clocking),
  },
]);

// %% [markdown] id="limits"
// ## What this rerun does not show
//
// * **Tiny arms, few seeds.** The paper's models have 7 B and 13 B parameters and took eight A100 a week. What an arm fails
//   to do here says nothing about them. Three trainings of an arm differ widely, and the controls and the repair arms were
//   trained once.
// * **Templated prose only.** Nobody writes *the logical AND of up and the logical NOT of full*. How far a model trained on
//   such prose gets with a person's sentence is a separate question (F7), and the drop is expected to be large.
// * **Generated designs** are small, clean and synchronous. On real Verilog the descriptions say `Unsupported:` for what
//   has no rule, and the pipeline counts them.
// * **Scripts are read, not run.** SiliconCompiler itself is not installed, and its calls have changed since.
// * **Class E without Icarus** rests on Yosys's warnings; each record says which evidence it has.

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
code("text", (await readModules(mine)).map((module) => describe(module).text).join("\n"));

// %% [markdown] id="real-text"
// ### How far it gets on Verilog that people wrote
//
// The same pipeline over source packages of Debian 12: examples and libraries of synthesis tools, and the test suites of
// Yosys and Verilator, which hold every odd corner of the language on purpose. Nothing crashed it. A module counts as
// described whole when no part of it lacks a rule. Flow B wants a file that all tools accept by itself, which most files
// of a larger design do not: their includes and modules are elsewhere. (Measured once and stored; the files are under
// their own licences.)

// %% id="real"
const real = await realVerilog();
display(table(
  real.corpora.map(
    ({ package: name, version, files, modules, described, skipped, mutants, ...rest }) => {
      const dropped = rest.mismatched + rest.equivalent + rest.undecided;
      const unread = Object.entries(skipped).filter(([reason]) => !reason.startsWith("flow B"))
        .reduce((sum, [, count]) => sum + count, 0);
      return {
        package: `${name} ${version}`,
        files,
        "not read": unread,
        modules,
        "described whole, %": 100 * described / modules,
        mutants: rest.flows.includes("B") ? mutants : "–",
        "confirmed, %": mutants === 0 ? "–" : 100 * (mutants - dropped) / mutants,
        "of another class": rest.flows.includes("B") ? rest.mismatched : "–",
      };
    },
  ),
  { caption: "deno task augment over Debian's source packages; – where flow B was not tried" },
));
const missing = new Map<string, number>();
for (const { unsupported } of real.corpora) {
  for (const [kind, count] of Object.entries(unsupported)) {
    missing.set(kind, (missing.get(kind) ?? 0) + count);
  }
}
table(
  [...missing].sort((a, b) => b[1] - a[1]).slice(0, 8).map(([kind, count]) => ({
    "syntax without a rule": kind,
    times: count,
  })),
  { caption: "What most often has no rule" },
);

// %% [markdown] id="exercises"
// ## Exercises
//
// **1. The unbiased estimate.** Of $n$ samples $c$ are right. Write the probability that the best of $k$ drawn without
// replacement is right, without `passAtK`.

// %% id="exercise-1" tags=["exercise","solution"]
function bestOf(n: number, c: number, k: number): number {
  // BEGIN SOLUTION
  let none = 1;
  for (let drawn = 0; drawn < k; drawn++) none *= Math.max(0, n - c - drawn) / (n - drawn);
  return 1 - none;
  // END SOLUTION
}

// %% id="exercise-1-check"
check("exercise 1", {
  got: [bestOf(5, 1, 1), bestOf(5, 2, 3), bestOf(20, 18, 5), bestOf(5, 0, 5)],
  expected: [0.2, 0.9, 1, 0],
  hint: "Multiply the chances that each draw is wrong, given that all before were.",
});

// %% [markdown] id="exercise-2-text"
// **2. Write in the templates.** Change the description of the golden module so that the counter counts down from all
// ones and stops at zero, and `full` tells that it is at zero. Only sentences; the inverse makes the module.

// %% id="exercise-2" tags=["exercise","solution"]
function countDown(description: string): string {
  // BEGIN SOLUTION
  return description
    .replace("the replication by W of 1'b0", "the replication by W of 1'b1")
    .replace("the sum of cnt and 1'b1", "the difference of cnt and 1'b1")
    .replace("the AND reduction of cnt", "the NOR reduction of cnt");
  // END SOLUTION
}

// %% id="exercise-2-check"
const down: Bench = {
  ...saturatingCounterBench(),
  steps: saturatingCounterBench().steps.map(({ set, expect }) =>
    expect === undefined ? { set } : { set, expect: { ...expect, cnt: 15 - Number(expect.cnt) } }
  ),
};
const { passed: downPassed } = await runBench(
  writeModule(readDescription(countDown(goldenDescription.text))),
  down,
  yosys,
);
check("exercise 2", {
  got: downPassed,
  expected: 23,
  hint: "Three phrases change: the value after reset, the step, and what full looks at.",
});

// %% [markdown] id="exercise-3-text"
// **3. A bench that sees.** The first comparisons of a bench may be blind. Write a bench of at most three comparisons for
// a two-input `and` that notices all three of `|`, `^` and `~^` in its place.

// %% id="exercise-3" tags=["exercise","solution"]
function seeingBench(): Bench {
  const steps: Bench["steps"] = [];
  // BEGIN SOLUTION
  // 0,1 tells and from or and xor; 0,0 tells it from xnor.
  steps.push({ set: { a: 0, b: 1 }, expect: { y: 0 } }, { set: { a: 0, b: 0 }, expect: { y: 0 } });
  // END SOLUTION
  return { top: "g", inputs: { a: 1, b: 1 }, outputs: { y: 1 }, steps };
}

// %% id="exercise-3-check"
const gateResults: boolean[] = [];
for (const operator of ["&", "|", "^", "~^"]) {
  const text = `module g(input a, input b, output y); assign y = a ${operator} b; endmodule`;
  const { passed, total } = await runBench(text, seeingBench(), yosys);
  gateResults.push(passed === total && total > 0 && total <= 3);
}
check("exercise 3", {
  got: gateResults,
  expected: [true, false, false, false],
  hint: "Which inputs tell `a & b` from `a ~^ b`? And is there one that tells it from both others?",
});

// %% [markdown] id="exercise-4-text"
// **4. An honest prompt.** Take a design of the generator and write what a person would ask for in one sentence. Which of
// its eleven or so template sentences does yours leave to the reader? (Open; no check.)

// %% id="close"
await yosys[Symbol.asyncDispose]();
md("The tool processes are closed.");

// %% [markdown] id="claims"
// ## Claims
//
// The table at the top now holds the outcome of this run. `deno task run 07 --json` prints it for machines.
