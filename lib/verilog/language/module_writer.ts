/**
 * Writes modules as Verilog: the inverse of the module reader, in one fixed layout per style.
 *
 * @module
 */
import type {
  Argument,
  Connection,
  DataType,
  Declaration,
  Item,
  Module,
  Statement,
  Trigger,
} from "./ast.ts";
import { writeExpression, writeName, writeRange } from "./expression_writer.ts";

/** How a module is laid out; what it means never depends on it. */
export interface WriteStyle {
  /** Blanks of one level of indentation. */
  indent?: number;
  /** Port types in the header (`true`) or old-style declarations in the body. */
  ansi?: boolean;
  /** `begin … end` around single statements too. */
  begins?: boolean;
  /** `wire` written out before ports that are nets. */
  wires?: boolean;
}

/**
 * A module as Verilog-2005, with `always_comb` and `always_latch` where it was read from SystemVerilog.
 *
 * @throws {TypeError} when the module holds something that was not understood when it was read.
 */
export function writeModule(module: Module, style: WriteStyle = {}): string {
  return new Writer(style).module(module);
}

class Writer {
  readonly #indent: string;
  readonly #ansi: boolean;
  readonly #begins: boolean;
  readonly #wires: boolean;

  constructor({ indent = 2, ansi = true, begins = false, wires = false }: WriteStyle) {
    this.#indent = " ".repeat(indent);
    this.#ansi = ansi;
    this.#begins = begins;
    this.#wires = wires;
  }

