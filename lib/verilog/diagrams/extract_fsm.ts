/**
 * From a design to its state machine.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import type { Module, Statement } from "../language/ast.ts";
import { constantsOf } from "../language/constant.ts";
import { readModules } from "../language/module_reader.ts";
import { type Reset, resetOf } from "../language/reset.ts";
import type { YosysPool } from "../tools/yosys.ts";
import { refusedBy, topName } from "./elaborated.ts";
import { canonicalFsm, type Fsm } from "./fsm.ts";
import { type FsmTable, readFsmTables } from "./fsm_table.ts";
import { MOST_GUARD_BITS } from "./guards.ts";

/** What the design does not say by itself. */
export interface FsmOptions {
  /** The state register. Default: the registers that a `case` asks about. */
  register?: string;
  /** The reset. Default: the one that {@linkcode resetOf} finds. */
  reset?: Reset;
}

/** A machine, and what it was read from. */
export interface ExtractedFsm {
  fsm: Fsm;
  register: string;
  /** The code of each state, highest bit first. */
  codes: Record<string, string>;
  /** The table as Yosys printed it, reset rows and made-up inputs included. */
  table: FsmTable;
}

/**
 * The state machine of module `top`. States are called as the local parameters that a `case` compares the register
 * with; a code without a name is `S` and its value. Rows in which a synchronous reset is active are left out, and so are
 * control inputs that Yosys made itself where they change nothing. Outputs that the state alone does not decide are not in
 * `moore`.
 *
 * @throws {UserError} when there is no machine, more than one, or one whose arrows depend on something without a name.
 */
export async function extractFsm(
  text: string,
  top: string,
  yosys: YosysPool,
  options: FsmOptions = {},
): Promise<ExtractedFsm> {
  const module = (await readModules(text)).find(({ name }) => name === top);
  const cases = module === undefined ? [] : caseSubjects(module);
  const registers = options.register === undefined
    ? cases.map(({ subject }) => subject)
    : [options.register];
  const table = await tableOf(text, top, registers, yosys);
  const names = new Map<string, string>();
  const constants = module === undefined ? new Map<string, bigint>() : constantsOf(module);
  for (const { subject, labels } of cases) {
    if (subject !== table.register) continue;
    for (const label of labels) {
      const value = constants.get(label);
      if (value !== undefined) names.set(String(value), label);
    }
  }
  const states = table.codes.map((code) => {
    const value = String(BigInt(`0b${code}`));
    return names.get(value) ?? `S${value}`;
  });
  const reset = options.reset ?? (module === undefined ? undefined : resetOf(module));
  const order = module?.ports.map(({ name }) => name) ?? [];
  const next = arrowsOf(table, states, reset, order);
  if (table.reset === undefined) {
    throw noMachine(top, "a machine without a reset state", "a reset that sets the state");
  }
  const outputs = (module?.ports ?? []).filter(({ direction }) => direction === "output");
  const moore = await mooreOutputs(text, top, table, outputs.map(({ name }) => name), yosys);
  const fsm = canonicalFsm({
    states,
    reset: states[table.reset]!,
    moore: Object.fromEntries(states.map((state, at) => [state, moore[at]!])),
    ...next,
  });
  return {
    fsm,
    register: table.register,
    codes: Object.fromEntries(states.map((state, at) => [state, table.codes[at]!])),
    table,
  };
}

async function tableOf(
  text: string,
  top: string,
  registers: readonly string[],
  yosys: YosysPool,
): Promise<FsmTable> {
  // The attribute asks for machines that detection alone would pass over: registers that are ports, and those whose
  // `default` goes to the reset state.
  const asked = registers.filter((name) => /^[\w$]+$/.test(name))
    .map((name) => `setattr -set fsm_encoding "auto" w:${name}; `).join("");
  const run = await yosys.run({
    script: `read_verilog d.v; hierarchy -check -top ${topName(top)}; proc; ` +
      `opt -nodffe -nosdff; ${asked}fsm_detect; fsm_extract; fsm_expand; fsm_info`,
    files: { "d.v": text },
  });
  const tables = readFsmTables(run.log).filter(({ codes }) => codes.length > 0);
  const [table] = tables;
  if (table === undefined) {
    if (run.status !== "ok") throw refusedBy(run, top);
    throw noMachine(top, "no state machine", "a register with named states and a case over it");
  }
  if (tables.length > 1) {
    throw noMachine(
      top,
      `${tables.length} machines, in ${tables.map(({ register }) => register).join(", ")}`,
      "one, or the option register",
    );
  }
  return table;
}

function noMachine(top: string, got: string, expected: string): UserError {
  return new UserError({ what: `module ${top}`, got: new Described(got), expected });
}

