/**
 * The cell lint: what the type checker passes and the kernel does not. A plugin of `deno lint`, which has
 * the only TypeScript parser available; `cell_lint.json` runs it over the sources of notebooks.
 *
 * In the kernel each cell is a script of its own: it knows what earlier cells declared, and nothing of later ones.
 *
 * @module
 */
import { NameCollector } from "./cell_names.ts";
import { cellAt, cellPositions } from "./cell_positions.ts";
import { missingTags } from "./inherited_tags.ts";

type Node = Deno.lint.Node;

/** The message of a rule: what, then what to do. */
interface Complaint {
  message: string;
  hint: string;
}

/** A rule that looks at single nodes. */
function rule(look: (node: Node) => Complaint | undefined): Deno.lint.Rule {
  return {
    create: (context) => ({
      "*"(node: Node) {
        const complaint = look(node);
        if (complaint !== undefined) context.report({ node, ...complaint });
      },
    }),
  };
}

/** `Deno.exit` → `["Deno", "exit"]`, for a plain chain of names. */
function nameChain(node: Node): string {
  if (node.type === "Identifier") return node.name;
  if (node.type !== "MemberExpression" || node.computed) return "?";
  return `${nameChain(node.object)}.${nameChain(node.property)}`;
}

function isMember(node: Node, ...chains: string[]): string | undefined {
  if (node.type !== "MemberExpression") return undefined;
  const chain = nameChain(node).replace(/^globalThis\./, "");
  return chains.find((wanted) => wanted === chain);
}

const importMeta = rule((node) =>
  node.type === "MetaProperty" && node.meta.name === "import"
    ? {
      message: "import.meta is a syntax error in the kernel",
      hint: "put the code that needs it into lib/ and import that",
    }
    : undefined
);

const exit = rule((node) => {
  const name = isMember(node, "Deno.exit", "process.exit");
  return name === undefined ? undefined : {
    message: `${name} kills the kernel without an answer`,
    hint: "throw an error instead",
  };
});

const test = rule((node) =>
  isMember(node, "Deno.test") === undefined ? undefined : {
    message: "a failing Deno.test leaves its cell green",
    hint: 'use check(…) of "offprint/notebook/mod.ts", or move the test to tests/',
  }
);

const silentOutput = rule((node) => {
  const name = isMember(node, "Deno.stdout", "Deno.stderr", "process.stdout", "process.stderr");
  return name === undefined ? undefined : {
    message: `what is written to ${name} vanishes in the kernel`,
    hint: "use console.log or display",
  };
});

const mappedImports = rule((node) => {
  const source = importedFrom(node);
  if (source === undefined) return undefined;
  if (/^(?:\.{0,2}\/|file:)/.test(source)) {
    return {
      message: `"${source}" is resolved from the kernel's folder, not from the notebook's`,
      hint: 'import it by its name in import_map.json, as "offprint/…"',
    };
  }
  return /^(?:npm|jsr|https?):/.test(source)
    ? {
      message: `"${source}" is not pinned by import_map.json`,
      hint: "add it there and import it by that name",
    }
    : undefined;
});

function importedFrom(node: Node): string | undefined {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
    case "ExportNamedDeclaration":
      return node.source?.value;
    case "ImportExpression":
      return node.source.type === "Literal" && typeof node.source.value === "string"
        ? node.source.value
        : undefined;
    default:
      return undefined;
  }
}

const separateCells: Deno.lint.Rule = {
  create: (context) => ({
    Program(program) {
      const cells = cellPositions(context.sourceCode.text);
      for (const statement of program.body) {
        const [start, end] = statement.range;
        const next = cells.find((cell) => cell.start > start && cell.start < end);
        if (next === undefined) continue;
        const first = cellAt(cells, start)?.name ?? "the text above the first cell";
        context.report({
          range: [start, start + 1],
          message: `a statement of ${first} goes on in ${next.name} at line ${next.line}, ` +
            "so deno fmt would merge the two",
          hint: `end ${first} with ";" (deno task sync does)`,
        });
      }
    },
  }),
};

/** Both rules about names need the whole file first. */
function namesRule(
  judge: (names: ReturnType<NameCollector["finish"]>, context: Deno.lint.RuleContext) => void,
): Deno.lint.Rule {
  return {
    create(context) {
      const names = new NameCollector();
      return {
        "*"(node: Node) {
          names.enter(node);
        },
        "*:exit"(node: Node) {
          names.exit(node);
          if (node.type === "Program") judge(names.finish(), context);
        },
      };
    },
  };
}

const useBeforeCell = namesRule(({ declared, used }, context) => {
  const cells = cellPositions(context.sourceCode.text);
  const first = new Map<string, number>();
  for (const { name, range } of declared) if (!first.has(name)) first.set(name, range[0]);
  const told = new Set<string>();
  for (const { name, range } of used) {
    const declaration = first.get(name);
    const here = cellAt(cells, range[0]);
    const there = declaration === undefined ? undefined : cellAt(cells, declaration);
    if (here === undefined || there === undefined || here.index >= there.index) continue;
    if (told.has(`${here.index} ${name}`)) continue;
    told.add(`${here.index} ${name}`);
    context.report({
      range,
      message: `${name} is used in ${here.name} before ${there.name} at line ${there.line}, ` +
        "which declares it",
      hint: "move the declaration up: cells run in order",
    });
  }
});

