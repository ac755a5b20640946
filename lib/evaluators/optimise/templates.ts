/**
 * Edits that may mend what a finding complains about: those of `programs/edits.ts`, which undo one another, and insertions and
 * deletions.
 *
 * @module
 */
import { type SyntaxNode, type SyntaxTree, textOf, walk } from "offprint/syntax/mod.ts";
import { type Edit, type EditClass, FUNCTIONAL_CLASSES } from "../programs/edit.ts";
import { editsOfTree } from "../programs/edits.ts";
import { functionsOf, namesOf } from "../programs/names.ts";

/** Where a finding points. */
interface Span {
  start: number;
  end: number;
}

/** All that changes what a program computes, and leaves it a program. */
const FLOW: readonly EditClass[] = FUNCTIONAL_CLASSES.filter((each) => each !== "syntactic");

/** Which edits a category asks for. */
const TEMPLATES: Record<string, { classes: readonly EditClass[]; more: readonly Insertion[] }> = {
  syntax: { classes: [], more: [brackets] },
  undeclared: { classes: [], more: [renames] },
  value: { classes: FLOW, more: [deletions, assignments, baseCases] },
  throw: { classes: FLOW, more: [deletions, renames, baseCases] },
  endless: { classes: FLOW, more: [deletions, updates, baseCases] },
  boundary: { classes: ["boundary"], more: [] },
  operand: { classes: ["operand", "operator"], more: [] },
  control: { classes: ["control", "constant"], more: [deletions] },
  return: { classes: [], more: [returns, deletions] },
  "base case": { classes: [], more: [baseCases] },
  state: { classes: ["state"], more: [deletions, assignments] },
  slow: { classes: [], more: [deletions] },
  duplicate: { classes: [], more: [deletions] },
  unused: { classes: [], more: [deletions] },
  branches: { classes: [], more: [branches] },
  style: { classes: [], more: [longerNames] },
};

type Insertion = (tree: SyntaxTree) => Edit[];

/** All categories that have templates. */
export const REPAIR_CATEGORIES: readonly string[] = Object.keys(TEMPLATES);

/** Edits for a category that touch a span, in the order of the text. */
export function repairsFor(tree: SyntaxTree, category: string, span: Span): Edit[] {
  const { classes, more } = TEMPLATES[category] ?? TEMPLATES["value"]!;
  const swaps = classes.length === 0 ? [] : editsOfTree(tree)
    .filter((edit) => classes.includes(edit.class));
  return [...swaps, ...more.flatMap((template) => template(tree))]
    .filter(({ start, end }) => start <= span.end && end >= span.start);
}

function edit(operator: string, { start, end }: Span, text: string): Edit {
  return { class: "control", operator, start, end, text };
}

const at = (place: number): Span => ({ start: place, end: place });

/** A bracket or keyword put in again: at ends of lines, before a block, and behind an index. */
function brackets(tree: SyntaxTree): Edit[] {
  const { text } = tree;
  const places = (pattern: RegExp): number[] =>
    [...text.matchAll(pattern)].map((match) => match.index);
  return [
    ...places(/$/gm).map((place) => edit("insert }", at(place), "}")),
    ...places(/[;{,]|$/gm).map((place) => edit("insert )", at(place), ")")),
    ...places(/[;=),.\[\]<>+*/-]| /g).map((place) => edit("insert ]", at(place), "]")),
    ...places(/\S.*$/gm).map((place) => edit("insert return", at(place), "return ")),
    ...places(/(?<=\} )/g).map((place) => edit("insert else", at(place), "else ")),
  ];
}

/** A declaration gets the name that is used and declared nowhere, nearest in spelling first. */
function renames(tree: SyntaxTree): Edit[] {
  const { uses, declarations } = namesOf(tree);
  const lost = [...new Set(uses.filter(({ declared }) => !declared).map(({ name }) => name))];
  return lost.flatMap((name) =>
    declarations
      .filter(({ name: other }) => other.startsWith(name) || name.startsWith(other))
      .map(({ node }) => edit("rename the declaration", node, name))
  );
}

