/**
 * Families that store and shift.
 *
 * @module
 */
import { type Blueprint, clocked, clockedHeader, mask, numberModel } from "./blueprint.ts";
import { range, type Workshop } from "./random_choices.ts";

/** Serial in, parallel out. */
export function shiftRegister(shop: Workshop): Blueprint {
  const width = shop.between(3, 12);
  const clocking = shop.clocking();
  const [d, en, q] = shop.names("data", "enable", "out");
  const top = shop.module(["shift_reg", "shifter", "sipo", "serial_in"]);
  const left = shop.chance();
  const value = left ? `{${q}[${width - 2}:0], ${d}}` : `{${d}, ${q}[${width - 1}:1]}`;
  const text = `${clockedHeader(top, clocking)}input wire ${d}, input wire ${en}, ` +
    `output reg ${range(width)}${q}); ` +
    shop.process(clocking, `${q} <= 0;`, `if (${en}) ${q} <= ${value};`) + " endmodule";
  let state = 0;
  return clocked(
    { top, text, clocking },
    {
      inputs: { [d]: 1, [en]: 1 },
      outputs: { [q]: width },
      parameters: { width, left: Number(left) },
    },
    {
      outputs: () => ({ [q]: state }),
      clock: (inputs) => {
        if (inputs[en] === 0) return;
        state = left
          ? ((state << 1) | inputs[d]!) & mask(width)
          : (state >> 1) | (inputs[d]! << (width - 1));
      },
      reset: () => state = 0,
    },
  );
}

/** Register with load and enable. */
export function loadRegister(shop: Workshop): Blueprint {
  const width = shop.between(2, 12);
  const clocking = shop.clocking();
  const [d, load, q] = shop.names("data", "load", "out");
  const top = shop.module(["register", "reg_en", "holder", "latch_word"]);
  const start = shop.between(0, mask(width));
  const text = `${clockedHeader(top, clocking)}input wire ${load}, ` +
    `input wire ${range(width)}${d}, output reg ${range(width)}${q}); ` +
    shop.process(clocking, `${q} <= ${shop.literal(start, width)};`, `if (${load}) ${q} <= ${d};`) +
    " endmodule";
  let state = start;
  return clocked(
    { top, text, clocking },
    { inputs: { [load]: 1, [d]: width }, outputs: { [q]: width }, parameters: { width, start } },
    {
      outputs: () => ({ [q]: state }),
      clock: (inputs) => state = inputs[load] === 1 ? inputs[d]! : state,
      reset: () => state = start,
    },
  );
}

/** Hold, shift left, shift right or load, by a two-bit mode. */
export function universalRegister(shop: Workshop): Blueprint {
  const width = shop.between(3, 8);
  const clocking = shop.clocking();
  const [mode, d, q] = shop.names("select", "data", "out");
  const top = shop.module(["universal", "multi_shift", "uni_reg"]);
  const text = `${clockedHeader(top, clocking)}input wire [1:0] ${mode}, ` +
    `input wire ${range(width)}${d}, output reg ${range(width)}${q}); ` +
    shop.process(
      clocking,
      `${q} <= 0;`,
      `case (${mode}) 2'b01: ${q} <= {${q}[${width - 2}:0], ${d}[0]}; 2'b10: ${q} <= {${d}[${
        width - 1
      }], ${q}[${width - 1}:1]}; ` +
        `2'b11: ${q} <= ${d}; default: ${q} <= ${q}; endcase`,
    ) + " endmodule";
  let state = 0;
  return clocked(
    { top, text, clocking },
    { inputs: { [mode]: 2, [d]: width }, outputs: { [q]: width }, parameters: { width } },
    {
      outputs: () => ({ [q]: state }),
      clock: (inputs) => {
        const data = inputs[d]!;
        state = [
          state,
          ((state << 1) | (data & 1)) & mask(width),
          (state >> 1) | (data & (1 << (width - 1))),
          data,
        ][inputs[mode]!]!;
      },
      reset: () => state = 0,
    },
  );
}

/** Linear feedback shift register with random taps. */
export function lfsr(shop: Workshop): Blueprint {
  const width = shop.between(4, 12);
  const clocking = shop.clocking();
  const q = shop.name("out");
  const top = shop.module(["lfsr", "prbs", "random_bits"]);
  const tap = shop.between(0, width - 2);
  const text = `${clockedHeader(top, clocking)}output reg ${range(width)}${q}); ` +
    shop.process(
      clocking,
      `${q} <= ${shop.literal(1, width)};`,
      `${q} <= {${q}[${width - 2}:0], ${q}[${width - 1}] ^ ${q}[${tap}]};`,
    ) +
    " endmodule";
  let state = 1;
  return clocked(
    { top, text, clocking },
    { inputs: {}, outputs: { [q]: width }, parameters: { width, tap } },
    {
      outputs: () => ({ [q]: state }),
      clock: () =>
        state = ((state << 1) & mask(width)) | (((state >> (width - 1)) ^ (state >> tap)) & 1),
      reset: () => state = 1,
    },
  );
}

/** Pulses at a rising, falling or any edge of a signal. */
export function edgeDetector(shop: Workshop): Blueprint {
  const clocking = shop.clocking();
  const [d, pulse, last] = shop.names("data", "out2", "temp");
  const kind = shop.pick(["rising", "falling", "any"] as const);
  const top = shop.module(["edge_detect", "edge_finder", "pulse_on_edge"]);
  const value =
    { rising: `${d} & ~${last}`, falling: `~${d} & ${last}`, any: `${d} ^ ${last}` }[kind];
  const text = `${clockedHeader(top, clocking)}input wire ${d}, output reg ${pulse}); ` +
    `reg ${last}; ` +
    shop.process(
      clocking,
      `${last} <= 1'b0; ${pulse} <= 1'b0;`,
      `${last} <= ${d}; ${pulse} <= ${value};`,
    ) +
    " endmodule";
  let before = 0;
  let out = 0;
  return clocked(
    { top, text, clocking },
    {
      inputs: { [d]: 1 },
      outputs: { [pulse]: 1 },
      parameters: { kind: ["rising", "falling", "any"].indexOf(kind) },
    },
    {
      outputs: () => ({ [pulse]: out }),
      clock: (inputs) => {
        const now = inputs[d]!;
        out = { rising: now & (1 - before), falling: (1 - now) & before, any: now ^ before }[kind];
        before = now;
      },
      reset: () => {
        before = 0;
        out = 0;
      },
    },
  );
}

/** Adds its input to what it holds. */
export function accumulator(shop: Workshop): Blueprint {
  const width = shop.between(3, 6);
  const total = width + shop.between(1, 4);
  const clocking = shop.clocking();
  const [d, en, q] = shop.names("data", "enable", "out");
  const top = shop.module(["accumulator", "accu", "running_sum"]);
  const text = `${clockedHeader(top, clocking)}input wire ${en}, ` +
    `input wire ${range(width)}${d}, output reg ${range(total)}${q}); ` +
    shop.process(clocking, `${q} <= 0;`, `if (${en}) ${q} <= ${q} + ${d};`) + " endmodule";
  return clocked(
    { top, text, clocking },
    { inputs: { [en]: 1, [d]: width }, outputs: { [q]: total }, parameters: { width, total } },
    numberModel(
      (state) => ({ [q]: state }),
      (state, inputs) => inputs[en] === 1 ? (state + inputs[d]!) & mask(total) : state,
    ),
  );
}
