/**
 * Families with addresses: many words behind few ports.
 *
 * @module
 */
import { type Blueprint, clocked, clockedHeader } from "./blueprint.ts";
import { range, type Workshop } from "./random_choices.ts";

/** A few words, one written and one read at a time. */
export function registerFile(shop: Workshop): Blueprint {
  const width = shop.between(2, 8);
  const address = shop.between(1, 3);
  const clocking = shop.clocking();
  const [we, addr, d, q, mem, i] = shop.names(
    "write",
    "select",
    "data",
    "out",
    "memory",
    "loop",
  );
  const top = shop.module(["reg_file", "regfile", "scratchpad", "small_ram"]);
  const words = 2 ** address;
  const text = `${clockedHeader(top, clocking)}input wire ${we}, ` +
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
  return clocked(
    { top, text, clocking },
    {
      inputs: { [we]: 1, [addr]: address, [d]: width },
      outputs: { [q]: width },
      parameters: { width, address },
    },
    {
      outputs: (inputs) => ({ [q]: state[inputs[addr]!]! }),
      clock: (inputs) => {
        if (inputs[we] === 1) state[inputs[addr]!] = inputs[d]!;
      },
      reset: () => void state.fill(0),
    },
  );
}

/** First in, first out, with full and empty. */
export function smallFifo(shop: Workshop): Blueprint {
  const width = shop.between(2, 6);
  const address = shop.between(1, 2);
  const words = 2 ** address;
  const clocking = shop.clocking();
  const [we, rd, d, q, full, empty, mem, wp, rp, n] = shop.names(
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
  );
  const top = shop.module(["fifo", "small_fifo", "queue", "buffer_fifo"]);
  const text = `${clockedHeader(top, clocking)}input wire ${we}, input wire ${rd}, ` +
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
  return clocked(
    { top, text, clocking },
    {
      inputs: { [we]: 1, [rd]: 1, [d]: width },
      outputs: { [q]: width, [full]: 1, [empty]: 1 },
      parameters: { width, address },
    },
    {
      outputs: () => ({
        [q]: held[0] ?? 0,
        [full]: Number(held.length === words),
        [empty]: Number(held.length === 0),
      }),
      clock: (inputs) => {
        // A full queue takes nothing, even while a word leaves it: as in the Verilog above.
        const put = inputs[we] === 1 && held.length < words;
        const taken = inputs[rd] === 1 && held.length > 0;
        if (taken) held = held.slice(1);
        if (put) held = [...held, inputs[d]!];
      },
      reset: () => held = [],
    },
  );
}
