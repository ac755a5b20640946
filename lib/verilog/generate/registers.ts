/**
 * Families that store and shift.
 *
 * @module
 */
import { type Blueprint, mask } from "./blueprint.ts";
import { range, type Workshop } from "./workshop.ts";

/** Serial in, parallel out. */
export function shiftRegister(shop: Workshop): Blueprint {
  const width = shop.between(3, 12);
  const clocking = shop.clocking();
  const [d, en, q] = [shop.name("data"), shop.name("enable"), shop.name("out")];
  const top = shop.module(["shift_reg", "shifter", "sipo", "serial_in"]);
  const left = shop.chance();
  const value = left ? `{${q}[${width - 2}:0], ${d}}` : `{${d}, ${q}[${width - 1}:1]}`;
  const text =
    `module ${top} (input wire ${clocking.clock}, input wire ${clocking.reset}, input wire ${d}, input wire ${en}, ` +
    `output reg ${range(width)}${q}); ` +
    shop.process(clocking, `${q} <= 0;`, `if (${en}) ${q} <= ${value};`) + " endmodule";
  let state = 0;
  return {
    top,
    text,
    inputs: { [d]: 1, [en]: 1 },
    outputs: { [q]: width },
    clocking,
    parameters: { width, left: Number(left) },
    model: {
      outputs: () => ({ [q]: state }),
      clock: (inputs) => {
        if (inputs[en] === 0) return;
        state = left
          ? ((state << 1) | inputs[d]!) & mask(width)
          : (state >> 1) | (inputs[d]! << (width - 1));
      },
      reset: () => state = 0,
    },
  };
}

/** Register with load and enable. */
export function loadRegister(shop: Workshop): Blueprint {
  const width = shop.between(2, 12);
  const clocking = shop.clocking();
  const [d, load, q] = [shop.name("data"), shop.name("load"), shop.name("out")];
  const top = shop.module(["register", "reg_en", "holder", "latch_word"]);
  const start = shop.between(0, mask(width));
  const text =
    `module ${top} (input wire ${clocking.clock}, input wire ${clocking.reset}, input wire ${load}, ` +
    `input wire ${range(width)}${d}, output reg ${range(width)}${q}); ` +
    shop.process(clocking, `${q} <= ${shop.literal(start, width)};`, `if (${load}) ${q} <= ${d};`) +
    " endmodule";
  let state = start;
  return {
    top,
    text,
    inputs: { [load]: 1, [d]: width },
    outputs: { [q]: width },
    clocking,
    parameters: { width, start },
    model: {
      outputs: () => ({ [q]: state }),
      clock: (inputs) => state = inputs[load] === 1 ? inputs[d]! : state,
      reset: () => state = start,
    },
  };
}