/** Inputs and arrows of a table, without reset rows. */
function arrowsOf(
  { register, inputs, rows }: FsmTable,
  states: readonly string[],
  reset: Reset | undefined,
  order: readonly string[],
): Pick<Fsm, "inputs" | "next"> {
  const resetAt = reset === undefined ? -1 : inputs.indexOf(reset.port);
  const place = (name: string) => {
    const at = order.indexOf(name.replace(/\[.*/, ""));
    return at === -1 ? order.length : at;
  };
  const bit = (name: string) => Number(/\[(\d+)\]$/.exec(name)?.[1] ?? 0);
  const kept = inputs.map((name, at) => ({ name, at }))
    .filter(({ name, at }) => at !== resetAt && !name.startsWith("$"))
    .sort((a, b) => place(a.name) - place(b.name) || bit(b.name) - bit(a.name));
  if (kept.length > MOST_GUARD_BITS) {
    throw new UserError({
      what: `machine in ${register}`,
      got: new Described(`${kept.length} control inputs`),
      expected: `at most ${MOST_GUARD_BITS}`,
    });
  }
  const next = rows.filter(({ guard }) => guard[resetAt] !== String(reset?.active)).map(
    ({ from, guard, to }) => ({
      from: states[from]!,
      guard: kept.flatMap(({ name, at }) => guard[at] === "-" ? [] : [`${name}=${guard[at]}`])
        .join("&") || "*",
      to: states[to]!,
    }),
  );
  const conflict = next.find((one) =>
    next.some((other) =>
      other.from === one.from && other.to !== one.to && overlap(one.guard, other.guard)
    )
  );
  if (conflict !== undefined) {
    throw new UserError({
      what: `machine in ${register}`,
      got: new Described(
        `arrows from ${conflict.from} that depend on ${
          inputs.filter((name) => name.startsWith("$")).join(", ")
        }`,
      ),
      expected: "conditions on single bits that have names",
    });
  }
  return { inputs: kept.map(({ name }) => name), next };
}

/** Whether two conditions can hold at once. */
function overlap(one: string, other: string): boolean {
  const values = new Map(one.split("&").map((term) => term.split("=") as [string, string]));
  return other.split("&").every((term) => {
    const [name, value] = term.split("=");
    return value === undefined || (values.get(name!) ?? value) === value;
  });
}

/** The outputs that a state decides, for each state: `out=1`, `y=01,done=0`. */
async function mooreOutputs(
  text: string,
  top: string,
  { register, codes }: FsmTable,
  outputs: readonly string[],
  yosys: YosysPool,
): Promise<string[]> {
  const plain = outputs.filter((name) => /^[\w$]+$/.test(name));
  if (plain.length === 0) return codes.map(() => "");
  const { status, log } = await yosys.run({
    script: [
      `read_verilog d.v; hierarchy -check -top ${top}; proc; opt -nodffe -nosdff; cd ${top}`,
      ...codes.flatMap((code) =>
        plain.map((name) =>
          `eval -set-undef -set ${register} ${code.length}'b${code} -show ${name}`
        )
      ),
    ].join("; "),
    files: { "d.v": text },
  });
  if (status !== "ok") return codes.map(() => "");
  const results = [...log.matchAll(/Eval result: \\(\S+) = (?:\d+')?(\S+?)\.$/gm)];
  return codes.map((_, at) =>
    results.slice(at * plain.length, (at + 1) * plain.length)
      .flatMap(([, name, value]) => /^[01]+$/.test(value!) ? [`${name}=${value}`] : [])
      .join(",")
  );
}

/** Names that a `case` asks about, with the names it compares them with. */
function caseSubjects(module: Module): { subject: string; labels: string[] }[] {
  const found: { subject: string; labels: string[] }[] = [];
  const visit = (statement: Statement): void => {
    switch (statement.kind) {
      case "block":
        statement.statements.forEach(visit);
        break;
      case "if":
        visit(statement.yes);
        if (statement.no !== undefined) visit(statement.no);
        break;
      case "case":
        if (statement.subject.kind === "name") {
          found.push({
            subject: statement.subject.name,
            labels: statement.items.flatMap(({ labels }) =>
              labels.flatMap((label) => label.kind === "name" ? [label.name] : [])
            ),
          });
        }
        statement.items.forEach(({ body }) => visit(body));
    }
  };
  for (const item of module.items) if (item.kind === "always") visit(item.body);
  const inputs = new Set(
    module.ports.flatMap(({ direction, name }) => direction === "input" ? [name] : []),
  );
  return found.filter(({ subject }) => !inputs.has(subject));
}
