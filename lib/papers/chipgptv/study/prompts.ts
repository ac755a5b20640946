/**
 * A design as the study's arms describe it, and the answer that is right.
 *
 * @module
 */
import { type Random, stream } from "offprint/random.ts";
import { drawMachine, MACHINE_SIZES, machineCeiling, type MachineDesign } from "./machines.ts";
import {
  byText,
  canonicalFsm,
  canonicalGraph,
  type Fsm,
  type Graph,
  PORT_NODE,
} from "offprint/verilog/diagrams/mod.ts";
import {
  drawWiring,
  type Driver,
  driversOf,
  rewired,
  type Sink,
  sinksOf,
  WIRING_SIZES,
  wiringCeiling,
  type WiringDesign,
} from "./wirings.ts";
import { ANONYMOUS_MODULE, LINE, PURPOSES, STUDY_END, studyTokens, WIRE } from "./words.ts";

/** A generated design. */
export type StudyDesign = MachineDesign | WiringDesign;

/** What an arm's prompt holds beside the header. */
export interface StudyArm {
  name: string;
  /** The sentence that says what the design is for. */
  purpose: boolean;
  /** Every transition or wire, as sentences or as lines of the canonical graph. */
  facts: "none" | "sentences" | "graph";
  /** The module is called m0. */
  anonymous: boolean;
  /** The graph is that of {@linkcode anotherDesign}; no training has such a prompt. */
  wrong?: boolean;
}

/** The arms, by name. */
export const STUDY_ARMS = {
  "T-vague": { name: "T-vague", purpose: true, facts: "none", anonymous: false },
  "T-complete": { name: "T-complete", purpose: true, facts: "sentences", anonymous: false },
  "G": { name: "G", purpose: false, facts: "graph", anonymous: false },
  "T-vague+G": { name: "T-vague+G", purpose: true, facts: "graph", anonymous: false },
  "T-vague+G-wrong": {
    name: "T-vague+G-wrong",
    purpose: true,
    facts: "graph",
    anonymous: false,
    wrong: true,
  },
  "anon T-vague": { name: "anon T-vague", purpose: true, facts: "none", anonymous: true },
  "anon T-vague+G": { name: "anon T-vague+G", purpose: true, facts: "graph", anonymous: true },
} as const satisfies Record<string, StudyArm>;

/** The name of an arm. */
export type StudyArmName = keyof typeof STUDY_ARMS;

/** The names of all arms. */
export const STUDY_ARM_NAMES = Object.keys(STUDY_ARMS) as StudyArmName[];

/** The names of the arms that a training has: all whose graph is right. */
export const TRAINED_ARM_NAMES: readonly StudyArmName[] = STUDY_ARM_NAMES.filter((name) =>
  !("wrong" in STUDY_ARMS[name])
);

/** Draws a design of a size: states of a machine, blocks of a wiring. */
export function drawDesign(random: Random, kind: StudyDesign["kind"], size: number): StudyDesign {
  return kind === "machine" ? drawMachine(random, size) : drawWiring(random, size);
}

/**
 * Draws a kind and a size, each as likely as the others, and a design.
 *
 * @param growth how far sizes go: 0 for the two smallest, 1 for all.
 */
export function drawAnyDesign(random: Random, growth = 1): StudyDesign {
  const kind = random.integer(2) === 0 ? "machine" : "wiring";
  const { least, most } = kind === "machine" ? MACHINE_SIZES : WIRING_SIZES;
  const sizes = 2 + Math.floor(growth * (most - least - 1));
  return drawDesign(random, kind, least + random.integer(sizes));
}

/**
 * Probability of the most likely design given what an arm's prompt says: 1 where every transition or wire is stated.
 * No answer that is made from the prompt alone is right more often.
 */
export function ceilingOf(design: StudyDesign, arm: StudyArm): number {
  if (arm.wrong) return vagueCeiling(design, arm);
  return arm.facts === "none" ? vagueCeiling(design, arm) : 1;
}

function vagueCeiling(design: StudyDesign, arm: StudyArm): number {
  return design.kind === "machine"
    ? machineCeiling(design, !arm.anonymous)
    : wiringCeiling(design, !arm.anonymous);
}

/** A design whose name says nothing; names of states, ports and blocks are numbers and letters as they are. */
export function anonymised(design: StudyDesign): StudyDesign {
  return { ...design, module: ANONYMOUS_MODULE };
}

/**
 * Another design with the same states, or with the same ports and blocks: what the wrong graph shows. The other machine's
 * family is drawn anew; all sinks of the other wiring choose their drivers again.
 */
export function anotherDesign(design: StudyDesign): StudyDesign {
  const random = stream(0, "another design", JSON.stringify(design));
  for (;;) {
    const other = design.kind === "machine"
      ? drawMachine(random, design.states.length)
      : rewired(random, design);
    if (behaviourOf(other) !== behaviourOf(design)) return other;
  }
}

/** What a design does, as a text: its names play no part. */
function behaviourOf(design: StudyDesign): string {
  return JSON.stringify(
    design.kind === "machine" ? [design.next, design.outputs] : design.chosen,
  );
}

/** A prompt and its answer as tokens. */
export interface StudyExample {
  design: StudyDesign;
  prompt: number[];
  answer: number[];
}

