/**
 * Families that count.
 *
 * @module
 */
import {
  type Blueprint,
  clocked,
  clockedHeader,
  mask,
  numberModel,
  type Values,
} from "./blueprint.ts";
import { range, type Workshop } from "./random_choices.ts";

/** Up counter with enable, its width a parameter. */
export function upCounter(shop: Workshop): Blueprint {
  const width = shop.between(2, 12);
  const clocking = shop.clocking();
  const [en, q, p] = shop.names("enable", "out", "param");
  const top = shop.module(["counter", "up_counter", "cnt", "ticker"]);
  const zero = shop.pick([`{${p}{1'b0}}`, "0"]);
  const text =
    `${
      clockedHeader(top, clocking, { [p]: width })
    }input wire ${en}, output reg [${p}-1:0] ${q}); ` +
    shop.process(clocking, `${q} <= ${zero};`, `if (${en}) ${q} <= ${q} + 1'b1;`) + " endmodule";
  return clocked(
    { top, text, clocking },
    { inputs: { [en]: 1 }, outputs: { [q]: width }, parameters: { width } },
    numberModel(
      (state) => ({ [q]: state }),
      (state, inputs) => (state + inputs[en]!) & mask(width),
    ),
  );
}

/** Counter in both directions. */
export function upDownCounter(shop: Workshop): Blueprint {
  const width = shop.between(2, 10);
  const clocking = shop.clocking();
  const [up, q] = [shop.pick(["up", "dir", "forward"]), shop.name("out")];
  const top = shop.module(["updown", "bidir_counter", "up_down"]);
  const run = shop.chance()
    ? `if (${up}) ${q} <= ${q} + 1; else ${q} <= ${q} - 1;`
    : `${q} <= ${up} ? ${q} + ${shop.literal(1, width)} : ${q} - ${shop.literal(1, width)};`;
  const text = `${clockedHeader(top, clocking)}input wire ${up}, ` +
    `output reg ${range(width)}${q}); ` + shop.process(clocking, `${q} <= 0;`, run) + " endmodule";
  return clocked(
    { top, text, clocking },
    { inputs: { [up]: 1 }, outputs: { [q]: width }, parameters: { width } },
    numberModel(
      (state) => ({ [q]: state }),
      (state, inputs) => (state + (inputs[up] === 1 ? 1 : -1)) & mask(width),
    ),
  );
}

/** Counter that starts over after a limit, with a wrap flag. */
export function moduloCounter(shop: Workshop): Blueprint {
  const width = shop.between(3, 7);
  const limit = shop.between(3, Math.min(mask(width), 20));
  const clocking = shop.clocking();
  const [q, last] = shop.names("out", "out2");
  const top = shop.module(["mod_counter", "wrap_counter", "divider", "count_to"]);
  const test = shop.pick([
    `${q} == ${limit}`,
    `${q} == ${shop.literal(limit, width)}`,
    `${q} >= ${limit}`,
  ]);
  const text = `${clockedHeader(top, clocking)}output reg ${range(width)}${q}, ` +
    `output wire ${last}); assign ${last} = (${q} == ${limit}); ` +
    shop.process(clocking, `${q} <= 0;`, `if (${test}) ${q} <= 0; else ${q} <= ${q} + 1'b1;`) +
    " endmodule";
  return clocked(
    { top, text, clocking },
    { inputs: {}, outputs: { [q]: width, [last]: 1 }, parameters: { width, limit } },
    numberModel(
      (state) => ({ [q]: state, [last]: Number(state === limit) }),
      (state) => state === limit ? 0 : state + 1,
    ),
  );
}

