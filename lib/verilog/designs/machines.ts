/**
 * Families with states, and families of two levels.
 *
 * @module
 */
import { type Blueprint, clocked, clockedHeader, mask } from "./blueprint.ts";
import { range, type Workshop } from "./random_choices.ts";

/** Finds a bit pattern in a stream, overlaps included. */
export function sequenceDetector(shop: Workshop): Blueprint {
  const length = shop.between(2, 3);
  const pattern = shop.between(1, mask(length));
  const clocking = shop.clocking();
  const [d, hit, state] = shop.names("data", "out2", "state");
  const top = shop.module(["seq_detect", "pattern_fsm", "matcher"]);
  // State k: the last k bits are the first k of the pattern.
  const bit = (at: number) => (pattern >> (length - 1 - at)) & 1;
  const step = (from: number, input: number): number => {
    const seen = [...Array.from({ length: from }, (_, at) => bit(at)), input];
    for (let keep = Math.min(seen.length, length); keep > 0; keep--) {
      if (seen.slice(seen.length - keep).every((value, at) => value === bit(at))) return keep;
    }
    return 0;
  };
  const names = Array.from({ length: length + 1 }, (_, at) => `S${at}`);
  const constants = names.map((name, at) => `localparam ${name} = 2'd${at};`).join(" ");
  const items = names.map((name, at) =>
    `${name}: ${state} <= ${d} ? ${names[step(at, 1)]} : ${names[step(at, 0)]};`
  ).join(" ");
  const text = `${clockedHeader(top, clocking)}input wire ${d}, output wire ${hit}); ` +
    `${constants} reg [1:0] ${state}; assign ${hit} = (${state} == ${names[length]}); ` +
    shop.process(
      clocking,
      `${state} <= S0;`,
      `case (${state}) ${items} default: ${state} <= S0; endcase`,
    ) + " endmodule";
  let at = 0;
  return clocked(
    { top, text, clocking },
    { inputs: { [d]: 1 }, outputs: { [hit]: 1 }, parameters: { length, pattern } },
    {
      outputs: () => ({ [hit]: Number(at === length) }),
      clock: (inputs) => at = step(at, inputs[d]!),
      reset: () => at = 0,
    },
  );
}

/** Goes through phases of different length; next state in a process of its own. */
export function phaseMachine(shop: Workshop): Blueprint {
  const clocking = shop.clocking();
  const [go, state, next, out] = shop.names("enable", "state", "next", "out");
  const codes = [0, 1, 2, 3].map(() => shop.between(0, 7));
  const top = shop.module(["phases", "sequencer", "traffic", "cycle_fsm"]);
  const items = codes.map((code, at) =>
    `2'd${at}: begin ${out} = ${shop.literal(code, 3)}; if (${go}) ${next} = 2'd${
      (at + 1) % 4
    }; end`
  ).join(" ");
  const text = `${clockedHeader(top, clocking)}input wire ${go}, output reg [2:0] ${out}); ` +
    `reg [1:0] ${state}; reg [1:0] ${next}; ` +
    `always @(*) begin ${next} = ${state}; ${out} = 3'd0; case (${state}) ${items} endcase end ` +
    shop.process(clocking, `${state} <= 2'd0;`, `${state} <= ${next};`) + " endmodule";
  let at = 0;
  return clocked(
    { top, text, clocking },
    {
      inputs: { [go]: 1 },
      outputs: { [out]: 3 },
      parameters: { codes: codes.reduce((sum, code) => sum * 8 + code, 0) },
    },
    {
      outputs: () => ({ [out]: codes[at]! }),
      clock: (inputs) => at = (at + inputs[go]!) % 4,
      reset: () => at = 0,
    },
  );
}

/** A pulse every n clocks. */
export function pulseGenerator(shop: Workshop): Blueprint {
  const period = shop.between(3, 15);
  const clocking = shop.clocking();
  const [count, pulse, p] = shop.names("temp", "out2", "depth");
  const top = shop.module(["pulse_gen", "strobe", "beat"]);
  const text = `${clockedHeader(top, clocking, { [p]: period })}output reg ${pulse}); ` +
    `reg [3:0] ${count}; ` +
    shop.process(
      clocking,
      `${count} <= 0; ${pulse} <= 1'b0;`,
      `if (${count} == ${p} - 1) begin ${count} <= 0; ${pulse} <= 1'b1; end else begin ${count} <= ${count} + 1'b1; ${pulse} <= 1'b0; end`,
    ) + " endmodule";
  let at = 0;
  let high = 0;
  return clocked(
    { top, text, clocking },
    { inputs: {}, outputs: { [pulse]: 1 }, parameters: { period } },
    {
      outputs: () => ({ [pulse]: high }),
      clock: () => {
        high = Number(at === period - 1);
        at = high === 1 ? 0 : at + 1;
      },
      reset: () => {
        at = 0;
        high = 0;
      },
    },
  );
}