/** Hold, shift left, shift right or load, by a two-bit mode. */
export function universalRegister(shop: Workshop): Blueprint {
  const width = shop.between(3, 8);
  const clocking = shop.clocking();
  const [mode, d, q] = [shop.name("select"), shop.name("data"), shop.name("out")];
  const top = shop.module(["universal", "multi_shift", "uni_reg"]);
  const text =
    `module ${top} (input wire ${clocking.clock}, input wire ${clocking.reset}, input wire [1:0] ${mode}, ` +
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
  return {
    top,
    text,
    inputs: { [mode]: 2, [d]: width },
    outputs: { [q]: width },
    clocking,
    parameters: { width },
    model: {
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
  };
}

/** Linear feedback shift register with random taps. */
export function lfsr(shop: Workshop): Blueprint {
  const width = shop.between(4, 12);
  const clocking = shop.clocking();
  const q = shop.name("out");
  const top = shop.module(["lfsr", "prbs", "random_bits"]);
  const tap = shop.between(0, width - 2);
  const text =
    `module ${top} (input wire ${clocking.clock}, input wire ${clocking.reset}, output reg ${
      range(width)
    }${q}); ` +
    shop.process(
      clocking,
      `${q} <= ${shop.literal(1, width)};`,
      `${q} <= {${q}[${width - 2}:0], ${q}[${width - 1}] ^ ${q}[${tap}]};`,
    ) +
    " endmodule";
  let state = 1;
  return {
    top,
    text,
    inputs: {},
    outputs: { [q]: width },
    clocking,
    parameters: { width, tap },
    model: {
      outputs: () => ({ [q]: state }),
      clock: () =>
        state = ((state << 1) & mask(width)) | (((state >> (width - 1)) ^ (state >> tap)) & 1),
      reset: () => state = 1,
    },
  };
}

/** Pulses at a rising, falling or any edge of a signal. */
export function edgeDetector(shop: Workshop): Blueprint {
  const clocking = shop.clocking();
  const [d, pulse, last] = [shop.name("data"), shop.name("out2"), shop.name("temp")];
  const kind = shop.pick(["rising", "falling", "any"] as const);
  const top = shop.module(["edge_detect", "edge_finder", "pulse_on_edge"]);
  const value =
    { rising: `${d} & ~${last}`, falling: `~${d} & ${last}`, any: `${d} ^ ${last}` }[kind];
  const text =
    `module ${top} (input wire ${clocking.clock}, input wire ${clocking.reset}, input wire ${d}, output reg ${pulse}); ` +
    `reg ${last}; ` +
    shop.process(
      clocking,
      `${last} <= 1'b0; ${pulse} <= 1'b0;`,
      `${last} <= ${d}; ${pulse} <= ${value};`,
    ) +
    " endmodule";
  let before = 0;
  let out = 0;
  return {
    top,
    text,
    inputs: { [d]: 1 },
    outputs: { [pulse]: 1 },
    clocking,
    parameters: { kind: ["rising", "falling", "any"].indexOf(kind) },
    model: {
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
  };
}

/** Adds its input to what it holds. */
export function accumulator(shop: Workshop): Blueprint {
  const width = shop.between(3, 6);
  const total = width + shop.between(1, 4);
  const clocking = shop.clocking();
  const [d, en, q] = [shop.name("data"), shop.name("enable"), shop.name("out")];
  const top = shop.module(["accumulator", "accu", "running_sum"]);
  const text =
    `module ${top} (input wire ${clocking.clock}, input wire ${clocking.reset}, input wire ${en}, ` +
    `input wire ${range(width)}${d}, output reg ${range(total)}${q}); ` +
    shop.process(clocking, `${q} <= 0;`, `if (${en}) ${q} <= ${q} + ${d};`) + " endmodule";
  let state = 0;
  return {
    top,
    text,
    inputs: { [en]: 1, [d]: width },
    outputs: { [q]: total },
    clocking,
    parameters: { width, total },
    model: {
      outputs: () => ({ [q]: state }),
      clock: (inputs) => state = inputs[en] === 1 ? (state + inputs[d]!) & mask(total) : state,
      reset: () => state = 0,
    },
  };
}

/** A few words, one written and one read at a time. */
export function registerFile(shop: Workshop): Blueprint {
  const width = shop.between(2, 8);
  const address = shop.between(1, 3);
  const clocking = shop.clocking();
  const [we, addr, d, q, mem, i] = [
    ...[
      shop.name("write"),
      shop.name("select"),
      shop.name("data"),
      shop.name("out"),
      shop.name("memory"),
      shop.name("loop"),
    ],
  ] as [string, string, string, string, string, string];
  const top = shop.module(["reg_file", "regfile", "scratchpad", "small_ram"]);
  const words = 2 ** address;
  const text =
    `module ${top} (input wire ${clocking.clock}, input wire ${clocking.reset}, input wire ${we}, ` +
    `input wire ${range(address)}${addr}, input wire ${range(width)}${d}, output wire ${
      range(width)
    }${q}); ` +
    `reg ${range(width)}${mem} [0:${words - 1}]; integer ${i}; assign ${q} = ${mem}[${addr}]; ` +
    shop.process(
      clocking,
      `for (${i} = 0; ${i} < ${words}; ${i} = ${i} + 1) ${mem}[${i}] <= 0;`,
      `if (${we}) ${mem}[${addr}] <= ${d};`,
    ) +
    " endmodule";
  const state = new Array<number>(words).fill(0);
  return {
    top,
    text,
    inputs: { [we]: 1, [addr]: address, [d]: width },
    outputs: { [q]: width },
    clocking,
    parameters: { width, address },
    model: {
      outputs: (inputs) => ({ [q]: state[inputs[addr]!]! }),
      clock: (inputs) => {
        if (inputs[we] === 1) state[inputs[addr]!] = inputs[d]!;
      },
      reset: () => void state.fill(0),
    },
  };
}

/** First in, first out, with full and empty. */
export function smallFifo(shop: Workshop): Blueprint {
  const width = shop.between(2, 6);
  const address = shop.between(1, 2);
  const words = 2 ** address;
  const clocking = shop.clocking();
  const names = [
    "write",
    "take",
    "data",
    "out",
    "out2",
    "out3",
    "memory",
    "temp",
    "temp2",
    "state",
  ] as const;
  const [we, rd, d, q, full, empty, mem, wp, rp, n] = names.map((role) =>
    shop.name(role)
  ) as string[];
  const top = shop.module(["fifo", "small_fifo", "queue", "buffer_fifo"]);
  const text =
    `module ${top} (input wire ${clocking.clock}, input wire ${clocking.reset}, input wire ${we}, input wire ${rd}, ` +
    `input wire ${range(width)}${d}, output wire ${
      range(width)
    }${q}, output wire ${full}, output wire ${empty}); ` +
    `reg ${range(width)}${mem} [0:${words - 1}]; reg ${
      range(address)
    }${wp}, ${rp}; reg [${address}:0] ${n}; ` +
    `assign ${full} = (${n} == ${words}); assign ${empty} = (${n} == 0); ` +
    `assign ${q} = ${empty} ? ${shop.literal(0, width)} : ${mem}[${rp}]; ` +
    shop.process(
      clocking,
      `${wp} <= 0; ${rp} <= 0; ${n} <= 0;`,
      `if (${we} && !${full}) begin ${mem}[${wp}] <= ${d}; ${wp} <= ${wp} + 1'b1; end ` +
        `if (${rd} && !${empty}) ${rp} <= ${rp} + 1'b1; ` +
        `if ((${we} && !${full}) && !(${rd} && !${empty})) ${n} <= ${n} + 1'b1; ` +
        `else if (!(${we} && !${full}) && (${rd} && !${empty})) ${n} <= ${n} - 1'b1;`,
    ) + " endmodule";
  let held: number[] = [];
  return {
    top,
    text,
    inputs: { [we!]: 1, [rd!]: 1, [d!]: width },
    outputs: { [q!]: width, [full!]: 1, [empty!]: 1 },
    clocking,
    parameters: { width, address },
    model: {
      outputs: () => ({
        [q!]: held[0] ?? 0,
        [full!]: Number(held.length === words),
        [empty!]: Number(held.length === 0),
      }),
      clock: (inputs) => {
        const put = inputs[we!] === 1 && held.length < words;
        const taken = inputs[rd!] === 1 && held.length > 0;
        if (taken) held = held.slice(1);
        if (put) held = [...held, inputs[d!]!];
      },
      reset: () => held = [],
    },
  };
}