const declaredTwice = namesRule(({ declared }, context) => {
  const cells = cellPositions(context.sourceCode.text);
  const first = new Map<string, number>();
  for (const { name, range } of declared) {
    const before = first.get(name);
    const here = cellAt(cells, range[0]);
    if (before === undefined) first.set(name, range[0]);
    else {
      const there = cellAt(cells, before);
      if (here === undefined || there === undefined || here.index === there.index) continue;
      context.report({
        range,
        message: `${name} is declared in ${here.name} and in ${there.name} at line ${there.line}`,
        hint: "rename one of the two, or wrap one in a block",
      });
    }
  }
});

/** What a tag says of a cell's values. */
const HANGS_ON = { native: "the processor", timing: "the clock" };

const inheritedTags = namesRule((names, context) => {
  const cells = cellPositions(context.sourceCode.text);
  for (const { name, range, tag, cell, from } of missingTags(names, cells)) {
    context.report({
      range,
      message: `${name} is used in ${cell.name}, but its value hangs on ${HANGS_ON[tag]}: ` +
        `it comes from ${from.name} at line ${from.line}, which is tagged "${tag}"`,
      hint: `add "${tag}" to the tags of ${cell.name}`,
    });
  }
});

/** What shows a value, or fails, and says so by a promise of nothing. */
const SHOWING: ReadonlySet<string> = new Set([
  "claim",
  "claimsTable",
  "display",
  "hiddenTest",
  "verdicts",
]);

function isShowing(node: Node): boolean {
  return node.type === "CallExpression" && node.callee.type === "Identifier" &&
    SHOWING.has(node.callee.name);
}

/** `display(x)` that nobody waits for may be sent after the cell has ended. */
const awaitedDisplay = rule((node) => {
  if (!isShowing(node)) return undefined;
  const { parent } = node as Deno.lint.CallExpression;
  const waited = parent.type === "AwaitExpression" || parent.type === "ReturnStatement" ||
    parent.type === "ArrowFunctionExpression";
  return waited ? undefined : {
    message: "what is shown without await can land under another cell",
    hint: "write await before it",
  };
});

/** Statements without a value: behind one of them a cell still has the value of what came before. */
function isDeclaration(node: Node): boolean {
  return /Declaration$/.test(node.type);
}

/** The statements whose value would be the value of a cell that ends with `node` and declarations. */
function lastStatements(node: Node | null | undefined): Node[] {
  switch (node?.type) {
    case "BlockStatement":
      return lastStatements(node.body.findLast((each) => !isDeclaration(each)));
    case "IfStatement":
      return [...lastStatements(node.consequent), ...lastStatements(node.alternate)];
    case "ForStatement":
    case "ForInStatement":
    case "ForOfStatement":
    case "WhileStatement":
    case "DoWhileStatement":
    case "LabeledStatement":
      return lastStatements(node.body);
    case "TryStatement":
      return [...lastStatements(node.block), ...lastStatements(node.handler?.body)];
    case "ExpressionStatement":
      return [node];
    default:
      return [];
  }
}

/**
 * The kernel can say that a cell has ended before it sends the value of its last expression, and a stock
 * client then puts that value under another cell. An awaited display comes before the end.
 */
const endWithDisplay: Deno.lint.Rule = {
  create: (context) => ({
    Program(program) {
      const cells = cellPositions(context.sourceCode.text);
      const last = new Map<number, Node>();
      for (const statement of program.body) {
        if (isDeclaration(statement)) continue;
        const cell = cellAt(cells, statement.range[0]);
        if (cell !== undefined) last.set(cell.index, statement);
      }
      for (const [index, statement] of last) {
        const values = lastStatements(statement).filter((node) => {
          const { expression } = node as Deno.lint.ExpressionStatement;
          return !(expression.type === "AwaitExpression" && isShowing(expression.argument));
        });
        for (const { range } of values) {
          context.report({
            range,
            message: `${cells[index]!.name} ends with a value, which can land under another cell`,
            hint: "end it with await display(…), or compute what it declares in a function",
          });
        }
      }
    },
  }),
};

const plugin: Deno.lint.Plugin = {
  name: "cells",
  rules: {
    "awaited-display": awaitedDisplay,
    "declared-twice": declaredTwice,
    "end-with-display": endWithDisplay,
    "exit": exit,
    "import-meta": importMeta,
    "inherited-tags": inheritedTags,
    "mapped-imports": mappedImports,
    "separate-cells": separateCells,
    "silent-output": silentOutput,
    "test": test,
    "use-before-cell": useBeforeCell,
  },
};

export default plugin;