/** A ripple-carry adder from full adders. */
export function rippleAdder(shop: Workshop): Blueprint {
  const width = shop.between(2, 4);
  const [a, b, y, c] = shop.names("left", "right", "out", "temp2");
  const cell = shop.module(["full_adder", "fa", "add_bit"]);
  const top = shop.module(["ripple", "ripple_adder", "chain_adder"]);
  const [p, q, ci, s, co] = shop.pick([["p", "q", "ci", "s", "co"], [
    "x1",
    "x2",
    "x3",
    "sum1",
    "carry1",
  ]]) as string[];
  const cells = Array.from(
    { length: width },
    (_, at) =>
      `${cell} bit_${at} (.${p}(${a}[${at}]), .${q}(${b}[${at}]), .${ci}(${
        at === 0 ? "1'b0" : `${c}[${at - 1}]`
      }), .${s}(${y}[${at}]), .${co}(${c}[${at}]));`,
  ).join(" ");
  const text =
    `module ${cell} (input wire ${p}, input wire ${q}, input wire ${ci}, output wire ${s}, output wire ${co}); ` +
    `assign ${s} = ${p} ^ ${q} ^ ${ci}; assign ${co} = (${p} & ${q}) | (${ci} & (${p} ^ ${q})); endmodule ` +
    `module ${top} (input wire ${range(width)}${a}, input wire ${
      range(width)
    }${b}, output wire [${width}:0] ${y}); ` +
    `wire [${width - 1}:0] ${c}; ${cells} assign ${y}[${width}] = ${c}[${width - 1}]; endmodule`;
  return {
    top,
    text,
    inputs: { [a]: width, [b]: width },
    outputs: { [y]: width + 1 },
    parameters: { width },
    model: { outputs: (inputs) => ({ [y]: inputs[a]! + inputs[b]! }) },
  };
}

/** A counter that drives a decoder, in two levels. */
export function scanner(shop: Workshop): Blueprint {
  const bits = shop.between(2, 3);
  const lines = 2 ** bits;
  const clocking = shop.clocking();
  const [en, y, link] = shop.names("enable", "out", "temp");
  const counter = shop.module(["cnt_part", "index_counter", "pointer"]);
  const expand = shop.module(["dec_part", "expander", "line_select"]);
  const top = shop.module(["scanner", "line_scan", "walker"]);
  const { clock, reset } = clocking;
  const text =
    `${clockedHeader(counter, clocking, { B: 2 })}input wire ${en}, output reg [B-1:0] n); ` +
    shop.process(clocking, "n <= 0;", `if (${en}) n <= n + 1'b1;`) + " endmodule " +
    `module ${expand} (input wire ${range(bits)}n, output wire ${range(lines)}o); assign o = ${
      shop.literal(1, lines)
    } << n; endmodule ` +
    `${clockedHeader(top, clocking)}input wire ${en}, output wire ${range(lines)}${y}); ` +
    `wire ${range(bits)}${link}; ` +
    `${counter} #(.B(${bits})) ${
      shop.name("instance")
    } (.${clock}(${clock}), .${reset}(${reset}), .${en}(${en}), .n(${link})); ` +
    (shop.chance()
      ? `${expand} ${shop.name("instance2")} (.n(${link}), .o(${y}));`
      : `${expand} ${shop.name("instance2")} (${link}, ${y});`) +
    " endmodule";
  let at = 0;
  return clocked(
    { top, text, clocking },
    { inputs: { [en]: 1 }, outputs: { [y]: lines }, parameters: { bits } },
    {
      outputs: () => ({ [y]: 2 ** at }),
      clock: (inputs) => at = (at + inputs[en]!) % lines,
      reset: () => at = 0,
    },
  );
}

/** A function of the source, called twice. */
export function twoCalls(shop: Workshop): Blueprint {
  const width = shop.between(2, 8);
  const [a, b, y] = shop.names("left", "right", "out");
  const fn = shop.pick(["rev_add", "mix", "twice_plus"]);
  const addend = shop.between(1, mask(width));
  const top = shop.module(["mixer", "func_unit", "blend"]);
  const text =
    `module ${top} (input wire ${range(width)}${a}, input wire ${range(width)}${b}, output wire ${
      range(width)
    }${y}); ` +
    `function ${range(width)}${fn}; input ${range(width)}v; begin ${fn} = (v << 1) ^ ${
      shop.literal(addend, width)
    }; end endfunction ` +
    `assign ${y} = ${fn}(${a}) & ~${fn}(${b}); endmodule`;
  const mixed = (value: number) => ((value << 1) ^ addend) & mask(width);
  return {
    top,
    text,
    inputs: { [a]: width, [b]: width },
    outputs: { [y]: width },
    parameters: { width, addend },
    model: { outputs: (inputs) => ({ [y]: mixed(inputs[a]!) & ~mixed(inputs[b]!) & mask(width) }) },
  };
}
