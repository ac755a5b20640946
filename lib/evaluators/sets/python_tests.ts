/**
 * Test code of Python sets as hidden tests, one for each assertion, so that a program can pass some of them.
 *
 * @module
 */
import { parseSyntax, type SyntaxNode, textOf, walk } from "offprint/syntax/mod.ts";
import type { Task } from "../records/contract.ts";

/** What decides about a program: the tests, and the functions that they call. */
export type PythonTests = Required<Pick<Task, "hiddenTests" | "harness">>;

/** Runs one test's text in a copy of the program's names. */
const RUN = `
def __run(text):
    space = dict(globals())
    try:
        exec(compile(text, "test.py", "exec"), space)
    except AssertionError:
        return False
    return True
`;

/**
 * The tests of a text that is either a function `check(candidate)`, as in HumanEval, or assertions one after the other, as in
 * LeetCodeHard. Every statement with an assertion in it is one test; what stands before it and has none is run first. `assert True`,
 * which HumanEval has often, asks nothing of a program and is no test.
 *
 * @returns nothing where the text does not parse or asserts nothing.
 */
export async function assertionTests(
  text: string,
  entry: string,
): Promise<PythonTests | undefined> {
  const tree = await parseSyntax("python", text);
  if (tree.hasError) return undefined;
  const of = (node: SyntaxNode): string => textOf(tree, node);
  const statements = tree.root.children.filter(({ named, kind }) => named && kind !== "comment");
  const check = statements.find((node) =>
    node.kind === "function_definition" &&
    node.children.some((child) => child.kind === "identifier" && of(child) === "check")
  );
  const block = check?.children.find(({ kind }) => kind === "block");
  const parts = block === undefined ? statements : block.children.filter(({ named }) => named);
  const asserts = (node: SyntaxNode): boolean =>
    [...walk(node)].some(({ kind, children }) =>
      kind === "assert_statement" && children.find(({ named }) => named)?.kind !== "true"
    );
  const parameter = check?.children.find(({ kind }) => kind === "parameters")?.children
    .find(({ named }) => named);
  const around = statements.filter((node) => node !== check).map(of).join("\n");
  const whole = (lines: readonly string[]): string => {
    if (block === undefined) return lines.join("\n");
    const name = parameter === undefined ? "" : of(parameter);
    // The body keeps the indentation that it has, so that texts over several lines stay as they are.
    return `${around}\ndef check(${name}):\n${lines.join("\n")}\ncheck(${name && entry})`;
  };
  const lineOf = (node: SyntaxNode): string => {
    const from = block === undefined ? node.start : text.lastIndexOf("\n", node.start - 1) + 1;
    // Two statements on one line: the second begins where it begins.
    const before = text.slice(from, node.start);
    return /^\s*$/.test(before) ? text.slice(from, node.end) : `${indentOf(text, from)}${of(node)}`;
  };
  const tests: string[] = [], before: string[] = [];
  for (const part of parts) {
    if (asserts(part)) tests.push(whole([...before, lineOf(part)]));
    else before.push(lineOf(part));
  }
  return tests.length === 0 ? undefined : testsOf(tests);
}

function indentOf(text: string, from: number): string {
  return /^\s*/.exec(text.slice(from))![0];
}

function testsOf(texts: readonly string[]): PythonTests {
  const functions = texts.map((text, at) =>
    `def __test_${at}():\n    return __run(${JSON.stringify(text)})`
  );
  return { harness: [RUN, ...functions].join("\n"), hiddenTests: testCalls(texts.length) };
}

function testCalls(count: number): PythonTests["hiddenTests"] {
  return Array.from(
    { length: count },
    (_, at) => ({ entry: `__test_${at}`, args: [], expected: "True" }),
  );
}

/** Generators and tuples count as lists, and fractions as equal within a millionth: JSON has neither of the first two. */
const COMPARE = `
import types as __types

def __plain(value):
    if isinstance(value, (__types.GeneratorType, tuple, list)):
        return [__plain(item) for item in value]
    return value

def __same(got, wanted):
    if isinstance(wanted, list):
        return isinstance(got, list) and len(got) == len(wanted) and all(
            __same(a, b) for a, b in zip(got, wanted))
    if isinstance(got, float) or isinstance(wanted, float):
        numbers = isinstance(got, (int, float)) and isinstance(wanted, (int, float))
        return numbers and (got == wanted or abs(got - wanted) <= 1e-6 * max(1, abs(wanted)))
    return got == wanted
`;

/** Tests from pairs of arguments and values of JSON, as in QuixBugs. */
export function valueTests(
  pairs: readonly { args: readonly unknown[]; value: unknown }[],
  entry: string,
): PythonTests {
  const functions = pairs.map(({ args, value }, at) =>
    `def __test_${at}():\n    return __same(__plain(${entry}(${
      args.map(pythonLiteral).join(", ")
    })), ${pythonLiteral(value)})`
  );
  return { harness: [COMPARE, ...functions].join("\n"), hiddenTests: testCalls(pairs.length) };
}

/**
 * A value of JSON as Python writes it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { pythonLiteral } from "offprint/evaluators/sets/python_tests.ts";
 *
 * assertEquals(pythonLiteral([null, true, { a: "b" }, 1.5]), '[None, True, {"a": "b"}, 1.5]');
 * ```
 */
export function pythonLiteral(value: unknown): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(", ")}]`;
  if (typeof value === "object") {
    const fields = Object.entries(value).map(([key, field]) =>
      `${JSON.stringify(key)}: ${pythonLiteral(field)}`
    );
    return `{${fields.join(", ")}}`;
  }
  return JSON.stringify(value);
}
