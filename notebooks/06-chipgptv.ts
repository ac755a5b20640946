// ---
// jupyter: {"kernelspec":{"display_name":"Deno","language":"typescript","name":"deno"},"language_info":{"file_extension":".ts","mimetype":"text/x.typescript","name":"typescript"},"offprint":{"cellSeconds":1800,"exclusive":false,"paper":"06-chipgptv"}}
// ---

// %% [markdown] id="title"
// # 06 · What does a diagram say that the words leave out?
//
// Which block of a circuit is wired to which, and which state of a machine follows which, is easier to draw than to tell. The paper of this
// notebook lets a language model write circuits in Verilog, the usual language for hardware. It states each task as a pair, a diagram
// for the structure and prose for the function, builds a benchmark of such pairs, and reports how many more circuits a model then
// gets right.

// %% id="citation" tags=["imports"]
import { citation, display, verdicts } from "offprint/notebook/mod.ts";

await display(citation("06-chipgptv"));

// %% [markdown] id="summary"
// ## In two minutes
//
// * **Words leave wiring open.** A short description of a small chain of two units fits $2^{18}$ different wirings. Its diagram
//   fits one. The difference, 18 bits, can be counted exactly. It is a property of the description, whatever model reads it.
// * **Most wiring takes few sentences.** The paper argues that prose grows with the square of the number of blocks. It does where every
//   block is wired to every other (a crossbar). In a ring, where each is wired to the next, it grows with the number of blocks. Every
//   diagram can be told in as many sentences as it has lines.
// * **So there are two questions.** Is it the *information* in a picture that helps a model, or its *form*? The paper compares a prompt
//   with a picture and one without; the second also says less. We add the comparison that decides: the same information in words.
// * **The paper's tables, again.** Of twelve printed averages five do not follow from the numbers that they should average. The gain of the
//   GPT-4 series stays; the gains of the LLaMA series and in predicting next tokens could be chance.
// * **No model looks at a picture here.** There is no vision model offline. Everything else runs: 33 tasks (*units*) whose
//   diagrams are generated from their own Verilog, a language for queries with pictures, the grading, and a small model that reads graphs
//   as text.
//
// Answers are graded by programs that try the circuit, as in [notebook 07](07-chipgpt-ft.ipynb), whose models read and write Verilog without
// pictures. What opinions of programs are worth where nothing decides is the question of [notebook 03](03-aime.ipynb).

// %% id="verdicts" tags=["check"]
await verdicts("06-chipgptv");

// %% [markdown] id="idea"
// ## The idea, on one chain
//
// Two units multiply and add. The second gets its weight one tick of the clock later, through a register, which keeps a value for
// one tick. This is the paper's first case: asked in words alone, its model wrote everything in one block and failed.
//
// Below is the circuit in Verilog. A `module` is a kind of block with named *ports*; the last module puts blocks together. Yosys, an open
// compiler for Verilog, reads the circuit, and its connections are printed, one a line.

// %% id="idea-imports" tags=["imports"]
import {
  ambiguityBits,
  type Fact,
  graphFacts,
  wiringFamily,
} from "offprint/papers/chipgptv/ambiguity/mod.ts";
import { extractGraph, printEdge } from "offprint/verilog/diagrams/mod.ts";
import { YosysPool } from "offprint/verilog/tools/mod.ts";
import { claim, md, table } from "offprint/notebook/mod.ts";

const yosys = new YosysPool();
const showCode = (language: string, text: string) => md("```" + language, text.trimEnd(), "```");

// %% id="idea-design"
const chainText = `
module mac(input clk, rst, input [7:0] x, w, output reg [15:0] acc);
  always @(posedge clk) if (rst) acc <= 0; else acc <= acc + x * w;
endmodule
module dly(input clk, rst, input [7:0] d, output reg [7:0] q);
  always @(posedge clk) if (rst) q <= 0; else q <= d;
endmodule
module chain2(input clk, rst, input [7:0] a0, a1, w0, output [15:0] c0, c1);
  wire [7:0] w1;
  mac pe0(.clk(clk), .rst(rst), .x(a0), .w(w0), .acc(c0));
  dly r0(.clk(clk), .rst(rst), .d(w0), .q(w1));
  mac pe1(.clk(clk), .rst(rst), .x(a1), .w(w1), .acc(c1));
endmodule`;
const chain = await extractGraph(chainText, "chain2", yosys);
await display(showCode("text", chain.edges.map(printEdge).join("\n")));
await claim("06.two-pe-graph", [chain.nodes.length, chain.edges.length]);

// %% id="idea-picture" tags=["drawing"]
import { Figure } from "offprint/notebook/mod.ts";
import { drawBlockDiagram } from "offprint/verilog/pictures/mod.ts";