/** Statements that could go; a loop or a branch goes whole. */
function deletions(tree: SyntaxTree): Edit[] {
  return [...walk(tree.root)].filter(({ kind }) =>
    /^(expression_statement|lexical_declaration|break_statement|if_statement)$/.test(kind)
  ).map((node) => edit("delete statement", node, ""));
}

/** `x = y` as `x += y` and `x -= y`. */
function assignments(tree: SyntaxTree): Edit[] {
  return [...walk(tree.root)].filter(({ kind }) => kind === "assignment_expression")
    .flatMap((node) => {
      const sign = node.children.find((child) => textOf(tree, child) === "=");
      return sign === undefined ? [] : [edit("= to +=", sign, "+="), edit("= to -=", sign, "-=")];
    });
}

/** A variable that starts as a number counts up or down at the end of a loop. */
function updates(tree: SyntaxTree): Edit[] {
  const counters = [...walk(tree.root)].flatMap((node) => {
    const [name, , value] = node.kind === "variable_declarator" ? node.children : [];
    return name?.kind === "identifier" && value?.kind === "number" ? [textOf(tree, name)] : [];
  });
  return blocksOf(tree, /^(for|for_in|while)_statement$/).flatMap((body) =>
    [...new Set(counters)].flatMap((name) =>
      ["+=", "-="].map((sign) => edit("insert update", at(body.end - 1), ` ${name} ${sign} 1; `))
    )
  );
}

function blocksOf(tree: SyntaxTree, kinds: RegExp): SyntaxNode[] {
  return [...walk(tree.root)].filter(({ kind }) => kinds.test(kind))
    .map((node) => node.children.at(-1)!)
    .filter(({ kind }) => kind === "statement_block");
}

/** The smallest input is answered at the beginning of a function. */
function baseCases(tree: SyntaxTree): Edit[] {
  return functionsOf(tree).filter(({ body }) => body.kind === "statement_block")
    .flatMap(({ parameters, body }) =>
      parameters.slice(0, 2).flatMap((name) =>
        [
          `if (${name} === 0) { return 0; }`,
          `if (${name} === 0) { return 1; }`,
          `if (${name} <= 1) { return ${name}; }`,
          `if (${name}.length === 0) { return []; }`,
          `if (${name}.length === 0) { return 0; }`,
          `if (${name}.length <= 1) { return ${name}; }`,
        ].map((line) => edit("insert base case", at(body.start + 1), ` ${line}`))
      )
    );
}

/** The last statement's value, or a variable, is returned. */
function returns(tree: SyntaxTree): Edit[] {
  const { declarations } = namesOf(tree);
  const names = [
    ...new Set(
      declarations.filter(({ kind }) => kind !== "function")
        .map(({ name }) => name),
    ),
  ];
  return functionsOf(tree).filter(({ body }) => body.kind === "statement_block")
    .flatMap(({ body }) => {
      const last = body.children.filter(({ named }) => named).at(-1);
      return [
        ...(last?.kind === "expression_statement"
          ? [edit("insert return", at(last.start), "return ")]
          : []),
        ...names.map((name) => edit("insert return", at(body.end - 1), ` return ${name}; `)),
      ];
    });
}

/** An `if` whose branches are the same becomes its branch. */
function branches(tree: SyntaxTree): Edit[] {
  return [...walk(tree.root)].filter(({ kind }) => kind === "if_statement")
    .map((node) => edit("keep one branch", node, textOf(tree, node.children[2]!).slice(1, -1)));
}

/** A name of one letter becomes a word. */
function longerNames(tree: SyntaxTree): Edit[] {
  const { uses, declarations } = namesOf(tree);
  return declarations.filter(({ name }) => name.length === 1).map(({ name, node }) => {
    const [first, ...others] = [
      node,
      ...uses.filter((use) => use.name === name).map((use) => use.node),
    ]
      .sort((a, b) => a.start - b.start)
      .map((each) => ({ start: each.start, end: each.end, text: "value" }));
    return { ...edit("longer name", first!, "value"), also: others };
  });
}
