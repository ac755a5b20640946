/**
 * Prose from the syntax tree: one fixed sentence for every
 * construct. The sentences hold names, literals and ranges, and no other source text.
 *
 * @module
 */
import {
  type DataType,
  type Declaration,
  eachUnsupported,
  type Item,
  type Module,
  type Range,
  type Unsupported,
} from "../language/ast.ts";
import { ATOM_WIDTHS, type Constants, constantsOf, extent, fold } from "../language/constant.ts";
import { boundPhrase, expressionPhrase as say, finished, namePhrase } from "./phrases.ts";
import { statementPhrase, triggerPhrase } from "./statement_phrases.ts";

/** A module in prose. */
export interface Description {
  /** Numbered sentences, one a line, each ending with a line break. */
  text: string;
  /** The sentences without their numbers. */
  sentences: string[];
  /** What had no rule: each also has a last sentence `Unsupported: KIND at line N.` */
  unsupported: Unsupported[];
}

/**
 * Describes a module. The result depends on the module's tokens alone, not on layout or comments; only
 * the line numbers of `Unsupported:` sentences do, and such descriptions belong in a split of their own.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readModules } from "offprint/verilog/language/mod.ts";
 * import { describe } from "offprint/verilog/prose/mod.ts";
 *
 * const [module] = await readModules("module half(input a, b, output s); assign s = a ^ b; endmodule");
 * assertEquals(describe(module!).sentences.at(-1), "s is continuously driven by the bitwise XOR of a and b.");
 * ```
 */
export function describe(module: Module & { unsupported?: Unsupported[] }): Description {
  const sentences = new Describer(module).sentences().map((sentence) =>
    finished(capital(sentence) + ".")
  );
  const unsupported: Unsupported[] = [];
  eachUnsupported(
    [module.unsupported ?? [], module.parameters, module.ports, module.items],
    (found) => {
      unsupported.push(found);
    },
  );
  unsupported.sort((a, b) => a.line - b.line);
  for (const { node, line } of unsupported) sentences.push(`Unsupported: ${node} at line ${line}.`);
  const text = sentences.map((sentence, at) => `${at + 1}. ${sentence}\n`).join("");
  return { text, sentences, unsupported };
}

/** Sentences that begin with a word of ours get a capital; those that begin with a name do not. */
const OWN_SENTENCES =
  /^(always block|in always|instance|gate|an unnamed|for each|at time|function|task|internal|local|generate|the) /;

function capital(sentence: string): string {
  return OWN_SENTENCES.test(sentence) ? sentence[0]!.toUpperCase() + sentence.slice(1) : sentence;
}

class Describer {
  readonly #module: Module;
  readonly #constants: Constants;
  #always = 0;

  constructor(module: Module) {
    this.#module = module;
    this.#constants = constantsOf(module);
  }

