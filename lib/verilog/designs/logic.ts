/**
 * Families without state that choose, count and recode bits.
 *
 * @module
 */
import { type Blueprint, combinational, mask } from "./blueprint.ts";
import { range, type Workshop } from "./random_choices.ts";

/** Choice of two words. */
export function twoWayMux(shop: Workshop): Blueprint {
  const width = shop.between(1, 12);
  const [a, b, s, y] = shop.names("left", "right", "select", "out");
  const top = shop.module(["mux2", "mux", "selector", "pick2"]);
  const ports = `input wire ${range(width)}${a}, input wire ${range(width)}${b}, input wire ${s}`;
  const text = shop.chance()
    ? `module ${top} (${ports}, output wire ${
      range(width)
    }${y}); assign ${y} = ${s} ? ${b} : ${a}; endmodule`
    : `module ${top} (${ports}, output reg ${
      range(width)
    }${y}); always @(*) begin if (${s}) ${y} = ${b}; else ${y} = ${a}; end endmodule`;
  return combinational(
    top,
    text,
    { [a]: width, [b]: width, [s]: 1 },
    { [y]: width },
    { width },
    (inputs) => ({
      [y]: inputs[s] === 1 ? inputs[b]! : inputs[a]!,
    }),
  );
}

/** Choice of four words by `case`. */
export function fourWayMux(shop: Workshop): Blueprint {
  const width = shop.between(1, 8);
  const [s, y, base] = [shop.name("select"), shop.name("out"), shop.pick(["in", "d", "ch"])];
  const words = [0, 1, 2, 3].map((at) => `${base}${at}`);
  const top = shop.module(["mux4", "four_way", "quad_select"]);
  const last = shop.chance() ? "default" : "2'd3";
  const text =
    `module ${top} (${
      words.map((word) => `input wire ${range(width)}${word}`).join(", ")
    }, input wire [1:0] ${s}, ` +
    `output reg ${range(width)}${y}); always @(*) begin case (${s}) 2'd0: ${y} = ${
      words[0]
    }; 2'd1: ${y} = ${words[1]}; ` +
    `2'd2: ${y} = ${words[2]}; ${last}: ${y} = ${words[3]}; endcase end endmodule`;
  const inputs = { ...Object.fromEntries(words.map((word) => [word, width])), [s]: 2 };
  return combinational(
    top,
    text,
    inputs,
    { [y]: width },
    { width },
    (values) => ({ [y]: values[words[values[s]!]!]! }),
  );
}

/** One of 2^n lines, with enable. */
export function decoder(shop: Workshop): Blueprint {
  const address = shop.between(2, 3);
  const lines = 2 ** address;
  const [s, en, y] = shop.names("select", "enable", "out");
  const top = shop.module(["decoder", "dec", "one_hot"]);
  const text = shop.chance()
    ? `module ${top} (input wire ${range(address)}${s}, input wire ${en}, output wire ${
      range(lines)
    }${y}); ` +
      `assign ${y} = ${en} ? (${shop.literal(1, lines)} << ${s}) : ${
        shop.literal(0, lines)
      }; endmodule`
    : `module ${top} (input wire ${range(address)}${s}, input wire ${en}, output reg ${
      range(lines)
    }${y}); ` +
      `always @(*) begin ${y} = 0; if (${en}) ${y}[${s}] = 1'b1; end endmodule`;
  return combinational(
    top,
    text,
    { [s]: address, [en]: 1 },
    { [y]: lines },
    { address },
    (inputs) => ({
      [y]: inputs[en] === 1 ? 2 ** inputs[s]! : 0,
    }),
  );
}

/** Number of the highest line that is 1. */
export function priorityEncoder(shop: Workshop): Blueprint {
  const lines = shop.pick([3, 4, 5, 6, 8]);
  const bits = Math.ceil(Math.log2(lines));
  const [d, y, valid] = shop.names("data", "out", "out2");
  const top = shop.module(["prio_enc", "highest_line", "encoder"]);
  const chain = Array.from({ length: lines }, (_, at) => lines - 1 - at)
    .map((at) => `if (${d}[${at}]) ${y} = ${shop.literal(at, bits)};`).join(" else ");
  const text =
    `module ${top} (input wire ${range(lines)}${d}, output reg ${
      range(bits)
    }${y}, output wire ${valid}); ` +
    `assign ${valid} = |${d}; always @(*) begin ${chain} else ${y} = 0; end endmodule`;
  return combinational(
    top,
    text,
    { [d]: lines },
    { [y]: bits, [valid]: 1 },
    { lines },
    (inputs) => ({
      [y]: inputs[d] === 0 ? 0 : Math.floor(Math.log2(inputs[d]!)),
      [valid]: Number(inputs[d] !== 0),
    }),
  );
}