/** Counter that stays at its largest value. */
export function saturatingUpCounter(shop: Workshop): Blueprint {
  const width = shop.between(2, 5);
  const clocking = shop.clocking();
  const [en, q, full, p] = shop.names("enable", "out", "out3", "param");
  const top = shop.module(["sat_counter", "saturate", "limiter"]);
  const text =
    `${
      clockedHeader(top, clocking, { [p]: width })
    }input wire ${en}, output reg [${p}-1:0] ${q}, output wire ${full}); ` +
    `assign ${full} = ${shop.pick([`&${q}`, `(${q} == {${p}{1'b1}})`])}; ` +
    shop.process(clocking, `${q} <= {${p}{1'b0}};`, `if (${en} && !${full}) ${q} <= ${q} + 1'b1;`) +
    " endmodule";
  let state = 0;
  const top1 = mask(width);
  return clocked(
    { top, text, clocking },
    { inputs: { [en]: 1 }, outputs: { [q]: width, [full]: 1 }, parameters: { width } },
    {
      outputs: () => ({ [q]: state, [full]: Number(state === top1) }),
      clock: (inputs) => state = Math.min(top1, state + inputs[en]!),
      reset: () => state = 0,
    },
  );
}

/** Gray counter: a binary count and its Gray code. */
export function grayCounter(shop: Workshop): Blueprint {
  const width = shop.between(3, 8);
  const clocking = shop.clocking();
  const [en, q, bin] = shop.names("enable", "out", "temp");
  const top = shop.module(["gray_counter", "gray", "gray_cnt"]);
  const text = `${clockedHeader(top, clocking)}input wire ${en}, ` +
    `output wire ${range(width)}${q}); reg ${
      range(width)
    }${bin}; assign ${q} = ${bin} ^ (${bin} >> 1); ` +
    shop.process(clocking, `${bin} <= 0;`, `if (${en}) ${bin} <= ${bin} + 1;`) + " endmodule";
  return clocked(
    { top, text, clocking },
    { inputs: { [en]: 1 }, outputs: { [q]: width }, parameters: { width } },
    numberModel(
      (state) => ({ [q]: state ^ (state >> 1) }),
      (state, inputs) => (state + inputs[en]!) & mask(width),
    ),
  );
}

/** Johnson counter: a shift register that feeds back its inverted end. */
export function johnsonCounter(shop: Workshop): Blueprint {
  const width = shop.between(3, 8);
  const clocking = shop.clocking();
  const q = shop.name("out");
  const top = shop.module(["johnson", "johnson_counter", "twisted_ring"]);
  const text = `${clockedHeader(top, clocking)}output reg ${range(width)}${q}); ` +
    shop.process(
      clocking,
      `${q} <= ${shop.literal(0, width)};`,
      `${q} <= {${q}[${width - 2}:0], ~${q}[${width - 1}]};`,
    ) +
    " endmodule";
  return clocked(
    { top, text, clocking },
    { inputs: {}, outputs: { [q]: width }, parameters: { width } },
    numberModel(
      (state) => ({ [q]: state }),
      (state) => ((state << 1) & mask(width)) | (1 - ((state >> (width - 1)) & 1)),
    ),
  );
}

/** One hot bit that goes round. */
export function ringCounter(shop: Workshop): Blueprint {
  const width = shop.between(3, 8);
  const clocking = shop.clocking();
  const [en, q] = shop.names("enable", "out");
  const top = shop.module(["ring", "ring_counter", "one_hot_ring"]);
  const left = shop.chance();
  const turned = left
    ? `{${q}[${width - 2}:0], ${q}[${width - 1}]}`
    : `{${q}[0], ${q}[${width - 1}:1]}`;
  const text = `${clockedHeader(top, clocking)}input wire ${en}, ` +
    `output reg ${range(width)}${q}); ` +
    shop.process(clocking, `${q} <= 1;`, `if (${en}) ${q} <= ${turned};`) + " endmodule";
  let state = 1;
  const turn = (value: number) =>
    left
      ? ((value << 1) & mask(width)) | (value >> (width - 1))
      : (value >> 1) | ((value & 1) << (width - 1));
  return clocked(
    { top, text, clocking },
    { inputs: { [en]: 1 }, outputs: { [q]: width }, parameters: { width, left: Number(left) } },
    {
      outputs: () => ({ [q]: state }),
      clock: (inputs: Values) => state = inputs[en] === 1 ? turn(state) : state,
      reset: () => state = 1,
    },
  );
}