const chainSvg = await drawBlockDiagram(chain);
await display(
  new Figure(
    {
      title: "The chain as a block diagram",
      alt: `${chain.nodes.length} blocks and ${chain.edges.length} connections: ${
        chain.edges.map(printEdge).join("; ")
      }.`,
      caption: "Drawn from the Verilog above; names and widths at the lines.",
    },
    chainSvg,
    Math.round(Number(/\bwidth="([\d.]+)/.exec(chainSvg)?.[1] ?? 640)),
    undefined,
  ),
);

// %% [markdown] id="idea-words"
// Each of these thirteen connections leads from a *driver* (an input of the whole, or an output of a block) to a *sink* (an input of a block,
// or an output of the whole). A description tells some of them. A sink about which it says nothing could be wired to any driver with the
// same number of bits. So each connection that is told divides the number of wirings that are still possible, and it makes no difference
// whether it is told by a sentence or by a line in a picture. The count is given in bits: one bit is a factor of two.

// %% id="idea-example"
const sinkOf = (fact: Fact): string => fact.what.split(".").at(-1)!;
const allFacts = graphFacts(chain);
const clocking = allFacts.filter((fact) => ["clk", "rst"].includes(sinkOf(fact)));
const weights = allFacts.filter(({ what }) => ["pe0.w", "r0.d", "pe1.w"].includes(what));
// change me: ["$port.c0"] tells where the first sum goes and leaves the weights open.
const toldBesides = ["pe0.x"];
const besides = allFacts.filter(({ what }) => toldBesides.includes(what));
const tellings = [
  { description: "names and widths of all ports", facts: [] },
  { description: "also: all blocks share clock and reset", facts: clocking },
  {
    description: "also: w0 goes to the first unit and, one cycle later, to the second",
    facts: [...clocking, ...weights],
  },
  { description: `also: ${toldBesides.join(", ")}`, facts: [...clocking, ...weights, ...besides] },
  { description: "the diagram", facts: allFacts },
].map(({ description, facts }) => ({
  description,
  "connections told": facts.length,
  "bits open": ambiguityBits(wiringFamily(chain), facts),
}));
await display(table(tellings, { caption: "What a description of the chain leaves open" }));

// %% id="idea-figure" tags=["drawing"]
import * as Plot from "@observablehq/plot";
import { plot } from "offprint/notebook/mod.ts";

await display(plot({
  title: "Each connection that is told takes its bits away",
  alt: `Bars of the bits left open: ${
    tellings.map((row) => `${row.description}, ${row["bits open"]}`).join("; ")
  }.`,
  caption: "Ambiguity of five descriptions of the chain, in bits; from top to bottom more is told.",
  marginLeft: 210,
  height: 300,
  x: { label: "bits left open", grid: true },
  y: { label: null, domain: tellings.map(({ description }) => description) },
  data: tellings,
  marks: [
    Plot.axisY({ label: null, lineWidth: 15 }),
    Plot.barX(tellings, {
      y: "description",
      x: "bits open",
      fill: "currentColor",
      fillOpacity: 0.5,
    }),
    Plot.ruleX([0]),
  ],
}));

// %% id="idea-claim" tags=["check"]
await claim(
  "06.two-pe-bits",
  [[], clocking, [...clocking, ...weights], allFacts].map((facts) =>
    ambiguityBits(wiringFamily(chain), facts)
  ),
);

// %% [markdown] id="idea-move-text"
// The same for a state diagram, in a figure that you can change: choose for each state which of its two transitions the description tells.

// %% id="idea-explore" tags=["drawing"]
import { explore } from "offprint/notebook/explore/mod.ts";
import { machineExploration } from "offprint/papers/chipgptv/mod.ts";

await display(explore(machineExploration));

// %% [markdown] id="idea-short"
// **In short.** A diagram removes bits; so does a sentence that says the same. What a picture can do beyond that is a
// question about models, and needs an arm in which words say everything.

// %% [markdown] id="parameters-text"
// ## Parameters
//
// Change them here, or from the command line: `deno task run 06 --set wanted=shift`.

// %% id="parameters" tags=["parameters"]
/** "quick" or "full"; full asks about all fresh draws anew. */
const profile: "quick" | "full" = "quick";
/**
 * Which units the gallery unfolds: a piece of a name, of a word in its prompts or of a block or state of its diagram.
 * Change me: with "fsm" the gallery unfolds state diagrams.
 */
const wanted: string = "pe";
/** Answers of a real model, as `deno task diagrams --out` writes them; empty where there is no endpoint. */
const answers: string = "";
/** Seed of prefixes and mutants. @range 0 or more by 1 */
const seed: number = 1;

// %% id="imports" tags=["imports"]
import { spearman } from "offprint/correlation.ts";
import { loadModel } from "offprint/lm/mod.ts";
import {
  check,
  claimsTable,
  equation,
  experimentsOf,
  formatNumber,
  gallery,
  sweep,
} from "offprint/notebook/mod.ts";
import {
  agreeingTables,
  ambiguityRow,
  CONNECTION_KINDS,
  CONNECTION_SIZES,
  connectionSentences,
  connectionSlope,
  reachableFunctions,
  reachableShapes,
  transitionFunctions,
} from "offprint/papers/chipgptv/ambiguity/mod.ts";
import {
  answersOf,
  ARM_FACTS,
  ARMS,
  askedUnit,
  compareWays,
  extract,
  gradeCandidate,
  graphSentences,
  machineSentences,
  metricsOf,
  parseHarnessResults,
  plannedQuestions,
  PREFIX_SHARE,
  type Way,
} from "offprint/papers/chipgptv/harness/mod.ts";
import {
  gainByLevel,
  impossibleCells,
  machineTrends,
  pairedGain,
  passedIn,
  printedDefects,
  PUBLISHED_COLUMNS,
  PUBLISHED_DESIGNS,
  PUBLISHED_MACHINES,
  recomputeColumns,
  recomputeNextTokens,
  recomputePrompts,
  SERIES,
} from "offprint/papers/chipgptv/published/mod.ts";
import { compileQuery, query, queryErrors } from "offprint/papers/chipgptv/query/mod.ts";
import {
  askStudyModel,
  heldOutDesigns,
  loadStudyResults,
  openStudyModel,
  outputsOverTransitions,
  passGain,
  passOverCeiling,
  STUDY_ARMS,
  studyArmRows,
  studySizeRows,
  UNSEEN_DESIGNS,
  unseenGain,
  unseenRows,
  wrongGraphFollowed,
} from "offprint/papers/chipgptv/study/mod.ts";
import {
  hashOfUnit,
  legibilityByKind,
  PICTURE_SENTENCES,
  type PictureKind,
  PROMPT_LEVELS,
  readAudit,
  readLegibility,
  readUnits,
  type Unit,
  UNIT_LEVELS,
} from "offprint/papers/chipgptv/units/mod.ts";
import { passAtK } from "offprint/problems/mod.ts";
import { mean, meanInterval } from "offprint/stats.ts";
import { extractFsm, type Fsm, printFsm, printGraph } from "offprint/verilog/diagrams/mod.ts";
import {
  drawStateDiagram,
  plainPicture,
  readBlockDiagram,
  readStateDiagram,
} from "offprint/verilog/pictures/mod.ts";
import { benchTotal, readPrinted, runBench } from "offprint/verilog/simulate/mod.ts";
import { lex } from "offprint/verilog/tokens/mod.ts";

// %% id="profile" tags=["drawing"]
await display(
  md`This run: profile **${profile}**, gallery of units with “${wanted}”, ${
    answers === "" ? "no answers of a real model" : `answers of ${answers}`
  }, seed ${seed}.`,
);

// %% [markdown] id="equations"
// ## The equations
//
// Each formula is followed by the function that computes it. The function is checked, when its cell runs, on values obtained in
// another way. A function that disagreed would stop the notebook.

// %% [markdown] id="equation-ambiguity-text"
// ### Ambiguity
//
// Take a description $d$ and a finite family $\mathcal F$ of designs, for example all wirings of some blocks. Let $C(d)$ be the designs that
// agree with every fact of $d$. The ambiguity of $d$, in bits, is
//
// $$A(d)=\log_2\lvert C(d)\rvert .$$
//
// In the family of wirings each sink of width $w$ takes one of the drivers of that width, so the count is a product over the
// sinks that are not told:
//
// $$\lvert C(d)\rvert=\prod_{s\ \text{not told}}\lvert\mathrm{drivers}(w_s)\rvert .$$

// %% id="equation-ambiguity"
/** Bits of a wiring with so many sinks of each width, each with so many drivers, as a product. */
function bitsOfWiring(sinks: number[], drivers: number[]): number {
  const family = sinks.flatMap((count, width) =>
    Array.from({ length: count }, (_, i) => ({
      what: `${width}.${i}`,
      options: Array.from({ length: drivers[width]! }, (_, driver) => `d${driver}`),
    }))
  );
  return ambiguityBits(family, []);
}
await display(equation({
  id: "ambiguity",
  source: "ambiguityBits of offprint/papers/chipgptv/ambiguity/mod.ts",
  fn: bitsOfWiring,
  checks: [[[5, 2, 6], [4, 2, 2]], [[3], [8]], [[1, 1], [1, 5]]].map((
    [sinks = [], drivers = []],
  ) => ({
    args: [sinks, drivers] as [number[], number[]],
    equals: sinks.reduce((sum, count, width) => sum + count * Math.log2(drivers[width]!), 0),
  })),
}));

// %% [markdown] id="equation-machines-text"
// ### State machines
//
// A machine with $n$ named states, a known reset state and $b$ input bits has $n\,2^b$ transitions, each of which can lead to $n$ states:
//
// $$\lvert\mathcal F\rvert=n^{\,n2^b},\qquad A(d)=(n2^b-\text{told})\,\log_2 n .$$
//
// Some of them never reach one of their states, so they are really smaller machines. Let $R(n)$ be the number of those that reach all $n$.
// It follows by taking away the machines that reach only $k<n$ states:
//
// $$R(n)=n^{\,n2^b}-\sum_{k<n}\binom{n-1}{k-1}\,R(k)\,n^{(n-k)2^b}.$$
//
// The names of the states other than the reset state do not matter. Every renaming of these $n-1$ states gives another table of the same
// machine, so there are $R(n)/(n-1)!$ machines that differ in more than names.

// %% id="equation-machines"
/** Machines with one input bit in which all states are reached, by the formula. */
function reachableByFormula(states: number): number {
  return Number(reachableFunctions({ states, inputBits: 1 }));
}
await display(equation({
  id: "machines",
  source: "reachableFunctions of offprint/papers/chipgptv/ambiguity/mod.ts",
  fn: reachableByFormula,
  // One by one: every table of two targets a state is built and walked.
  checks: [2, 3, 4].map((states) => ({
    args: [states] as [number],
    equals: agreeingTables(Array.from({ length: states }, () => [null, null])).reachable,
  })),
}));

// %% id="machines-claims" tags=["check"]
const machines = [2, 3, 4, 5, 6].map((states) => ({ states, inputBits: 1 }));
await claim("06.fsm-counts", machines.map((family) => Number(transitionFunctions(family))));
await claim(
  "06.fsm-reachable",
  machines.slice(0, 4).map((family) => Number(reachableFunctions(family))),
);
await claim(
  "06.fsm-renamed",
  machines.slice(0, 4).map((family) => Number(reachableShapes(family))),
);

// %% [markdown] id="equation-pass-text"
// ### How often one of k answers is right
//
// A model gave $n$ answers, and $c$ of them are right. If $k$ of the $n$ are drawn, none twice, the probability that at least one of these is
// right is
//
// $$\mathrm{pass@}k = 1-\binom{n-c}{k}\Big/\binom{n}{k}.$$
//
// The simpler estimate $1-(1-c/n)^k$ can draw the same answer twice, and is too low.

// %% id="equation-pass"
/** All ways to take k of n, one by one: the share that holds a right one. */
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
const passCases: [number, number, number][] = [[5, 1, 1], [5, 2, 3], [10, 3, 5], [20, 3, 5]];
await display(equation({
  id: "pass-at-k",
  source: "passAtK of offprint/problems/mod.ts",
  fn: passAtK,
  checks: passCases.map((args) => ({ args, equals: shareByCounting(...args) })),
}));
const [wn, wc, wk] = passCases.at(-1)!;
await display(
  md`For ${wc} right answers of ${wn} and k = ${wk}: ${
    passAtK(wn, wc, wk)
  }, by the tempting estimate ${1 - (1 - wc / wn) ** wk}.`,
);

// %% id="claim-pass" tags=["check"]
await claim(
  "06.pass-at-k",
  ([
    [5, 0, 5],
    [5, 1, 1],
    [5, 1, 5],
    [5, 2, 3],
    [10, 3, 5],
    [20, 1, 10],
    [20, 3, 1],
    [20, 3, 5],
    [20, 3, 10],
    [100, 10, 10],
  ] as const).map(([n, c, k]) => passAtK(n, c, k)),
);

// %% [markdown] id="connections-text"
// ## How much prose does a diagram take?
//
// The paper's second argument is that $n$ blocks can have $n^2$ connections, so that prose needs $n^2$ sentences. Here the
// sentences are written and counted, for three kinds of wiring: a ring, where each block is wired to the next, a mesh, where each is
// wired to its neighbours in a square, and a crossbar, where each is wired to every other.

// %% id="connections"
const counted = CONNECTION_KINDS.flatMap((kind) =>
  CONNECTION_SIZES.map((n) => ({
    wiring: kind,
    blocks: n,
    sentences: connectionSentences(kind, n).length,
  }))
);
await display(table(
  CONNECTION_KINDS.map((kind) => ({
    wiring: kind,
    ...Object.fromEntries(
      counted.filter(({ wiring }) => wiring === kind).map(({ blocks, sentences }) => [
        `n = ${blocks}`,
        sentences,
      ]),
    ),
    slope: connectionSlope(kind).slope,
  })),
  { caption: "Sentences that tell every connection, and their slope in n on logarithmic axes" },
));
await claim("06.connection-counts", counted.map(({ sentences }) => sentences));
await claim("06.connection-slopes", CONNECTION_KINDS.map((kind) => connectionSlope(kind).slope));

// %% id="connections-figure" tags=["drawing"]
await display(plot({
  title: "Only the crossbar is quadratic",
  alt: `Three rising lines on logarithmic axes. Sentences at ${CONNECTION_SIZES.at(-1)} blocks: ${
    counted.filter(({ blocks }) => blocks === CONNECTION_SIZES.at(-1)).map((row) =>
      `${row.wiring} ${row.sentences}`
    ).join(", ")
  }.`,
  caption: "Sentences that it takes to tell every connection; both axes are logarithmic.",
  height: 300,
  x: { label: "blocks n", type: "log", ticks: [...CONNECTION_SIZES], tickFormat: "d" },
  y: { label: "sentences", type: "log", grid: true, tickFormat: "d" },
  color: { legend: true, label: "wiring" },
  data: counted,
  marks: [Plot.lineY(counted, { x: "blocks", y: "sentences", stroke: "wiring", marker: true })],
}));

// %% [markdown] id="connections-short"
// **In short.** "Prose needs $n^2$ sentences" is true of one of these three wirings, the crossbar.

// %% [markdown] id="units-text"
// ## A benchmark whose pictures are right
//
// The released benchmark has pictures that do not agree with its references (its detector of 10011 sends two arrows to other
// states than the reference, its right answer, does). A *test bench* feeds a design with inputs and compares its outputs with what they should
// be; of 33 released references 22 pass their own bench, and five of those benches accept a design whose outputs are always 0. So
// the units here are new: 33 designs with the paper's names and levels of difficulty. The Verilog is
// written first, each picture is drawn *from* it, and each bench is made from a model of the behaviour that never saw the Verilog.

// %% id="units"
const units = await readUnits();
const perLevel = UNIT_LEVELS.map((level) => units.filter((unit) => unit.level === level));
await display(table(
  perLevel.map((of, at) => ({
    level: UNIT_LEVELS[at],
    units: of.length,
    "lines of Verilog": of.reduce((sum, { reference }) => sum + reference.split("\n").length, 0),
    comparisons: of.reduce((sum, { bench }) => sum + benchTotal(bench), 0),
    "with blocks": of.filter(({ graph }) => graph !== undefined).length,
    "state machines": of.filter(({ fsm }) => fsm !== undefined).length,
  })),
  { caption: "The benchmark" },
));
await claim("06.units", perLevel.map(({ length }) => length));

// %% [markdown] id="units-detector-text"
// ### The detector of 10011
//
// The second case of the paper is a machine with one input bit and six states. Its output is 1 when the last five bits were 1, 0, 0, 1, 1.
// Yosys finds the states and transitions in the Verilog.

// %% id="units-detector"
const detectorUnit = units.find(({ name }) => name === "fsm")!;
const detector = await extractFsm(detectorUnit.reference, detectorUnit.top, yosys);
await display(showCode("text", printFsm(detector.fsm)));
await claim("06.detector", [
  detector.fsm.states.length,
  detector.table.rows.length,
  detector.fsm.next.length,
]);

// %% id="units-walk"
/** The states that bits lead through, from reset. */
function statesVisited({ reset, next }: Fsm, bits: string): string[] {
  let state = reset;
  return [...bits].map((bit) => {
    state = next.find(({ from, guard }) =>
      from === state && (guard === "*" || guard.endsWith(`=${bit}`))
    )!.to;
    return state;
  });
}
// change me: "1001001100" holds the sequence once, overlapping its own beginning.
const bits = "1001110011";
await display(md`Input ${bits} visits ${statesVisited(detector.fsm, bits).join(" ")}.`);
await claim("06.detector-walk", statesVisited(detector.fsm, "1001110011").join(" "));

// %% [markdown] id="units-ambiguity-text"
// ### What descriptions of growing detail leave open
//
// The prompts of the benchmark, like the paper's, never put the diagram into words. So each unit is described here in four steps:
// names of blocks, ports and states alone (*simple*); half of the sentences that tell its diagram (*medium*); all of them
// (*complex*); and the graph itself, as a list of its nodes and edges in a fixed order. What a text tells is read back from its words. Then
// it is counted which designs agree with it: which wirings for block diagrams, which transitions for state machines.

// %% id="units-ambiguity"
const openness = units.map(({ name, level, graph, fsm }) => {
  const sentences = fsm === undefined ? graphSentences(graph!) : machineSentences(fsm);
  const { bits, rises } = ambiguityRow(name, fsm ?? graph!, sentences);
  const [simple = NaN, medium = NaN, complex = NaN, byGraph = NaN] = bits;
  return {
    unit: name,
    level,
    simple,
    medium,
    complex,
    byGraph,
    sentences: sentences.length,
    rises,
  };
});
await display(table(openness, {
  caption: "Bits that each description leaves open, and how many sentences tell all",
  columns: [
    ...["unit", "level", "simple", "medium", "complex"],
    { key: "byGraph", label: "graph" },
    "sentences",
  ],
}));

// %% id="units-ambiguity-claims" tags=["check"]
await claim("06.ambiguity-graph", {
  value: Math.max(...openness.map(({ byGraph }) => byGraph)),
  compared: openness.length,
});
await claim("06.ambiguity-levels", {
  value: openness.filter(({ simple, medium, complex, byGraph }) =>
    !(simple >= medium && medium >= complex && complex >= byGraph)
  ).length,
  compared: openness.length,
});
await claim("06.ambiguity-facts", {
  value: openness.reduce((sum, { rises }) => sum + rises, 0),
  compared: openness.reduce((sum, { sentences }) => sum + sentences, 0),
});

// %% id="units-ambiguity-figure" tags=["drawing"]
const opennessRange = [
  Math.min(...openness.map(({ simple }) => simple)),
  Math.max(...openness.map(({ simple }) => simple)),
].map((bits) => formatNumber(bits));
await display(plot({
  title: "What names alone leave open",
  alt: `Dots for ${openness.length} units in three rows by level, from ${
    opennessRange.join(" to ")
  } bits.`,
  caption:
    "Bits left open when only names and widths are told, one dot for each unit; logarithmic. With the graph, or with all sentences, every unit is at 0.",
  height: 220,
  x: {
    label: "bits open",
    grid: true,
    type: "log",
    ticks: [5, 10, 20, 50, 100, 200],
    tickFormat: "d",
  },
  y: { label: "level of the unit", domain: [...UNIT_LEVELS] },
  data: openness,
  marks: [Plot.dot(openness, { x: "simple", y: "level", r: 5, stroke: "currentColor" })],
}));

// %% [markdown] id="units-audit-text"
// ### What the benches are worth
//
// A bench that passes wrong designs measures nothing. Each reference must pass its own bench. A *stub*, a module with constant outputs,
// must fail it, and so must at least four of five *mutants*: copies of the reference with one thing changed (an operator, a clock edge, a
// constant or a width; a change that provably leaves the circuit the same is not used). The committed table has all units, in
// the simulator of this project and in Icarus Verilog, a widely used one; the references are run again below.

// %% id="units-audit"
const audits = await readAudit();
await display(table(audits.map((row) => ({ ...row, survivors: row.survivors.join(", ") || "–" })), {
  caption: "References, stubs and mutants",
  columns: [
    { key: "name", label: "unit" },
    { key: "embedded", label: "comparisons" },
    { key: "icarus", label: "in Icarus" },
    { key: "stubFails", label: "stub fails" },
    { key: "mutantsFailing", label: "mutants that fail" },
    { key: "mutantsCounted", label: "of" },
    { key: "survivors", label: "rules of those that pass" },
  ],
}));
// A row counts only for the reference and bench that it was made of.
const current = new Map<string, string>();
for (const unit of units) current.set(unit.name, await hashOfUnit(unit));
const valid = audits.filter(({ name, sha256 }) => current.get(name) === sha256);
const compared = valid.length;
await claim("06.references", {
  value: valid.filter(({ referencePasses }) => !referencePasses).length,
  compared,
});
await claim("06.stubs", { value: valid.filter(({ stubFails }) => !stubFails).length, compared });
await claim("06.mutants", {
  value: Math.min(...valid.map(({ mutantsFailing }) => mutantsFailing)),
  compared,
});

// %% id="units-audit-live"
const runNow = await Promise.all(units.map(async ({ name, reference, bench }) => {
  const { passed, total } = await runBench(reference, bench, yosys);
  return { name, now: `${passed}/${total}` };
}));
const asInTable = runNow.filter(({ name, now }) =>
  audits.find((row) => row.name === name)?.embedded === now
);
await display(
  md`All references run again in the embedded simulator: ${asInTable.length} of ${runNow.length} count what the table says.`,
);

// %% id="units-other-claims" tags=["check"]
await claim("06.two-simulators", {
  value: valid.filter(({ embedded, icarus }) => icarus !== undefined && icarus !== embedded).length,
  compared: valid.filter(({ icarus }) => icarus !== undefined).length,
});

// %% id="units-short" tags=["drawing"]
await display(
  md`**In short.** ${
    audits.filter(({ sound }) => sound).length
  } of ${audits.length} units may be used. Names alone leave ${opennessRange[0]} to ${
    opennessRange[1]
  } bits of their structure open; the graph leaves none, and neither do as many sentences as it has lines.`,
);

// %% [markdown] id="gallery-text"
// ### The gallery
//
// Pictures are drawn from the graphs and machines that Yosys finds in the Verilog. Two public programs draw them: netlistsvg the block
// diagrams, to which we add the names of blocks and the widths, and Graphviz the state diagrams. To be sure that nothing was lost, each
// picture is read back and compared with what it should show. Below, the field searches names, prompts, blocks and states on the site and
// in the reader; the parameter `wanted` does the same in Jupyter.

// %% id="gallery"
/** A unit's diagram as SVG; with another order of blocks or states it is laid out otherwise. */
const draw = ({ graph, fsm }: Unit, reversed = false): Promise<string> => {
  if (fsm !== undefined) {
    return drawStateDiagram(fsm, reversed ? { order: fsm.states.toReversed() } : {});
  }
  const order = graph!.nodes.map(({ id }) => id).toReversed();
  return drawBlockDiagram(graph!, reversed ? { order } : {});
};
const readBack = async ({ fsm }: Unit, svg: string): Promise<string> =>
  fsm === undefined
    ? printGraph(await readBlockDiagram(svg))
    : printFsm(await readStateDiagram(svg));
const textOfDiagram = ({ graph, fsm }: Unit): string =>
  fsm === undefined ? printGraph(graph!) : printFsm(fsm);
const pictures = new Map<string, string>();
let misread = 0, otherLayouts = 0, layoutsThatDiffer = 0;
for (const unit of units) {
  const svg = await draw(unit);
  pictures.set(unit.name, svg);
  if (await readBack(unit, svg) !== textOfDiagram(unit)) misread++;
  const other = await draw(unit, true);
  if (other === svg) continue;
  otherLayouts++;
  if (await readBack(unit, other) !== textOfDiagram(unit)) layoutsThatDiffer++;
}
await claim("06.pictures", { value: misread, compared: units.length });
await claim("06.layouts", { value: layoutsThatDiffer, compared: otherLayouts });

// %% id="gallery-figures" tags=["drawing"]
const searched = (unit: Unit) =>
  [unit.name, unit.prompts.medium.text, textOfDiagram(unit)].join(" ");
const matching = units.filter((unit) =>
  searched(unit).toLowerCase().includes(wanted.toLowerCase())
);
await display(
  md`${matching.length} of ${units.length} units hold “${wanted}”: ${
    matching.map(({ name }) => name).join(", ") || "none"
  }. The first two of these are unfolded.`,
);
const figureOf = (unit: Unit) => {
  const svg = pictures.get(unit.name)!;
  const width = Math.round(Number(/\bwidth="([\d.]+)/.exec(svg)?.[1] ?? 640));
  const words = {
    title: `${unit.name} (${unit.level})`,
    alt: `${unit.fsm === undefined ? "Block diagram" : "State diagram"} of ${unit.top}: ${
      unit.fsm === undefined
        ? `${unit.graph!.nodes.length} blocks, ${unit.graph!.edges.length} connections`
        : `${unit.fsm.states.length} states, ${unit.fsm.next.length} transitions`
    }.`,
    caption: unit.prompts.simple.text.split("\n")[0]!.replaceAll("`", ""),
  };
  return new Figure(words, plainPicture(svg), width, undefined);
};
await display(gallery(
  "units",
  units.map((unit) => ({
    figure: figureOf(unit),
    words: searched(unit),
    open: matching.slice(0, 2).includes(unit),
  })),
));

// %% [markdown] id="labels-text"
// ### Can the labels be read?
//
// A picture whose labels nobody can read says less than its graph. Two published networks, one that finds lines of text and one that
// reads a line, read every picture: as it is handed to a model, two pixels for each unit of the drawing, and made so narrow that it fits
// the page of a phone (360 units of three pixels). A label is a text with a letter in it, and must be read exactly but for case.
// `deno task measure-units labels` does it anew; the results are committed.

// %% id="labels"
const legibility = await readLegibility();
const readable = legibilityByKind(legibility);
await display(table(readable.map((row) => ({ ...row })), {
  caption: "Share of labels that the networks found",
  columns: [
    "kind",
    "pictures",
    "labels",
    { key: "full", label: "as it is" },
    { key: "phone", label: "at a phone's width" },
  ],
}));
// change me: 1500 lists narrower pictures too, which lose less on a phone.
const wide = 2400;
await display(table(
  legibility.filter(({ widths }) => widths[0] >= wide).map((
    { unit, kind, full, phone, widths },
  ) => ({
    unit,
    kind,
    "pixels across": widths[0],
    labels: full.labels,
    found: full.found,
    "on a phone": phone.found,
  })),
  { caption: `Pictures of ${wide} pixels and more across` },
));

// %% id="labels-claims" tags=["check"]
await claim("06.labels", Math.min(...readable.map(({ full }) => full)));
await claim("06.labels-phone", Math.min(...readable.map(({ phone }) => phone)));

// %% [markdown] id="query-text"
// ## The query language
//
// A prompt of both kinds has parts that belong together: what the boxes of the picture are, what each named block does, which
// ports it has, what is to be returned. The paper's query language declares them and compiles them into one prompt. Ours is a typed
// builder with a pure compiler: equal queries give equal bytes, and all errors are reported together.

// %% id="query-example"
const pipeline = query("pipeline", { mode: "func_block", vision: "vm", language: "lm" })
  .image("p.png", "block")
  .describe("execute", "adds r0 and r1")
  .describe("writeback", "stores the sum in r2")
  .eda("siliconcompiler", ["die area at least 1000 by 1000"]);
// change me: "writeback" asks for the other stage; its function line takes the place of the first.
const onlyModule = "execute";
await display(showCode("text", compileQuery(pipeline.only(onlyModule).query)[0]!.text));

// %% id="query-claims" tags=["check"]
const example = compileQuery(pipeline.only("execute").query)[0]!.text;
const digest = new Uint8Array(
  await crypto.subtle.digest("SHA-256", new TextEncoder().encode(example)),
);
await claim("06.query-text", digest.toHex().slice(0, 16));

// %% [markdown] id="query-errors-text"
// ### Seven errors
//
// Each query below has one of seven errors: it has a picture, but the model cannot see; its mode is unknown; it says of no block what that
// does; it wants a module that does not exist; it says what a block does that is not in the diagram; it gives a port another width than the
// diagram does; it has a port twice.

// %% id="query-errors"
const declared = { mode: "func_block", vision: "vm", language: "lm" } as const;
const drawn = query("chain", declared).image("chain.png", "block", chain)
  .describe("mac", "multiplies and adds").describe("dly", "delays by one cycle");
const widthLine = { port: "acc", dir: "output", width: 16 } as const;
const faulty = {
  "no vision model": query("q", { mode: "gate", language: "lm" }).image("p.png", "block")
    .describe("mac", "multiplies"),
  "an unknown mode": query("q", { ...declared, mode: "boxes" as "gate" }).describe("mac", "adds"),
  "no function line": query("q", declared),
  "an unknown module": drawn.only("alu"),
  "a block that is not drawn": drawn.describe("alu", "computes"),
  "a port of another width": drawn.port("mac", { ...widthLine, width: 8 }),
  "a port twice": drawn.port("mac", widthLine).port("mac", widthLine),
};
const found = Object.entries(faulty).map(([what, { query }]) => ({
  what,
  errors: queryErrors(query).map(({ code }) => code).join(", "),
  message: queryErrors(query).map(({ message }) => message).join("; "),
}));
await display(table(found, { caption: "Seven faulty queries" }));
await claim("06.query-errors", found.map(({ errors }) => errors));

// %% [markdown] id="query-cost-text"
// ### Does it save tokens?
//
// The paper says that queries save tokens, but does not count them. Here a query is written for each unit (picture, function of each block, ports of the module) and counted
// beside prose that says the same, with every connection or transition as a sentence, by the byte-pair tokenizer of paper 07's
// models. The picture itself is not counted here; hosted models count one as several hundred tokens.

// %% id="query-cost"
const { model: reader, tokenizer } = await loadModel("verilog-aligned");
await reader.close();
const tokensIn = (text: string): number => tokenizer.encode(text).length;
const unitQuery = ({ name, top, functions, graph, fsm }: Unit) => {
  const image = graph === undefined ? [] : [graph];
  const lines = Object.entries(functions);
  const begun = query(name, declared).image(
    `${name}.png`,
    fsm === undefined ? "block" : "fsm",
    ...image,
  );
  const described = lines.length === 0
    ? begun.describe(top, "is the module that is drawn")
    : lines.reduce((builder, [module, text]) => builder.describe(module, text), begun);
  return (graph?.ports ?? []).reduce(
    (builder, { name: port, dir, width }) => builder.port(top, { port, dir, width }),
    described,
  ).query;
};
const costs = units.map((unit) => {
  const { graph, fsm, prompts, reference } = unit;
  const prose = [
    prompts.medium.text,
    ...(fsm === undefined ? graphSentences(graph!) : machineSentences(fsm)),
  ].join("\n");
  const modules = reference.match(/^module\b[^]*?endmodule/gm) ?? [];
  const all = tokensIn(reference);
  return {
    unit: unit.name,
    query: tokensIn(compileQuery(unitQuery(unit))[0]!.text),
    prose: tokensIn(prose),
    modules: modules.length,
    outside: mean(modules.map((module) => 1 - tokensIn(module) / all)),
  };
});
const savedPrompt = meanInterval(costs.map((row) => 1 - row.query / row.prose));
const several = costs.filter(({ modules }) => modules > 1);
const savedOutput = meanInterval(several.map(({ outside }) => outside));
await display(table(costs, {
  caption: "Tokens of a query and of prose that says the same",
  columns: [
    ...["unit", "query", "prose", "modules"],
    { key: "outside", label: "share of the answer outside one module" },
  ],
}));

// %% id="query-cost-claims" tags=["check"]
await claim("06.query-tokens", savedPrompt);
await claim("06.output-tokens", savedOutput);
const changed = units.filter((unit, at) => {
  const compiled = () => JSON.stringify(compileQuery(unitQuery(unit)));
  const before = compiled();
  compileQuery(unitQuery(units[(at + 1) % units.length]!));
  return compiled() !== before;
});
await claim("06.query-repeat", { value: changed.length, compared: units.length });

// %% id="query-short" tags=["drawing"]
await display(
  md`**In short.** A query takes ${
    formatNumber(100 * savedPrompt.mean)
  } % fewer prompt tokens than prose that tells the
  whole diagram, as long as the picture is free. Asking for one module saves ${
    formatNumber(100 * savedOutput.mean)
  } % of the answer in the ${several.length} units of several modules, since the rest is not written.`,
);

// %% [markdown] id="harness-text"
// ## Asking a model, and grading its answers
//
// The paper's released grader counts a run as right when its output holds the letters `pass`, also in "not passed" and "bypass". In one
// of its tasks the model completes a design from its beginning (the *prefix*). There the prefixes differ between the prompts that are
// compared, and one holds the whole design. So every step is defined anew: which code is taken from an answer and by which rule, what
// counts as right, and the same prefixes for all ways of asking.

// %% id="harness-extraction"
const fence = (tag: string, code: string) =>
  ["~~~" + tag, code, "~~~"].join("\n").replaceAll("~", "`");
const [first, second] = ["module m; endmodule", "module n; endmodule"];
const replies = {
  "tagged verilog": fence("verilog", first),
  "tagged systemverilog": fence("systemverilog", first),
  "no tag": fence("", first),
  "two blocks": `${fence("verilog", first)}\nand\n${fence("verilog", second)}`,
  "inside prose": `Here it is:\n${fence("verilog", first)}\nIt is empty.`,
  "none": "The module passes all tests. Pass!",
};
const extracted = Object.entries(replies).map(([answer, reply]) => {
  const { blocks, rule } = extract(reply);
  return { answer, blocks, rule };
});
await display(table(extracted, { caption: "What is taken from six answers" }));
await claim("06.extraction", extracted.map(({ blocks }) => blocks));

// %% id="harness-grader"
const right = "TB_RESULT passed=23 total=23";
const printedRuns = [
  { ended: "exit", output: "===Error=== not passed" },
  { ended: "exit", output: `ERROR: bench.v:3: sum is wrong\n${right} passed` },
  { ended: "time", output: right },
  { ended: "exit", output: "TB_RESULT passed=22 total=23" },
];
const graded = printedRuns.map((run) => {
  const { passes, passed, total, counted, reason } = readPrinted(run);
  const share = counted && total ? ` ${(passed! / total).toFixed(6)}` : "";
  return { ...run, verdict: `${passes ? "yes" : "no"}${share}`, reason };
});
await display(table(graded, { caption: "What four runs of a simulator are worth" }));
await claim("06.grader", graded.map(({ verdict }) => verdict));

// %% [markdown] id="harness-prefixes-text"
// ### The same prefixes for all
//
// A prefix ends between two tokens of Verilog, at a place that is drawn once for each design. Every way of asking gets the same
// prefixes, and where they end is stored with each answer.

// %% id="harness-prefixes"
const asked = units.map((unit) => askedUnit(unit));
const textArms = ["T", "T+graph", "T-complete"] as const;
const planned = plannedQuestions({
  units: asked,
  arms: textArms,
  levels: ["medium"],
  tasks: ["next token"],
  samples: 1,
  prefixes: 3,
  anonymous: false,
  temperature: 0,
  seed,
  maxTokens: 10,
});
const cutsOf = (arm: string) =>
  planned.filter((question) => question.asked.arm === arm).map(({ asked: { unit, prefix } }) => ({
    unit: unit.name,
    ...prefix!,
  }));
const [cuts, ...others] = textArms.map(cutsOf);
const wrongCuts = cuts!.filter(({ tokens, total, offset, text, unit }, at) =>
  tokens / total < PREFIX_SHARE.least || tokens / total > PREFIX_SHARE.most ||
  lex(text).length !== tokens || others.some((of) => of[at]!.offset !== offset) ||
  !asked.find(({ name }) => name === unit)!.reference.startsWith(text)
);
await display(table(
  cuts!.slice(0, 6).map(({ unit, index, tokens, total, nextToken }) => ({
    unit,
    index,
    "tokens in it": tokens,
    "of": total,
    "next token": nextToken,
  })),
  { caption: "The first prefixes" },
));
await claim("06.prefixes", { value: wrongCuts.length, compared: cuts!.length });

// %% [markdown] id="harness-arms-text"
// ### What each way of asking sees
//
// An *arm* is one way of asking; `V` in its name stands for a picture and `T` for text. The prompts of two arms are equal byte for byte, except
// for sentences that the table names. *T-complete* tells all connections in words: it has the diagram's information without its form. A
// blank or a wrong picture has the form without the information.

// %% id="harness-arms"
await display(table(
  ARMS.map((arm) => ({
    arm,
    gets: ARM_FACTS[arm].says,
    "bits left open": ARM_FACTS[arm].picture === "right" || ARM_FACTS[arm].diagram !== undefined
      ? "none"
      : "as the words leave",
  })),
  { caption: "Seven ways of asking; each also with all names replaced" },
));
/** The wording with a picture, without the declared sentences. */
const withoutPicture = (withPicture: string, kind: PictureKind): string =>
  withPicture.replace(` ${PICTURE_SENTENCES[kind]}`, "").split("\n")
    .filter((line) => !line.startsWith("The picture gives the structure,")).join("\n");
const apart = units.filter(({ prompts, pictures: [kind] }) =>
  PROMPT_LEVELS.some((level) =>
    withoutPicture(prompts[level].withPicture, kind!) !== prompts[level].text
  )
);
await claim("06.shared-prompts", { value: apart.length, compared: units.length });

// %% [markdown] id="harness-hostile-text"
// ### Answers that must not count
//
// Seven answers, none of which holds a right design, are read and graded. (The tests of this project also send them through a server, with
// time-outs and refusals.)

// %% id="harness-hostile"
const target = asked.find(({ name }) => name === "fsm")!;
const stub = target.header;
const hostile = {
  "no fence": "The module passes. TB_RESULT passed=160 total=160",
  "a wrong tag": fence("python", "print('Pass')"),
  "prose with Pass": "It will pass all tests. PASSED",
  "an endless module": fence("verilog", `${stub}\n  initial forever #0 ;\nendmodule`),
  "a bench of its own, no $finish": fence(
    "verilog",
    `${stub}\n  assign out = 0;\n  initial $display("TB_RESULT passed=9 total=9");\nendmodule`,
  ),
  "$fopen": fence("verilog", `${stub}\n  integer f = $fopen("/tmp/x");\nendmodule`),
  "half an answer": fence("verilog", target.reference.slice(0, 200)).slice(0, -4),
};
const hostileRows = [];
for (const [answer, reply] of Object.entries(hostile)) {
  const { rule, text } = extract(reply, { header: target.header, top: target.bench.top });
  const { passes, reason = "" } = await gradeCandidate(target, text, { yosys });
  hostileRows.push({ answer, rule, passes, reason: reason.slice(0, 60) });
}
await display(table(hostileRows, { caption: "What hostile answers are worth" }));
await claim("06.hostile-answers", {
  value: hostileRows.filter(({ passes }) => passes).length,
  compared: hostileRows.length,
});

// %% [markdown] id="harness-short"
// **In short.** Every answer is kept, with the rule that found its code, the end of its prefix and the number of comparisons that it passed.
// Whether it compiles, whether it passes, how many comparisons, next tokens, transitions and edges are right: these stay separate numbers.

// %% [markdown] id="study-text"
// ## A small model that reads graphs
//
// A small language model, of four hundred thousand parameters, is trained on generated wirings and state machines (Moore machines: the output
// depends on the state alone). They are described in words, as a graph, or both. It is then asked about 520 *fresh draws*, designs from the same
// generator. Small machines are few, so most fresh draws do what some design of the training does; the table also gives the rate on
// the others. No picture is involved. The arms differ in what the prompt holds:
//
// | arm | the prompt holds |
// | --- | --- |
// | *T-vague* | names and purpose |
// | *T-complete* | a sentence for every transition or wire |
// | *G* | the graph |
// | *T-vague+G* | names, purpose and graph |
// | *T-vague+G-wrong* | names and purpose, and the graph of another design with the same states or blocks, which no training has |
// | with *anon* | the same, but the module's name says nothing |
//
// One model for each of three seeds is asked in all arms; the answers are committed, with a hash.
//
// A description can fit several designs. Then no answer can be right more often than the most likely of them is. This *ceiling* is computed
// exactly for each design, from the distribution that designs are drawn from.

// %% id="study"
const study = await loadStudyResults();
const studyRows = studyArmRows(study);
const freshDraws = heldOutDesigns().length;
await display(table(studyRows.map((row) => ({ ...row })), {
  caption: `pass@1 on ${freshDraws} fresh draws, mean of ${study.runs.length} seeds`,
  columns: [
    "arm",
    { key: "pass", label: "right" },
    { key: "ceiling", label: "ceiling" },
    "machines",
    "wirings",
    { key: "unseen", label: "designs unlike any of the training" },
    { key: "seeds", label: "each seed" },
  ],
}));

// %% id="study-figure" tags=["drawing"]
await display(plot({
  title: "How often each arm is right, and its ceiling",
  alt: `Bars of the share of right answers by arm: ${
    studyRows.map(({ arm, pass }) => `${arm} ${formatNumber(pass)}`).join("; ")
  }. Ticks mark the ceilings.`,
  caption: "Share of fresh draws that are right (bars), and the ceiling of each arm (ticks).",
  marginLeft: 120,
  height: 240,
  x: { label: "share right", domain: [0, 1], grid: true },
  y: { label: null, domain: studyRows.map(({ arm }) => arm) },
  data: studyRows.map(({ arm, pass, ceiling }) => ({ arm, pass, ceiling })),
  marks: [
    Plot.barX(studyRows, { y: "arm", x: "pass", fill: "currentColor", fillOpacity: 0.5 }),
    Plot.tickX(studyRows, { y: "arm", x: "ceiling", strokeWidth: 3 }),
    Plot.ruleX([0]),
  ],
}));

// %% [markdown] id="study-gains-text"
// ### Information or form?
//
// The difference between *T-vague+G* and *T-vague* is what the graph adds. The difference between *T-vague+G* and *T-complete* is
// what its *form* adds, since both say the same. Intervals are over designs, each averaged over seeds.

// %% id="study-gains"
const gainRows = ([
  ["T-vague+G", "T-vague", "what the graph adds"],
  ["T-complete", "T-vague", "what complete prose adds"],
  ["T-vague+G", "T-complete", "what the graph's form adds"],
  ["anon T-vague+G", "anon T-vague", "what the graph adds without names"],
  ["T-vague+G-wrong", "T-vague", "what another design's graph adds"],
] as const).map(([arm, control, says]) => ({
  says,
  arms: `${arm} less ${control}`,
  drawn: passGain(study, arm, control),
  gain: unseenGain(study, arm, control),
}));
const overCeiling = passOverCeiling(study, "T-vague");
const inPoints = ({ mean, low, high }: { mean: number; low: number; high: number }) =>
  `${(100 * mean).toFixed(1)} (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`;
await display(table(
  [
    ...gainRows.map(({ says, arms, drawn, gain }) => ({
      says,
      arms,
      "on fresh draws": inPoints(drawn),
      "on held-out designs": inPoints(gain),
    })),
    {
      says: "words alone beside their ceiling",
      arms: "T-vague less its ceiling",
      "on fresh draws": inPoints(overCeiling),
    },
  ],
  { caption: "Arms compared, design by design, in points with 95 % intervals" },
));

// %% id="study-unseen"
const unseen = unseenRows(study);
await display(table(unseen.map((row) => ({ ...row })), {
  caption: `${UNSEEN_DESIGNS} held-out designs: what no design of any training does`,
  columns: [
    "arm",
    "seeds",
    { key: "pass", label: "right" },
    { key: "transitions", label: "transitions right" },
    { key: "outputs", label: "outputs right" },
    { key: "edges", label: "F1 of wires" },
  ],
}));
const followed = wrongGraphFollowed(study);
const outputsOver = outputsOverTransitions(study);
await display(
  md`Asked with another design's graph, ${
    inPoints(followed)
  } points more answers build what the graph shows than what name and purpose say. With the right graph, outputs are right more often than
  transitions by ${inPoints(outputsOver)} points.`,
);

// %% id="study-claims" tags=["check"]
const designs = UNSEEN_DESIGNS;
const [overVague, completeOverVague, overComplete, overAnonymous] = gainRows.map(({ gain }) =>
  gain
);
const wrongOnDraws = gainRows.at(-1)!.drawn;
await claim("06.graph-over-vague", { value: overVague!, compared: designs });
await claim("06.graph-twenty-points", { value: overVague!.mean, compared: designs });
await claim("06.vague-ceiling", { value: overCeiling.low, compared: freshDraws });
await claim("06.graph-over-complete", { value: overComplete!, compared: designs });
await claim("06.complete-over-vague", { value: completeOverVague!, compared: designs });
await claim("06.graph-anonymous", { value: overAnonymous!, compared: designs });
await claim("06.wrong-graph-misleads", { value: wrongOnDraws, compared: freshDraws });
await claim("06.wrong-graph-followed", { value: followed, compared: designs });
await claim("06.outputs-over-transitions", { value: outputsOver, compared: outputsOver.n });

// %% [markdown] id="study-sizes-text"
// ### Larger machines
//
// In the paper's Table 4 GPT-4V still gets the states of a machine right when the machine is so large that its transitions are wrong. The
// same is asked of the small model, with names, purpose and graph, for machines of two to nine states.

// %% id="study-sizes"
const sizeRows = studySizeRows(study, "T-vague+G");
const paperOf = new Map(
  PUBLISHED_MACHINES.states.map((
    states,
    at,
  ) => [states as number, PUBLISHED_MACHINES.transitions[at]!]),
);
await display(table(
  sizeRows.map(({ states, transitions, declared, outputs, pass }) => ({
    states,
    transitions,
    outputs,
    "states declared": declared,
    "whole machine right": pass,
    "transitions, GPT-4V (%)": paperOf.get(states),
  })),
  { caption: "Shares of what is right, by number of states" },
));
await claim(
  "06.transitions-fall",
  spearman(sizeRows.map(({ states }) => states), sizeRows.map(({ transitions }) => transitions)),
);
await claim("06.states-stay", Math.min(...sizeRows.map(({ declared }) => declared)));

// %% id="study-sizes-figure" tags=["drawing"]
const sizeLines = sizeRows.flatMap(({ states, transitions, outputs, declared }) => [
  { states, share: transitions, what: "transitions, ours" },
  { states, share: outputs, what: "outputs, ours" },
  { states, share: declared, what: "states, ours" },
  { states, share: (paperOf.get(states) ?? NaN) / 100, what: "transitions, GPT-4V" },
]);
await display(plot({
  title: "States hold, transitions fall",
  alt: `Lines over 2 to 9 states. Ours: transitions from ${
    formatNumber(sizeRows[0]!.transitions)
  } to ${formatNumber(sizeRows.at(-1)!.transitions)}; states from ${
    formatNumber(sizeRows[0]!.declared)
  } to ${formatNumber(sizeRows.at(-1)!.declared)}.`,
  caption:
    "Shares of transitions, outputs and declared states that are right, by number of states.",
  height: 300,
  x: { label: "states", tickFormat: "d" },
  y: { label: "share right", domain: [0, 1.02], grid: true },
  color: { legend: true, label: "share of" },
  data: sizeLines,
  marks: [Plot.lineY(sizeLines, { x: "states", y: "share", stroke: "what", marker: true })],
}));

// %% [markdown] id="study-live-text"
// ### Asked again
//
// The committed model of the first seed is asked anew about forty of the fresh draws, spread over kinds and sizes, and its answers are
// graded. They should be those of the committed results.

// %% id="study-live" tags=["native"]
const model = await openStudyModel();
const everyDesign = heldOutDesigns();
const liveCount = { quick: 40, full: everyDesign.length }[profile];
const livePlaces = Array.from(
  { length: liveCount },
  (_, i) => Math.floor(i * everyDesign.length / liveCount),
);
const firstRun = study.runs[0]!;
const liveRows = [];
for (const arm of ["T-vague", "T-complete", "T-vague+G"] as const) {
  const answersNow = await askStudyModel(
    model,
    livePlaces.map((at) => everyDesign[at]!),
    STUDY_ARMS[arm],
  );
  const kept = firstRun.arms.find((each) => each.arm === arm)!.pass;
  liveRows.push({
    arm,
    asked: livePlaces.length,
    "right now": answersNow.filter(({ grade }) => grade.pass).length,
    "right in the results": livePlaces.filter((at) => kept[at] === "1").length,
    "same verdict": answersNow.filter(({ grade }, i) =>
      grade.pass === (kept[livePlaces[i]!] === "1")
    ).length,
  });
}
await model.close();
await display(table(liveRows, { caption: "The first model, asked now" }));

// %% id="study-short" tags=["drawing"]
const verdictOn = ({ low, high }: { low: number; high: number }): string =>
  low > 0 ? "more right answers" : high < 0 ? "fewer right answers" : "no difference that shows";
const rightWith = (arm: string) => formatNumber(100 * unseen.find((row) => row.arm === arm)!.pass);
await display(
  md`**In short.** On held-out designs the graph beside vague words gives ${
    verdictOn(overVague!)
  } (${formatNumber(100 * overVague!.mean)} points), the same in sentences ${
    verdictOn(completeOverVague!)
  } (${formatNumber(100 * completeOverVague!.mean)} points), and graph against sentences ${
    verdictOn(overComplete!)
  } (${formatNumber(100 * overComplete!.mean)} points). Right are ${
    rightWith("T-vague+G")
  } % with the graph, ${rightWith("T-complete")} % with all sentences, ${
    rightWith("T-vague")
  } % with names alone. What helps is ${
    overComplete!.low > 0
      ? "the graph's form too"
      : "the information, not the form in which it comes"
  }. With another design's graph a model ${
    followed.low > 0
      ? "builds what the graph shows"
      : followed.high < 0
      ? "builds what the name says"
      : "builds neither more often"
  }.`,
);

// %% [markdown] id="tables"
// ## The paper's tables, recomputed
//
// Table 3 has 32 designs and six columns. A model gave five answers for each design. A cell says how many of the five have a syntax error,
// and what share of its test cases the best answer passes. The averages that are printed below the columns can be computed again.

// %% id="tables-columns"
const columns = recomputeColumns();
await display(table(columns.map((row) => ({ ...row })), {
  caption: "Table 3: printed averages, and what their cells give (per cent)",
  columns: [
    "column",
    { key: "printedFunction", label: "function, printed" },
    { key: "meanFunction", label: "mean of the cells" },
    { key: "printedSyntax", label: "syntax, printed" },
    { key: "cleanDesigns", label: "designs without an error" },
  ],
}));
await claim("06.published-function", columns.map(({ meanFunction }) => meanFunction));
await claim("06.published-syntax", columns.map(({ cleanDesigns }) => cleanDesigns));

// %% id="tables-defects" tags=["drawing"]
await display(table(printedDefects(), {
  caption: "What does not agree in the printed tables",
  columns: ["where", "printed", { key: "found", label: "found" }],
}));

// %% id="tables-designs-cells"
// change me: 3 lists the LLaMA series in place of the GPT-4 series.
const shownColumn = 0;
const designRows = PUBLISHED_DESIGNS.map(({ design, level, cells }) => {
  const [image, text] = [cells[shownColumn]!, cells[shownColumn + 1]!];
  return {
    design,
    level,
    "with image": image.passed,
    "text alone": text.passed,
    difference: image.passed - text.passed,
    "errors with image": image.errors,
    "errors, text": text.errors,
  };
});
await display(table(designRows, {
  caption: `Design by design: ${PUBLISHED_COLUMNS[shownColumn]}, and ${
    PUBLISHED_COLUMNS[shownColumn + 1]
  } (pass rate of the best sample in per cent; samples of five with a syntax error)`,
}));

// %% id="tables-checks" tags=["check"]
await claim("06.published-impossible", impossibleCells().length);
const prompts = recomputePrompts();
await display(table(prompts, {
  caption: "Table 5, simple and medium prompts (per cent)",
  columns: [
    "model",
    "prompt",
    "printed",
    { key: "mean", label: "mean of the cells" },
    { key: "above", label: "share of cells above 0" },
  ],
}));
const gptMedium = prompts.find(({ model, prompt }) => model === "GPT-4V" && prompt === "medium")!;
await claim("06.published-medium", [gptMedium.mean, gptMedium.above]);

// %% [markdown] id="tables-levels-text"
// ### Where is the gain?
//
// If a diagram helps because it shows structure, then designs with more structure should gain more from it. The paper sorts its designs by
// level, so its own table can answer this.

// %% id="tables-levels"
const levelGains = (["arithmetic", "logic", "advanced"] as const).map(gainByLevel);
await display(table(levelGains, {
  caption: "GPT-4 series: mean pass rate by level, in per cent",
  columns: ["level", "designs", "image", "text", { key: "gain", label: "gain, points" }],
}));
const byLevel = new Map(levelGains.map((row) => [row.level, row]));
await claim(
  "06.published-levels",
  (["logic", "arithmetic", "advanced"] as const).flatMap((level) => {
    const { image, text } = byLevel.get(level)!;
    return [image, text];
  }),
);
await claim("06.gain-where-structure", levelGains.map(({ gain }) => gain));

// %% [markdown] id="tables-paired-text"
// ### Is the gain more than chance?
//
// The same 32 designs were asked with and without the picture, so the evidence lies in the designs that differ. Three tests see
// three things: the **sign test** only which is better, **Wilcoxon's** also by how much, and the **bootstrap** asks how the mean would
// move if other designs had been chosen. Usually a bootstrap draws designs at random many times. Here it is exact: the gains $d_1,\dots,d_n$ are
// whole numbers, and the distribution of a sum of $n$ draws is the distribution of one draw convolved with itself $n$ times.

// %% id="tables-paired"
const pairedRows = SERIES.map(({ series }, at) => {
  const { student, bootstrap, ...tests } = pairedGain(at as 0 | 1);
  return { series, student, bootstrap, ...tests };
});
const ends = ({ low, high }: { low: number; high: number }) =>
  `${low.toFixed(1)} to ${high.toFixed(1)}`;
await display(table(
  pairedRows.map((row) => ({
    series: row.series,
    "gain, points": row.bootstrap.mean,
    "bootstrap 95 %": ends(row.bootstrap),
    "Student's 95 %": ends(row.student),
    "wins, losses, ties": `${row.wins}, ${row.losses}, ${row.ties}`,
    "sign test p": row.sign,
    "Wilcoxon p, exact": row.wilcoxon,
    "approximate": row.wilcoxonNormal,
  })),
  { caption: "Image and text less text alone, over 32 designs" },
));
const [gptGain, llamaGain] = [pairedRows[0]!, pairedRows[1]!];

// %% id="tables-paired-claims" tags=["check"]
await claim("06.paired-gpt", [gptGain.wins, gptGain.losses, gptGain.ties]);
await claim("06.paired-p", [gptGain.sign, gptGain.wilcoxon, gptGain.wilcoxonNormal]);
const triple = ({ mean, low, high }: { mean: number; low: number; high: number }) => [
  ...[mean, low, high],
];
await claim("06.paired-bootstrap", pairedRows.flatMap(({ bootstrap }) => triple(bootstrap)));
await claim("06.paired-student", pairedRows.flatMap(({ student }) => triple(student)));
await claim("06.significant-gpt", gptGain.bootstrap);
await claim("06.significant-gpt-sign", gptGain.sign);
await claim("06.significant-llama", llamaGain.bootstrap);

// %% id="tables-paired-figure" tags=["drawing"]
const gainSteps = [-100, -50, 0, 50, 100];
const gainCounts = SERIES.flatMap(({ series, image, text }) => {
  const gains = passedIn(image).map((rate, at) => rate - passedIn(text)[at]!);
  return gainSteps.map((gain) => ({
    series,
    gain,
    designs: gains.filter((each) => Math.round(each / 50) * 50 === gain).length,
  }));
});
await display(plot({
  title: "Most designs do not differ at all",
  alt: `For each series, bars of the gain of 32 designs. ${
    pairedRows.map(({ series, wins, losses, ties }) =>
      `${series}: ${wins} gain, ${losses} lose, ${ties} stay`
    ).join("; ")
  }.`,
  caption:
    "How much a design's best pass rate moves when the image is added, to the nearest 50 points; number of designs.",
  height: 320,
  x: { label: "gain, points", domain: gainSteps },
  y: { label: "designs", grid: true },
  fy: { label: "series" },
  data: gainCounts,
  marks: [
    Plot.barY(gainCounts, { x: "gain", y: "designs", fy: "series", fillOpacity: 0.7 }),
    Plot.ruleY([0]),
  ],
}));

// %% [markdown] id="tables-tokens-text"
// ### Next tokens and states
//
// Table 6 has three trials a design. Table 4 asks GPT-4V for a machine of two to nine states: transitions fail long before
// declarations do.

// %% id="tables-tokens"
const nextTokens = recomputeNextTokens();
await display(table(nextTokens, {
  caption: "Table 6: right next tokens, in per cent",
  columns: [
    "series",
    "trials",
    { key: "image", label: "with image" },
    { key: "text", label: "text alone" },
    { key: "z", label: "difference in standard errors" },
  ],
}));
await claim("06.published-next-token", nextTokens.flatMap(({ image, text }) => [image, text]));
await claim("06.significant-next-token", Math.min(...nextTokens.map(({ z }) => z)));
const trends = machineTrends();
await display(
  md`In Table 4 the rank correlation with the number of states is ${trends.transitions} for transitions, ${trends.outputs} for outputs and
  ${trends.declarations} for declarations, which never fail.`,
);

// %% [markdown] id="tables-short"
// **In short.** The gain of the GPT-4 series is there, and largest where there is most structure; the sign test alone would not
// show it. For the LLaMA series and for next tokens the tables show no effect beyond chance.

// %% [markdown] id="ablate"
// ## Ablate it yourself
//
// How fast does a machine become certain when its transitions are told? Take a machine of $n$ states with $b$ input bits, and tell some share
// of its transitions. Everything is exact. Change the lists and run the cell again: the bits that are left should fall in proportion to
// what is told, and grow with the number of states. The points run on all cores, and what has been run is kept.

// %% id="ablation" tags=["ablation"]
const ablation = await sweep({
  name: "bits that a partial description leaves",
  module: experimentsOf<typeof import("offprint/papers/chipgptv/experiments.ts")>(
    "offprint/papers/chipgptv/experiments.ts",
  ),
  run: "openBits",
  // Add 12 to the first list: twice the states leave more than twice the bits.
  over: { states: [2, 4, 6, 9], inputBits: [1, 2], told: [0, 0.25, 0.5, 0.75, 1] },
});
await display(ablation);

// %% id="ablation-figure" tags=["drawing"]
const ablationOneBit = ablation.rows.filter(({ inputBits }) => inputBits === 1);
await display(plot({
  title: "Every transition that is told takes log₂ n bits",
  alt:
    "Falling straight lines, one for each number of states, from all bits at nothing told to zero at everything told.",
  caption: "Machines with one input bit; one line for each number of states.",
  height: 300,
  x: { label: "share of transitions told", tickFormat: "%" },
  y: { label: "bits open", grid: true },
  color: { legend: true, type: "ordinal", label: "states" },
  data: ablationOneBit,
  marks: [
    Plot.lineY(ablationOneBit, { x: "told", y: "bits open", stroke: "states", marker: true }),
  ],
}));

// %% [markdown] id="limits"
// ## What this rerun does not show
//
// * **Nobody looks at a picture.** There is no vision model offline. What is measured about models here is what a small decoder does with a
//   graph *as text*. "Vision helps" is not among the things that this notebook may say.
// * **Ambiguity is a property of a description, not of a model.** A model that guesses well needs fewer bits than it is told;
//   names alone give much away.
// * **The paper's numbers are for GPT-4V, GPT-4, LLaVA and LLaMA.** They are shown beside what was recomputed from the paper's own tables and are not
//   marked reproduced.
// * **Unknown to us**: temperatures, the sizes of LLaVA and LLaMA, raw answers, how the syntax rate is defined, and the prompts of
//   the arm with the image alone.

// %% id="headline" tags=["check"]
await claim("06.headline-gpt", null);
await claim("06.headline-llama", null);
await claim("06.headline-next-token", null);

// %% [markdown] id="own-model"
// ## With a model of your own
//
// The paper's main experiments need a model that sees pictures, behind an OpenAI-compatible server. One command asks it, keeps every answer,
// and goes on where it stopped:
//
// ```sh
// deno task diagrams --estimate --arms V+T,T,V
// deno task diagrams --endpoint http://127.0.0.1:8080/v1 --model NAME --arms V+T,T,V,V-blank+T --out real.json
// deno task diagrams --endpoint … --arms V+T,V-blank+T --anonymous --out hidden.json
// deno task run 06 --set answers=real.json
// ```
//
// Without such a file the experiments below print "not run: no endpoint" and no numbers.

// %% id="real"
const real = answers === ""
  ? undefined
  : parseHarnessResults(await Deno.readTextFile(answers), answers).answers;
const noEndpoint = { needs: "a vision model behind a server: no endpoint" };
const has = (way: Partial<Way>) => real !== undefined && answersOf(real, way).length > 0;
const full: Way = { arm: "V+T", level: "medium", task: "full", anonymous: false };
/** One way of asking against another, where both were asked for more than one unit. */
const against = (first: Way, second: Way) =>
  has(first) && has(second) ? compareWays(real!, first, second).bootstrap : noEndpoint;
const experiments = [
  {
    id: "06.real-over-text",
    experiment: "image and text less text",
    value: against(full, { ...full, arm: "T" }),
  },
  {
    id: "06.real-over-image",
    experiment: "image and text less image",
    value: against(full, { ...full, arm: "V" }),
  },
  {
    id: "06.real-over-blank",
    experiment: "right image less blank image, names replaced",
    value: against({ ...full, anonymous: true }, { ...full, arm: "V-blank+T", anonymous: true }),
  },
  {
    id: "06.real-next-token",
    experiment: "next tokens with image less text",
    value: against({ ...full, task: "next token" }, { ...full, arm: "T", task: "next token" }),
  },
];
const levelMeans = PROMPT_LEVELS.map((level) => ({ ...full, level }));
const levels = levelMeans.every(has)
  ? levelMeans.map((way) => metricsOf(real!, way).passAt1!.mean)
  : noEndpoint;
await display(table(
  [
    ...experiments.map(({ experiment, value }) => ({
      experiment,
      result: "needs" in value ? "not run: no endpoint" : `${value.mean} [${ends(value)}]`,
    })),
    {
      experiment: "simple, medium and complex prompts",
      result: "needs" in levels ? "not run: no endpoint" : levels.map(formatNumber).join(", "),
    },
  ],
  { caption: "Experiments with a real model" },
));

// %% id="real-claims" tags=["check"]
for (const { id, value } of experiments) await claim(id, value);
await claim("06.real-levels", levels);

// %% [markdown] id="exercises"
// ## Exercises
//
// Each has a check that says what is wrong without giving the answer away.
//
// **1. Bits of a wiring.** (10 minutes, 2 points.) A design has sinks of several widths. `sinks[w]` sinks of width `w` are not told, and each may be
// connected to any of the `drivers[w]` drivers of that width. How many bits are open?

// %% id="exercise-1" tags=["exercise","solution"] nbgrader={"grade":false,"grade_id":"exercise-1","locked":false,"schema_version":3,"solution":true,"task":false}
function openBits(sinks: Record<number, number>, drivers: Record<number, number>): number {
  // BEGIN SOLUTION
  return Object.entries(sinks).reduce(
    (sum, [width, count]) => sum + count * Math.log2(drivers[Number(width)] ?? 0),
    0,
  );
  // END SOLUTION
}

// %% id="exercise-1-check" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-1-check","locked":true,"points":0,"schema_version":3,"solution":false,"task":false}
await display(check("exercise 1", {
  got: [openBits({ 8: 5, 16: 2, 1: 6 }, { 8: 4, 16: 2, 1: 2 }), openBits({ 4: 3 }, { 4: 1 })],
  // The first is the chain of this notebook's beginning.
  expected: [bitsOfWiring([5, 2, 6], [4, 2, 2]), 0],
  hint: "Choices multiply, so their logarithms add.",
}));

// %% id="exercise-1-hidden" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-1-hidden","locked":true,"points":2,"schema_version":3,"solution":false,"task":false}
// BEGIN HIDDEN TESTS
import { hiddenTest } from "offprint/notebook/mod.ts";
import { stream } from "offprint/random.ts";
const gradedDraw = stream(seed, "graded wiring");
const gradedCounts = (most: number) =>
  [1, 2, 3].map(() => 1 + Math.floor(most * gradedDraw.uniform()));
const gradedSinks = gradedCounts(9);
const gradedDrivers = gradedCounts(6);
const byWidth = (counts: readonly number[]) =>
  Object.fromEntries(counts.map((count, k) => [2 ** k, count]));
await hiddenTest("a drawn wiring of three widths", {
  got: openBits(byWidth(gradedSinks), byWidth(gradedDrivers)),
  expected: bitsOfWiring(gradedSinks, gradedDrivers),
  points: 2,
});
await hiddenTest("nothing is open", { got: openBits({}, { 8: 4 }), expected: 0 });
// END HIDDEN TESTS

// %% [markdown] id="exercise-2-text"
// **2. When is the output 1?** (15 minutes, 3 points.) Walk a Moore machine from its reset state and give the numbers of the bits (from 1) after
// which its output is 1. `statesVisited(fsm, bits)` lists the state after each bit, and `fsm.moore[state]` is the text of a state's outputs,
// `out=1` or `out=0`.

// %% id="exercise-2" tags=["exercise","solution"] nbgrader={"grade":false,"grade_id":"exercise-2","locked":false,"schema_version":3,"solution":true,"task":false}
function detectedAfter(fsm: Fsm, bits: string): number[] {
  // BEGIN SOLUTION
  return statesVisited(fsm, bits).flatMap((state, at) =>
    fsm.moore[state] === "out=1" ? [at + 1] : []
  );
  // END SOLUTION
}

// %% id="exercise-2-check" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-2-check","locked":true,"points":0,"schema_version":3,"solution":false,"task":false}
const drawnDetector = detectorUnit.fsm!;
await display(check("exercise 2", {
  got: [detectedAfter(drawnDetector, "1001110011"), detectedAfter(drawnDetector, "100100")],
  expected: [[5, 10], []],
  hint: "The first state of the list is the one after bit 1.",
}));

// %% id="exercise-2-hidden" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-2-hidden","locked":true,"points":3,"schema_version":3,"solution":false,"task":false}
// BEGIN HIDDEN TESTS
const gradedBits = stream(seed, "graded bits");
const manyBits = Array.from({ length: 400 }, () => gradedBits.uniform() < 0.5 ? "0" : "1").join("");
await hiddenTest("four hundred drawn bits", {
  got: detectedAfter(drawnDetector, manyBits),
  // By what the machine is for: the last five bits are 10011.
  expected: [...manyBits].flatMap((_, at) =>
    manyBits.slice(0, at + 1).endsWith("10011") ? [at + 1] : []
  ),
  points: 2,
});
const oddOnes: Fsm = {
  states: ["even", "odd"],
  reset: "even",
  inputs: ["in"],
  moore: { even: "out=0", odd: "out=1" },
  next: ["even", "odd"].flatMap((from) => [
    { from, guard: "in=0", to: from },
    { from, guard: "in=1", to: from === "odd" ? "even" : "odd" },
  ]),
};
await hiddenTest("another machine", {
  got: detectedAfter(oddOnes, "0110100"),
  expected: [2, 5, 6, 7].filter((at) =>
    [..."0110100"].slice(0, at).filter((bit) => bit === "1").length % 2 === 1
  ),
});
// END HIDDEN TESTS

// %% [markdown] id="exercise-3-text"
// **3. Read what a simulator says.** (20 minutes, 4 points.) The released grader counts a run as right when its output holds `pass`, which is also in "not
// passed" and "bypass". Write one that goes by a count. A run is right when one of its lines is `TB_RESULT passed=N total=N` with the same
// number twice and that number is not 0, and no line begins, after blanks, with the word `ERROR` or `FATAL`.

// %% id="exercise-3" tags=["exercise","solution"] nbgrader={"grade":false,"grade_id":"exercise-3","locked":false,"schema_version":3,"solution":true,"task":false}
function isRight(output: string): boolean {
  // BEGIN SOLUTION
  if (output.split("\n").some((line) => /^\s*(ERROR|FATAL)\b/.test(line))) return false;
  const [, passed, total] = /^TB_RESULT passed=(\d+) total=(\d+)$/m.exec(output) ?? [];
  return passed !== undefined && passed === total && Number(total) > 0;
  // END SOLUTION
}

// %% id="exercise-3-check" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-3-check","locked":true,"points":0,"schema_version":3,"solution":false,"task":false}
const simulatorOutputs = [
  "TB_RESULT passed=23 total=23",
  "===Error=== not passed",
  "All tests passed. The bypass works.",
  "ERROR: bench.v:3: wrong\nTB_RESULT passed=23 total=23",
  "TB_RESULT passed=22 total=23",
  "TB_RESULT passed=0 total=0",
];
await display(check("exercise 3", {
  got: simulatorOutputs.map(isRight),
  expected: simulatorOutputs.map((output) => readPrinted({ ended: "exit", output }).passes),
  hint:
    "Three things: an error at the start of a line, the counts, and that there was something to count.",
}));

// %% id="exercise-3-hidden" tags=["check"] nbgrader={"grade":true,"grade_id":"exercise-3-hidden","locked":true,"points":4,"schema_version":3,"solution":false,"task":false}
// BEGIN HIDDEN TESTS
const gradedOutputs = [
  "VCD info: dumpfile wave.vcd opened\nTB_RESULT passed=8 total=8\n",
  "TB_RESULT passed=8 total=8\n  FATAL: bench.v:9: stopped\n",
  "no ERROR was found\nTB_RESULT passed=10 total=10\nbye\n",
  "the line TB_RESULT passed=8 total=8 is what is expected\n",
  "TB_RESULT passed=1 total=10\n",
  "ERRORS: 0\nTB_RESULT passed=3 total=3\n",
];
await hiddenTest("a line among others", {
  got: isRight(gradedOutputs[0]!),
  expected: readPrinted({ ended: "exit", output: gradedOutputs[0]! }).passes,
});
await hiddenTest("five outputs that look like another thing", {
  got: gradedOutputs.slice(1).map(isRight),
  expected: gradedOutputs.slice(1).map((output) => readPrinted({ ended: "exit", output }).passes),
  points: 2,
});
// END HIDDEN TESTS

// %% [markdown] id="exercise-4-text"
// **4. Information or form?** An arm with a picture and words is better than one with words. Which third arm tells whether the
// picture's information or its form made the difference, and what would each outcome look like in the table of the model study?
// (Open; no check.)

// %% [markdown] id="claims"
// ## Claims
//
// All claims of this notebook, with what this run measured and the verdict. The rules were written down before the run; they
// stand below the table. `deno task run 06 --json` prints the same for machines, and `out/site/` has it beside the other papers.

// %% id="claims-table" tags=["check"]
await claimsTable("06-chipgptv");