/** What a model is asked about a design in an arm, and what it should say. */
export function studyExample(design: StudyDesign, arm: StudyArm): StudyExample {
  const shown = arm.anonymous ? anonymised(design) : design;
  const words = [
    ...(shown.kind === "machine" ? machineHeader(shown) : wiringHeader(shown)),
    ...(arm.purpose ? [PURPOSES[shown.family]] : []),
    ...(arm.facts === "graph" ? graphLines(arm.wrong ? anotherDesign(design) : shown).flat() : []),
    ...(arm.facts === "sentences" ? toldLines(shown).flat() : []),
    shown.kind === "machine" ? "\nVerilog:\nlocalparam " : "\nVerilog:\nassign u0_x = ",
  ];
  const answer = shown.kind === "machine" ? machineAnswer(shown) : wiringAnswer(shown);
  return {
    design: shown,
    prompt: studyTokens(words),
    answer: [...studyTokens(answer), STUDY_END],
  };
}

function machineHeader({ module, states }: MachineDesign): string[] {
  return ["module ", module, ", states ", ...states, "."];
}

function wiringHeader({ module, inputs, outputs, blocks }: WiringDesign): string[] {
  const ports = (word: string, of: WiringDesign["inputs"]) =>
    [8, 16].flatMap((width) => {
      const names = of.filter((port) => port.width === width).map(({ name }) => name);
      return [`, ${word} [${width}] `, ...names];
    });
  return [
    "module ",
    module,
    ...ports("inputs", inputs),
    ...ports("outputs", outputs),
    ", blocks ",
    ...blocks.flatMap(({ type, name }) => [type, name]),
    ".",
  ];
}

/**
 * The canonical graph: the lines of `printFsm` and `printGraph` that are outputs, arrows or wires, each behind a line
 * break.
 */
export function graphLines(design: StudyDesign): string[][] {
  const outputs = design.kind === "machine"
    ? design.outputs.map((bit, i) => [LINE.moore(design.states[i]!, bit)])
    : [];
  const lines = design.kind === "machine"
    ? design.next.flatMap(([zero, one], from) => {
      const arrow = (guard: string, to: number) => [
        LINE.arrow(design.states[from]!, guard),
        design.states[to]!,
      ];
      return zero === one ? [arrow("*", zero)] : [arrow("in=0", zero), arrow("in=1", one)];
    })
    : wires(design).map(({ driver, sink }) => [
      WIRE.from(driver.kind === "port" ? `$port.${driver.name}` : `${driver.name}.q`),
      WIRE.to(
        sink.pin === undefined ? `$port.${sink.name}` : `${sink.name}.${sink.pin}`,
        sink.width,
      ),
    ]);
  return [...outputs, ...lines.sort((a, b) => byText(a.join(""), b.join("")))];
}

/** A wire with its names in Verilog, where a block's pin is the wire `u0_x` or `u0_q`. */
interface NamedWire {
  driver: Driver;
  sink: Sink;
  /** `a` or `u1_q`. */
  from: string;
  /** `u0_x` or `y`. */
  to: string;
}

/** The wires of a wiring, by sink. */
export function wires(design: WiringDesign): NamedWire[] {
  const drivers = driversOf(design);
  return sinksOf(design).map((sink, i) => {
    const driver = drivers[design.chosen[i]!]!;
    return {
      driver,
      sink,
      from: driver.kind === "port" ? driver.name : `${driver.name}_q`,
      to: sink.pin === undefined ? sink.name : `${sink.name}_${sink.pin}`,
    };
  });
}

/** Every output, transition or wire as a sentence, by state or by sink, each behind a line break. */
export function toldLines(design: StudyDesign): string[][] {
  if (design.kind === "wiring") return wires(design).map(({ from, to }) => [LINE.driven(to), from]);
  const { next, outputs, states } = design;
  return next.flatMap((targets, from) => [
    [LINE.toldOutput(states[from]!, outputs[from]!)],
    ...targets.map((to, bit) => [LINE.told(states[from]!, bit), states[to]!]),
  ]);
}

/** Behind `localparam`: the states, then lines of case statements for the output of each state and for each transition. */
function machineAnswer({ states, next, outputs }: MachineDesign): string[] {
  return [
    ...states,
    ...outputs.map((bit, i) => LINE.output(states[i]!, bit)),
    ...next.flatMap((targets, from) =>
      targets.flatMap((to, bit) => [LINE.next(states[from]!, bit), states[to]!])
    ),
    ";",
  ];
}

/** Behind the first `assign`: the drivers of all sinks. */
function wiringAnswer(design: WiringDesign): string[] {
  const [first, ...others] = wires(design);
  return [first!.from, ...others.flatMap(({ from, to }) => [LINE.assign(to), from]), ";"];
}

/** A generated machine in the form of extracted ones. */
export function fsmOfMachine({ states, next, outputs }: MachineDesign): Fsm {
  return canonicalFsm({
    states: [...states],
    reset: states[0]!,
    inputs: ["in"],
    moore: Object.fromEntries(states.map((state, i) => [state, `out=${outputs[i]}`])),
    next: next.flatMap((targets, from) =>
      targets.map((to, bit) => ({ from: states[from]!, guard: `in=${bit}`, to: states[to]! }))
    ),
  });
}

/** A generated wiring in the form of extracted ones. */
export function graphOfWiring(design: WiringDesign): Graph {
  const port = (dir: "input" | "output") => ({ name, width }: { name: string; width: number }) => ({
    name,
    dir,
    width,
  });
  return canonicalGraph({
    top: design.module,
    ports: [...design.inputs.map(port("input")), ...design.outputs.map(port("output"))],
    nodes: design.blocks.map(({ name, type }) => ({ id: name, type })),
    edges: wires(design).map(({ driver, sink }) => ({
      from: driver.kind === "port" ? [PORT_NODE, driver.name] : [driver.name, "q"],
      to: sink.pin === undefined ? [PORT_NODE, sink.name] : [sink.name, sink.pin],
      width: sink.width,
    })),
  });
}