  sentences(): string[] {
    const { name, ports, parameters, items } = this.#module;
    const declares = (item: Item) => ["declaration", "genvar", "localparam"].includes(item.kind);
    return [
      `Module ${namePhrase(name)} has ${portCounts(ports)}`,
      ...parameters.map((entry) =>
        `Parameter ${namePhrase(entry.name)} has default value ${say(entry.value)}`
      ),
      ...ports.map((port) => {
        const direction = port.direction[0]!.toUpperCase() + port.direction.slice(1);
        return `${direction} port ${namePhrase(port.name)} is ${this.#width(port)}${
          kindPhrase(port)
        }`;
      }),
      ...items.filter(declares).flatMap((item) => this.#item(item)),
      ...counts(items),
      ...items.filter((item) => !declares(item)).flatMap((item) => this.#item(item)),
    ];
  }

  /** One item as sentences without a final period; the first letter is small. */
  #item(item: Item): string[] {
    switch (item.kind) {
      case "declaration":
        return [this.#declaration(item)];
      case "genvar":
        return [`generate variable ${namePhrase(item.name)}`];
      case "localparam":
        return [`local constant ${namePhrase(item.name)} equals ${say(item.value)}`];
      case "assign": {
        const wait = item.delay === undefined ? "" : `after ${say(item.delay)} time units `;
        return [`${say(item.target)} is continuously driven ${wait}by ${say(item.value)}`];
      }
      case "always": {
        const block = `always block ${++this.#always}`;
        return [
          `${block} ${triggerPhrase(item.trigger)}`,
          `in ${block}: ${statementPhrase(item.body)}`,
        ];
      }
      case "initial":
        return [`at time zero, ${statementPhrase(item.body)}`];
      case "instance": {
        const set = item.parameters.map(({ port, value }, at) =>
          `${port === undefined ? `position ${at + 1}` : namePhrase(port)} set to ${
            value === undefined ? "nothing" : say(value)
          }`
        );
        const list = item.connections.map(({ port, value }, at) => {
          const place = port === undefined ? `position ${at + 1}` : `port ${namePhrase(port)}`;
          return value === undefined ? `${place} left open` : `${place} to ${say(value)}`;
        });
        const overrides = set.length === 0 ? "" : ` with ${set.join(" and ")}`;
        const wires = list.length === 0 ? "nothing" : list.join(", ");
        return [
          `instance ${namePhrase(item.name)} of module ${
            namePhrase(item.module)
          }${overrides} connects ${wires}`,
        ];
      }
      case "gate": {
        // not and buf drive all terminals but the last; every other gate drives its first.
        const outputs = item.gate === "not" || item.gate === "buf" ? item.terminals.length - 1 : 1;
        const words = item.terminals.map(say);
        const name = item.name === undefined ? "an unnamed gate" : `gate ${namePhrase(item.name)}`;
        const driven = words.slice(0, outputs).join(" and ");
        return [
          `${name} of type ${item.gate} drives ${driven} from ${
            words.slice(outputs).join(" and ")
          }`,
        ];
      }
      case "generate": {
        const { variable, start, condition, step, label, items } = item;
        const name = namePhrase(variable);
        const under = label === undefined ? "" : ` under name ${namePhrase(label)}`;
        const parts = items.flatMap((inner) => this.#item(inner)).map((part) => `${part}; `);
        return [
          `for each ${name} from ${say(start)} while ${say(condition)} stepping ${name} to ${
            say(step)
          }, ` +
          `the following is generated${under}: ${parts.join("")}end of generated block`,
        ];
      }
      case "function": {
        const inputs = item.arguments.map((argument) => this.#typed(argument.name, argument));
        return [
          `function ${namePhrase(item.name)} returns ${this.#compact(item.result)} from inputs ${
            inputs.join(", ")
          }` +
          `${this.#locals(item.locals)}: ${statementPhrase(item.body)}`,
        ];
      }
      case "task": {
        const list = item.arguments.map((argument) =>
          `${argument.direction} ${this.#typed(argument.name, argument)}`
        );
        const head = list.length === 0 ? "no arguments" : list.join(", ");
        return [
          `task ${namePhrase(item.name)} with ${head}${this.#locals(item.locals)}: ${
            statementPhrase(item.body)
          }`,
        ];
      }
      case "unsupported":
        return [];
    }
  }

  #declaration({ name, net, signed, range, entries, value }: Declaration): string {
    const type = { net, signed, ...(range === undefined ? {} : { range }) };
    const start = value === undefined
      ? ""
      : net === "wire"
      ? `, driven by ${say(value)}`
      : `, starting at ${say(value)}`;
    return `internal ${signed ? "signed " : ""}${net} ${namePhrase(name)} is ${this.#width(type)}` +
      this.#entries(entries) + start;
  }

  #entries(entries: Range | undefined): string {
    if (entries === undefined) return "";
    const size = extent(entries, this.#constants);
    const count = size === undefined ? "a symbolic number of" : `${size.count}`;
    const plain = size !== undefined && entries.left.kind === "literal" &&
      entries.left.text === "0" &&
      entries.right.kind === "literal" && entries.right.text === `${size.count - 1n}`;
    const numbers = plain ? "" : ` numbered ${this.#range(entries)}`;
    return `, with ${count} ${size?.count === 1n ? "entry" : "entries"}${numbers}`;
  }

  /** `4 bits wide, range 3 down to 0` */
  #width(type: DataType): string {
    const bits = this.#bits(type);
    const wide = bits === undefined
      ? "of symbolic width"
      : `${bits} ${bits === 1n ? "bit" : "bits"} wide`;
    return type.range === undefined ? wide : `${wide}, range ${this.#range(type.range)}`;
  }

  /** `4 bits range 3 down to 0 as signed reg` */
  #compact(type: DataType): string {
    const bits = this.#bits(type);
    const wide = bits === undefined ? "symbolic bits" : `${bits} ${bits === 1n ? "bit" : "bits"}`;
    const range = type.range === undefined ? "" : ` range ${this.#range(type.range)}`;
    const words = [type.signed ? "signed" : "", type.net === "wire" ? "" : type.net];
    const word = words.filter((text) => text !== "").join(" ");
    return wide + range + (word === "" ? "" : ` as ${word}`);
  }

  #typed(name: string, type: DataType): string {
    return `${namePhrase(name)} of ${this.#compact(type)}`;
  }

  #locals(locals: readonly Declaration[]): string {
    if (locals.length === 0) return "";
    return `, with local ${locals.map((local) => this.#typed(local.name, local)).join(", ")}`;
  }

  #bits({ net, range }: DataType): bigint | undefined {
    if (range === undefined) return ATOM_WIDTHS[net] ?? 1n;
    return extent(range, this.#constants)?.count;
  }

  #range({ left, right }: Range): string {
    const from = fold(left, this.#constants);
    const to = fold(right, this.#constants);
    const up = from !== undefined && to !== undefined && from < to;
    return `${boundPhrase(left)} ${up ? "up" : "down"} to ${boundPhrase(right)}`;
  }
}

/** `5 ports: 3 inputs, 2 outputs` */
function portCounts(ports: Module["ports"]): string {
  if (ports.length === 0) return "no ports";
  const groups = (["input", "output", "inout"] as const).flatMap((direction) => {
    const count = ports.filter((port) => port.direction === direction).length;
    return count === 0 ? [] : [plural(count, direction)];
  });
  return `${plural(ports.length, "port")}: ${groups.join(", ")}`;
}

/** How many of each kind of item a module has, those inside generated blocks too. */
function counts(items: readonly Item[]): string[] {
  const total = { always: 0, assign: 0, initial: 0, instance: 0 };
  const visit = (list: readonly Item[]) => {
    for (const item of list) {
      if (item.kind in total) total[item.kind as keyof typeof total]++;
      if (item.kind === "generate") visit(item.items);
    }
  };
  visit(items);
  const names: [keyof typeof total, string][] = [
    ["always", "always block"],
    ["assign", "continuous assignment"],
    ["initial", "initial block"],
    ["instance", "instance"],
  ];
  const parts = names.flatMap(([kind, name]) =>
    total[kind] === 0 ? [] : [plural(total[kind], name)]
  );
  if (parts.length === 0) return [];
  const last = parts.pop()!;
  return [`the module has ${parts.length === 0 ? last : `${parts.join(", ")} and ${last}`}`];
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

/** `, and is a signed reg` */
function kindPhrase({ net, signed }: DataType): string {
  if (net === "wire") return signed ? ", and is signed" : "";
  const article = !signed && /^[aeiou]/.test(net) ? "an" : "a";
  return `, and is ${article} ${signed ? "signed " : ""}${net}`;
}
