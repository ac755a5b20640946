/**
 * Yosys's registers over words as registers of one bit, all pins active high.
 *
 * @module
 */
import type { YosysCell } from "../tools/miter.ts";
import type { GateBuilder } from "./gate_builder.ts";
import { CONSTANT_NETS, type Net, type Register } from "./gates.ts";
import { numberOf } from "./word_gates.ts";

/** Its registers, lowest bit first; nothing when it is no register or one without a rule. */
export function wordRegisters(
  gates: GateBuilder,
  { type, parameters, connections }: YosysCell,
  net: (bit: number | string | undefined) => Net,
): Omit<Register, "initial">[] | undefined {
  const kind = KINDS[type];
  if (kind === undefined) return undefined;
  const resets = kind.reset === undefined ? "" : String(parameters[kind.reset] ?? "");
  // What a reset to x does is left to Yosys.
  if (/[^01]/.test(resets)) return undefined;
  const nets = (port: string) => (connections[port] ?? []).map(net);
  /** A pin of a bit, turned over where it is active low; one pin may serve all bits. */
  const pin = (port: string, polarity: string, bit: number): Net => {
    const own = nets(port);
    const found = own[own.length === 1 ? 0 : bit]!;
    return numberOf(parameters[polarity]) === 1 ? found : gates.not(found);
  };
  const data = nets("D");
  return nets("Q").map((output, bit): Omit<Register, "initial"> => {
    const register: Omit<Register, "initial"> = {
      kind: kind.kind,
      data: kind.kind === "latch" && data.length === 0 ? CONSTANT_NETS.zero : data[bit]!,
      output,
    };
    if ("CLK" in connections) register.clock = pin("CLK", "CLK_POLARITY", bit);
    if ("EN" in connections) {
      register[kind.kind === "latch" ? "clock" : "enable"] = pin("EN", "EN_POLARITY", bit);
    }
    if ("SET" in connections) register.set = pin("SET", "SET_POLARITY", bit);
    if ("CLR" in connections) register.reset = pin("CLR", "CLR_POLARITY", bit);
    if ("ARST" in connections) {
      const side = resets[resets.length - 1 - bit] === "1" ? "set" : "reset";
      register[side] = pin("ARST", "ARST_POLARITY", bit);
    }
    if ("ALOAD" in connections) {
      register.load = pin("ALOAD", "ALOAD_POLARITY", bit);
      register.loadData = nets("AD")[bit]!;
    }
    return register;
  });
}

/** The cells that `proc` and `memory_map` leave; `reset` is the parameter with the value after a reset. */
const KINDS: Record<string, { kind: Register["kind"]; reset?: string } | undefined> = {
  $dff: { kind: "flipflop" },
  $dffe: { kind: "flipflop" },
  $adff: { kind: "flipflop", reset: "ARST_VALUE" },
  $adffe: { kind: "flipflop", reset: "ARST_VALUE" },
  $aldff: { kind: "flipflop" },
  $dffsr: { kind: "flipflop" },
  $dlatch: { kind: "latch" },
  $adlatch: { kind: "latch", reset: "ARST_VALUE" },
  $dlatchsr: { kind: "latch" },
  $sr: { kind: "latch" },
};