/** Parity by reduction or by a loop. */
export function parity(shop: Workshop): Blueprint {
  const width = shop.between(3, 12);
  const odd = shop.chance();
  const [d, y, i] = shop.names("data", "out", "loop");
  const top = shop.module(["parity", "parity_gen", "xor_all"]);
  const text = shop.chance()
    ? `module ${top} (input wire ${range(width)}${d}, output wire ${y}); assign ${y} = ${
      odd ? "~^" : "^"
    }${d}; endmodule`
    : `module ${top} (input wire ${
      range(width)
    }${d}, output reg ${y}); integer ${i}; always @(*) begin ${y} = 1'b${Number(odd)}; ` +
      `for (${i} = 0; ${i} < ${width}; ${i} = ${i} + 1) ${y} = ${y} ^ ${d}[${i}]; end endmodule`;
  return combinational(
    top,
    text,
    { [d]: width },
    { [y]: 1 },
    { width, odd: Number(odd) },
    (inputs) => ({
      [y]: (inputs[d]!.toString(2).replaceAll("0", "").length + Number(odd)) & 1,
    }),
  );
}

/** Number of ones, by a loop. */
export function onesCounter(shop: Workshop): Blueprint {
  const width = shop.between(3, 10);
  const bits = Math.floor(Math.log2(width)) + 1;
  const [d, y, i] = shop.names("data", "out", "loop");
  const top = shop.module(["popcount", "ones", "bit_count"]);
  const text =
    `module ${top} (input wire ${range(width)}${d}, output reg ${
      range(bits)
    }${y}); integer ${i}; ` +
    `always @(*) begin ${y} = 0; for (${i} = 0; ${i} < ${width}; ${i} = ${i} + 1) ${y} = ${y} + ${d}[${i}]; end endmodule`;
  return combinational(top, text, { [d]: width }, { [y]: bits }, { width }, (inputs) => ({
    [y]: inputs[d]!.toString(2).replaceAll("0", "").length,
  }));
}

/** Shift or rotation by a variable amount. */
export function barrelShifter(shop: Workshop): Blueprint {
  const amount = shop.between(2, 3);
  const width = 2 ** amount;
  const [d, s, y] = shop.names("data", "select", "out");
  const kind = shop.pick(["left", "right", "rotate"] as const);
  const top = shop.module(["barrel", "shift_by", "rotator"]);
  const value = {
    left: `${d} << ${s}`,
    right: `${d} >> ${s}`,
    rotate: `(${d} << ${s}) | (${d} >> (${width} - ${s}))`,
  }[kind];
  const text =
    `module ${top} (input wire ${range(width)}${d}, input wire ${range(amount)}${s}, output wire ${
      range(width)
    }${y}); ` +
    `assign ${y} = ${value}; endmodule`;
  return combinational(
    top,
    text,
    { [d]: width, [s]: amount },
    { [y]: width },
    { width },
    (inputs) => {
      const [value, by] = [inputs[d]!, inputs[s]!];
      const turned = {
        left: value << by,
        right: value >> by,
        rotate: (value << by) | (value >> (width - by)),
      }[kind];
      return { [y]: turned & mask(width) };
    },
  );
}

/** Binary to Gray, bit by bit in a generated loop. */
export function grayEncoder(shop: Workshop): Blueprint {
  const width = shop.between(3, 10);
  const [d, y] = shop.names("data", "out");
  const g = shop.pick(["g", "bit_g", "gi"]);
  const top = shop.module(["bin2gray", "to_gray", "gray_enc"]);
  const text =
    `module ${top} (input wire ${range(width)}${d}, output wire ${
      range(width)
    }${y}); genvar ${g}; ` +
    `generate for (${g} = 0; ${g} < ${
      width - 1
    }; ${g} = ${g} + 1) begin : bits_of_code assign ${y}[${g}] = ${d}[${g}] ^ ${d}[${g}+1]; end endgenerate ` +
    `assign ${y}[${width - 1}] = ${d}[${width - 1}]; endmodule`;
  return combinational(top, text, { [d]: width }, { [y]: width }, { width }, (inputs) => ({
    [y]: inputs[d]! ^ (inputs[d]! >> 1),
  }));
}

/** Two of three. */
export function majority(shop: Workshop): Blueprint {
  const width = shop.between(1, 8);
  const [a, b, c, y] = shop.names("left", "right", "third", "out");
  const top = shop.module(["majority", "vote3", "two_of_three"]);
  const text =
    `module ${top} (input wire ${range(width)}${a}, input wire ${range(width)}${b}, input wire ${
      range(width)
    }${c}, ` +
    `output wire ${
      range(width)
    }${y}); assign ${y} = (${a} & ${b}) | (${a} & ${c}) | (${b} & ${c}); endmodule`;
  return combinational(
    top,
    text,
    { [a]: width, [b]: width, [c]: width },
    { [y]: width },
    { width },
    (inputs) => {
      const [p, q, r] = [inputs[a]!, inputs[b]!, inputs[c]!];
      return { [y]: (p & q) | (p & r) | (q & r) };
    },
  );
}
