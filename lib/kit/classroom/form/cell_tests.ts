/**
 * The tests of a graded cell, taken apart: what is computed beside a student's code, and what decides.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import { childOf, type SyntaxNode, type SyntaxTree, textOf, walk } from "offprint/syntax/mod.ts";
import { regionsOf } from "./regions.ts";
import { namesIn, needed, type Statement, statementsOf } from "./statements.ts";

/** An expression, and what must run before it. */
export interface Computation {
  /** Statements of the same cell. */
  setup: string[];
  expression: string;
  /** Names that both need from the cells above. */
  uses: string[];
}

/** One test. */
export interface CellTest {
  name: string;
  /** In a region `BEGIN HIDDEN TESTS`. */
  hidden: boolean;
  /** Its part of the cell's points, relative to the others of its kind. */
  weight: number;
  got: Computation;
  /** Gives the expected value, or a function that says whether an answer is right. */
  judge: Computation;
  by: "expected" | "accept";
  tolerance: number;
  /** The text after the word hint. */
  hint?: string | undefined;
}

/** The usual tolerance of `check` and `hiddenTest`. */
const TOLERANCE = 1e-9;

/**
 * The tests of a graded cell: calls of `check` and of `hiddenTest` at its top level.
 *
 * @param what the cell, for messages.
 * @throws {UserError} where a test cannot be taken apart, or there is none.
 */
export async function testsOf(source: string, what: string): Promise<CellTest[]> {
  const { statements, tree, sound } = await statementsOf(source);
  if (!sound) throw wrong(what, "text that is no TypeScript", "a cell that runs");
  const regions = regionsOf(source, what).filter(({ kind }) => kind === "HIDDEN TESTS");
  const inside = ({ start }: { start: number }) =>
    regions.some((region) => start >= region.start && start < region.end);
  const tests: CellTest[] = [];
  for (const [at, node] of tree.root.children.entries()) {
    const found = callIn(tree, node);
    if (found === undefined) continue;
    const hidden = inside(node);
    const { name, fields } = partsOf(tree, found, what);
    if (hidden !== (found.name === "hiddenTest")) {
      throw wrong(
        `${what}: ${name}`,
        hidden ? "check in a region of hidden tests" : "hiddenTest outside such a region",
        "check where students see it, hiddenTest where they do not",
      );
    }
    const before = statements.filter((statement) =>
      statement.start < (tree.root.children[at]?.start ?? 0) && (hidden || !inside(statement))
    );
    const judge = fields.get("expected") ?? fields.get("accept");
    const got = fields.get("got");
    if (got === undefined || judge === undefined) {
      throw wrong(`${what}: ${name}`, "a test without got and expected", "both, or got and accept");
    }
    tests.push({
      name,
      hidden,
      weight: numberIn(fields.get("points"), 1, `${what}: ${name}: points`),
      got: await computation(got, before),
      judge: await computation(judge, before),
      by: fields.has("expected") ? "expected" : "accept",
      tolerance: numberIn(fields.get("tolerance"), TOLERANCE, `${what}: ${name}: tolerance`),
      ...(fields.has("hint")
        ? { hint: textIn(fields.get("hint")!, `${what}: ${name}: hint`) }
        : {}),
    });
  }
  if (tests.length === 0) throw wrong(what, "no test", "a call of check or hiddenTest");
  return tests;
}

/** The cell's imports, which tests may need. */
export async function importsIn(source: string): Promise<Statement[]> {
  return (await statementsOf(source)).statements.filter(({ kind }) => kind === "import");
}

async function computation(
  expression: string,
  before: readonly Statement[],
): Promise<Computation> {
  const names = await namesIn(expression);
  const setup = needed(before.filter(({ kind }) => kind !== "import"), names);
  const declared = new Set(setup.flatMap(({ declares }) => declares));
  const uses = new Set([...names, ...setup.flatMap(({ uses }) => uses)]);
  return {
    setup: setup.map(({ text }) => text),
    expression,
    uses: [...uses].filter((name) => !declared.has(name)).sort(),
  };
}

/** The call of a test in a statement. */
function callIn(tree: SyntaxTree, statement: SyntaxNode) {
  if (statement.kind !== "expression_statement") return undefined;
  for (const node of walk(statement)) {
    const [callee] = node.children;
    if (node.kind !== "call_expression" || callee?.kind !== "identifier") continue;
    const name = textOf(tree, callee);
    if (name === "check" || name === "hiddenTest") return { name, node };
  }
  return undefined;
}

function partsOf(
  tree: SyntaxTree,
  { name: callee, node }: { name: string; node: SyntaxNode },
  what: string,
): { name: string; fields: Map<string, string> } {
  const [name, options] = childOf(node, "arguments")?.children.filter(({ named }) => named) ?? [];
  if (name?.kind !== "string" || options?.kind !== "object") {
    throw wrong(what, `${callee} with other arguments`, `${callee}("name", { got: …, … })`);
  }
  const fields = new Map<string, string>();
  for (const field of options.children.filter(({ named }) => named)) {
    if (field.kind === "shorthand_property_identifier") {
      fields.set(textOf(tree, field), textOf(tree, field));
    } else if (field.kind === "pair") {
      fields.set(textOf(tree, field.children[0]!), textOf(tree, field.children.at(-1)!));
    } else throw wrong(what, `${callee} with ${field.kind}`, "fields written as name: value");
  }
  return { name: textIn(textOf(tree, name), what), fields };
}

function textIn(literal: string, what: string): string {
  try {
    const text: unknown = JSON.parse(literal);
    if (typeof text === "string") return text;
  } catch {
    // said below
  }
  throw wrong(what, literal, "a text in double quotes");
}

function numberIn(literal: string | undefined, usual: number, what: string): number {
  if (literal === undefined) return usual;
  const value = Number(literal);
  if (Number.isFinite(value) && value >= 0) return value;
  throw wrong(what, literal, "a number, written as one");
}

function wrong(what: string, got: string, expected: string): UserError {
  return new UserError({
    what,
    got: new Described(got),
    expected,
    todo: "Change the graded cell.",
  });
}