  module({ name, parameters, ports, items }: Module): string {
    const parameterList = parameters.map((entry) =>
      `parameter ${writeName(entry.name)} = ${writeExpression(entry.value)}`
    );
    const header = parameterList.length === 0 ? "" : ` #(${parameterList.join(", ")})`;
    const lines: string[] = [];
    if (ports.length === 0) lines.push(`module ${writeName(name)}${header};`);
    else if (this.#ansi) {
      lines.push(`module ${writeName(name)}${header} (`);
      ports.forEach((port, at) => {
        const comma = at === ports.length - 1 ? "" : ",";
        lines.push(
          `${this.#indent}${port.direction} ${this.#wires && port.net === "wire" ? "wire " : ""}${
            typed(port)
          }${writeName(port.name)}${comma}`,
        );
      });
      lines.push(");");
    } else {
      const list = ports.map((port) => writeName(port.name)).join(", ");
      lines.push(`module ${writeName(name)}${header} (${list});`);
      for (const port of ports) {
        lines.push(
          `${this.#indent}${port.direction} ${this.#wires && port.net === "wire" ? "wire " : ""}${
            typed(port)
          }${writeName(port.name)};`,
        );
      }
    }
    for (const item of items) lines.push(...this.item(item).map((line) => this.#indent + line));
    return [...lines, "endmodule", ""].join("\n");
  }

  /** `nested` is true inside a generate block, where `generate` may not stand again. */
  item(item: Item, nested = false): string[] {
    switch (item.kind) {
      case "declaration":
        return [declared(item)];
      case "genvar":
        return [`genvar ${writeName(item.name)};`];
      case "localparam":
        return [`localparam ${writeName(item.name)} = ${writeExpression(item.value)};`];
      case "assign": {
        const delay = item.delay === undefined ? "" : `#(${writeExpression(item.delay)}) `;
        return [`assign ${delay}${writeExpression(item.target)} = ${writeExpression(item.value)};`];
      }
      case "always":
        return this.attach(triggered(item.trigger), item.body);
      case "initial":
        return this.attach("initial", item.body);
      case "instance": {
        const overrides = item.parameters.length === 0 ? "" : ` #(${connected(item.parameters)})`;
        const list = connected(item.connections);
        return [`${writeName(item.module)}${overrides} ${writeName(item.name)} (${list});`];
      }
      case "gate": {
        const list = item.terminals.map((value) => writeExpression(value)).join(", ");
        return [
          `${item.gate} ${item.name === undefined ? "" : writeName(item.name) + " "}(${list});`,
        ];
      }
      case "generate": {
        const { variable, start, condition, step, label, items } = item;
        const head =
          `for (${variable} = ${writeExpression(start)}; ${writeExpression(condition)}; ` +
          `${variable} = ${writeExpression(step)}) begin${
            label === undefined ? "" : " : " + label
          }`;
        const body = items.flatMap((inner) => this.item(inner, true));
        const loop = [head, ...body.map((line) => this.#indent + line), "end"];
        if (nested) return loop;
        return ["generate", ...loop.map((line) => this.#indent + line), "endgenerate"];
      }
      case "function":
        return this.#routine(
          `function ${typed({ ...item.result, net: item.result.net })}${writeName(item.name)};`,
          item,
          "endfunction",
        );
      case "task":
        return this.#routine(`task ${writeName(item.name)};`, item, "endtask");
      case "unsupported":
        throw notUnderstood(item);
    }
  }

  #routine(
    head: string,
    { arguments: list, locals, body }: {
      arguments: Argument[];
      locals: Declaration[];
      body: Statement;
    },
    end: string,
  ): string[] {
    const lines = [
      ...list.map((argument) =>
        `${argument.direction} ${typed(argument)}${writeName(argument.name)};`
      ),
      ...locals.map(declared),
      ...this.statement(body),
    ];
    return [head, ...lines.map((line) => this.#indent + line), end];
  }

  /** A head and the statement that belongs to it. */
  attach(head: string, body: Statement, careful = false): string[] {
    if (body.kind === "null") return [`${head};`];
    const guarded = body.kind === "block" || this.#begins || careful;
    if (!guarded) return [head, ...this.statement(body).map((line) => this.#indent + line)];
    const list = body.kind === "block" ? body.statements : [body];
    const lines = list.flatMap((inner) => this.statement(inner));
    return [`${head} begin`, ...lines.map((line) => this.#indent + line), "end"];
  }

  statement(statement: Statement): string[] {
    switch (statement.kind) {
      case "null":
        return [";"];
      case "block":
        return this.attach("", statement).map((line, at) => at === 0 ? line.trimStart() : line);
      case "if": {
        const { condition, yes, no } = statement;
        // Without `begin` a reader, or the language, would give an `else` to another `if`.
        const lines = this.attach(
          `if (${writeExpression(condition)})`,
          yes,
          no === undefined ? endsInElse(yes) : endsOpen(yes),
        );
        if (no === undefined) return lines;
        const joined = lines.at(-1) === "end" ? lines.splice(-1)[0] + " " : "";
        if (no.kind !== "if") return [...lines, ...this.attach(`${joined}else`, no)];
        const [first, ...rest] = this.statement(no);
        return [...lines, `${joined}else ${first}`, ...rest];
      }
      case "case": {
        const items = statement.items.flatMap(({ labels, body }) => {
          const list = labels.map((label) => writeExpression(label)).join(", ");
          return this.attach(labels.length === 0 ? "default:" : `${list}:`, body);
        });
        return [
          `${statement.word} (${writeExpression(statement.subject)})`,
          ...items.map((line) => this.#indent + line),
          "endcase",
        ];
      }
      case "assignment": {
        const { blocking, target, value, delay } = statement;
        const wait = delay === undefined ? "" : `#(${writeExpression(delay)}) `;
        return [
          `${writeExpression(target)} ${blocking ? "=" : "<="} ${wait}${writeExpression(value)};`,
        ];
      }
      case "for": {
        const { variable, start, condition, step, body } = statement;
        const name = writeName(variable);
        return this.attach(
          `for (${name} = ${writeExpression(start)}; ${writeExpression(condition)}; ${name} = ${
            writeExpression(step)
          })`,
          body,
        );
      }
      case "while":
        return this.attach(`while (${writeExpression(statement.condition)})`, statement.body);
      case "repeat":
        return this.attach(`repeat (${writeExpression(statement.count)})`, statement.body);
      case "forever":
        return this.attach("forever", statement.body);
      case "delay":
        return this.attach(`#(${writeExpression(statement.time)})`, statement.body);
      case "task": {
        const list = statement.arguments.map((value) => writeExpression(value)).join(", ");
        return [`${writeName(statement.name)}${list === "" ? "" : `(${list})`};`];
      }
      case "unsupported":
        throw notUnderstood(statement);
    }
  }
}

/** Whether an `else` written after this statement would become part of it. */
function endsOpen(statement: Statement): boolean {
  switch (statement.kind) {
    case "if":
      return statement.no === undefined || endsOpen(statement.no);
    case "for":
    case "while":
    case "repeat":
    case "forever":
    case "delay":
      return endsOpen(statement.body);
    default:
      return false;
  }
}

/** Whether this statement ends with the `else` of an `if` inside it. */
function endsInElse(statement: Statement): boolean {
  switch (statement.kind) {
    case "if":
      return statement.no !== undefined;
    case "for":
    case "while":
    case "repeat":
    case "forever":
    case "delay":
      return endsInElse(statement.body);
    default:
      return false;
  }
}

function typed({ net, signed, range }: DataType): string {
  const parts = [
    net === "wire" ? "" : net,
    signed ? "signed" : "",
    range === undefined ? "" : writeRange(range),
  ];
  return parts.filter((part) => part !== "").map((part) => part + " ").join("");
}

function declared({ name, net, signed, range, entries, value }: Declaration): string {
  const type = typed({ net, signed, ...(range === undefined ? {} : { range }) });
  return (net === "wire" ? "wire " : "") + type + writeName(name) +
    (entries === undefined ? "" : ` ${writeRange(entries)}`) +
    (value === undefined ? "" : ` = ${writeExpression(value)}`) + ";";
}

function triggered(trigger: Trigger): string {
  if (trigger.kind === "none") return "always";
  if (trigger.kind === "inputs") return "always @(*)";
  // These also run once at the beginning, which no event of Verilog-2005 says.
  if (trigger.kind === "combinational") return "always_comb";
  if (trigger.kind === "latch") return "always_latch";
  const events = trigger.events.map(({ edge, signal }) =>
    (edge === undefined ? "" : edge + " ") + writeExpression(signal)
  );
  return `always @(${events.join(" or ")})`;
}

function connected(list: readonly Connection[]): string {
  return list.map(({ port, value }) => {
    const text = value === undefined ? "" : writeExpression(value);
    return port === undefined ? text : `.${writeName(port)}(${text})`;
  }).join(", ");
}

function notUnderstood({ node, line }: { node: string; line: number }): TypeError {
  return new TypeError(
    `writeModule: got ${node} of line ${line}, expected a module that was understood whole`,
  );
}
