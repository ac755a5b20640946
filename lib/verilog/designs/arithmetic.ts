/**
 * Families without state that calculate and compare.
 *
 * @module
 */
import { type Blueprint, combinational, mask } from "./blueprint.ts";
import { range, type Workshop } from "./random_choices.ts";

/** Sum with carries. */
export function adder(shop: Workshop): Blueprint {
  const width = shop.between(2, 12);
  const [a, b, c, y, carry] = [
    ...[
      shop.name("left"),
      shop.name("right"),
      shop.pick(["cin", "ci", "carry_in"]),
      shop.name("out"),
    ],
    shop.pick(["cout", "co", "carry_out"]),
  ] as [string, string, string, string, string];
  const top = shop.module(["adder", "add", "sum_unit"]);
  const text =
    `module ${top} (input wire ${range(width)}${a}, input wire ${
      range(width)
    }${b}, input wire ${c}, ` +
    `output wire ${
      range(width)
    }${y}, output wire ${carry}); assign {${carry}, ${y}} = ${a} + ${b} + ${c}; endmodule`;
  return combinational(
    top,
    text,
    { [a]: width, [b]: width, [c]: 1 },
    { [y]: width, [carry]: 1 },
    { width },
    (inputs) => {
      const sum = inputs[a]! + inputs[b]! + inputs[c]!;
      return { [y]: sum & mask(width), [carry]: sum >> width };
    },
  );
}

/** Difference, or absolute difference. */
export function subtractor(shop: Workshop): Blueprint {
  const width = shop.between(2, 10);
  const absolute = shop.chance();
  const [a, b, y, less] = shop.names("left", "right", "out", "out2");
  const top = shop.module(
    absolute ? ["abs_diff", "distance"] : ["subtractor", "sub_unit", "difference"],
  );
  const value = absolute ? `(${a} < ${b}) ? ${b} - ${a} : ${a} - ${b}` : `${a} - ${b}`;
  const text =
    `module ${top} (input wire ${range(width)}${a}, input wire ${range(width)}${b}, output wire ${
      range(width)
    }${y}, ` +
    `output wire ${less}); assign ${y} = ${value}; assign ${less} = ${a} < ${b}; endmodule`;
  return combinational(top, text, { [a]: width, [b]: width }, { [y]: width, [less]: 1 }, {
    width,
    absolute: Number(absolute),
  }, (inputs) => {
    const difference = inputs[a]! - inputs[b]!;
    return {
      [y]: absolute ? Math.abs(difference) : difference & mask(width),
      [less]: Number(difference < 0),
    };
  });
}

/** Less, equal, greater. */
export function comparator(shop: Workshop): Blueprint {
  const width = shop.between(2, 12);
  const [a, b] = shop.names("left", "right");
  const [lt, eq, gt] = shop.pick([["lt", "eq", "gt"], ["less", "same", "more"], [
    "below",
    "equal",
    "above",
  ]]);
  const top = shop.module(["comparator", "compare", "cmp"]);
  const text =
    `module ${top} (input wire ${range(width)}${a}, input wire ${
      range(width)
    }${b}, output wire ${lt}, output wire ${eq}, ` +
    `output wire ${gt}); assign ${lt} = ${a} < ${b}; assign ${eq} = ${a} == ${b}; ` +
    `assign ${gt} = ${shop.pick([`${a} > ${b}`, `!(${lt} || ${eq})`])}; endmodule`;
  return combinational(
    top,
    text,
    { [a]: width, [b]: width },
    { [lt!]: 1, [eq!]: 1, [gt!]: 1 },
    { width },
    (inputs) => ({
      [lt!]: Number(inputs[a]! < inputs[b]!),
      [eq!]: Number(inputs[a] === inputs[b]),
      [gt!]: Number(inputs[a]! > inputs[b]!),
    }),
  );
}

/** Arithmetic and logic by an operation code. */
export function alu(shop: Workshop): Blueprint {
  const width = shop.between(2, 10);
  const [a, b, s, y, zero] = [
    ...[
      shop.name("left"),
      shop.name("right"),
      shop.pick(["op", "opcode", "fn"]),
      shop.name("out"),
      shop.pick(["zero", "is_zero", "zf"]),
    ],
  ] as [string, string, string, string, string];
  const all: [string, (p: number, q: number) => number][] = [
    [`${a} + ${b}`, (p, q) => p + q],
    [`${a} - ${b}`, (p, q) => p - q],
    [`${a} & ${b}`, (p, q) => p & q],
    [`${a} | ${b}`, (p, q) => p | q],
    [`${a} ^ ${b}`, (p, q) => p ^ q],
    [`~(${a} & ${b})`, (p, q) => ~(p & q)],
    [`${a} << 1`, (p) => p << 1],
    [`${a} >> 1`, (p) => p >> 1],
  ];
  const operations = shop.random.shuffle(all).slice(0, 4);
  const top = shop.module(["alu", "arith", "small_alu"]);
  const items = operations.map(([source], at) =>
    // The last operation is the default, so that every code has a meaning.
    `${at === 3 ? "default" : `2'd${at}`}: ${y} = ${source};`
  ).join(" ");
  const text =
    `module ${top} (input wire ${range(width)}${a}, input wire ${
      range(width)
    }${b}, input wire [1:0] ${s}, ` +
    `output reg ${range(width)}${y}, output wire ${zero}); assign ${zero} = (${y} == 0); ` +
    `always @(*) begin case (${s}) ${items} endcase end endmodule`;
  return combinational(
    top,
    text,
    { [a]: width, [b]: width, [s]: 2 },
    { [y]: width, [zero]: 1 },
    { width },
    (inputs) => {
      const value = operations[inputs[s]!]![1](inputs[a]!, inputs[b]!) & mask(width);
      return { [y]: value, [zero]: Number(value === 0) };
    },
  );
}

/** Smaller and larger of two. */
export function minMax(shop: Workshop): Blueprint {
  const width = shop.between(2, 10);
  const [a, b] = shop.names("left", "right");
  const [low, high] = shop.pick([["min_o", "max_o"], ["smaller", "larger"], ["lo", "hi"]]);
  const top = shop.module(["min_max", "sort2", "order_pair"]);
  const text =
    `module ${top} (input wire ${range(width)}${a}, input wire ${range(width)}${b}, output reg ${
      range(width)
    }${low}, ` +
    `output reg ${
      range(width)
    }${high}); always @(*) begin if (${a} < ${b}) begin ${low} = ${a}; ${high} = ${b}; end ` +
    `else begin ${low} = ${b}; ${high} = ${a}; end end endmodule`;
  return combinational(
    top,
    text,
    { [a]: width, [b]: width },
    { [low!]: width, [high!]: width },
    { width },
    (inputs) => ({
      [low!]: Math.min(inputs[a]!, inputs[b]!),
      [high!]: Math.max(inputs[a]!, inputs[b]!),
    }),
  );
}
