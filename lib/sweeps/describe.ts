/**
 * The experiments of a module as its source declares them: parameters with types, defaults and units.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { Described, UserError } from "offprint/errors.ts";
import { ifThere, readText } from "offprint/files.ts";
import {
  childOf,
  parseSyntax,
  type SyntaxNode,
  type SyntaxTree,
  textOf,
  walk,
} from "offprint/syntax/mod.ts";
import { axisText, type Parameter, type Writing } from "./axes.ts";
import { addressOf } from "./experiment.ts";

/** A parameter of an experiment. */
export interface ParameterDescription {
  name: string;
  /** As in the source: `number`, `string`, `"sum" | "weighted"`. */
  type: string;
  /** The default as in the source; nothing where there is none. */
  default?: string;
  /** Whether it may be left out. */
  optional: boolean;
  /** From the tag `@unit`. */
  unit?: string;
  /** First sentence or sentences of its comment. */
  summary: string;
}

/** An experiment of a module. */
export interface ExperimentDescription {
  name: string;
  summary: string;
  parameters: ParameterDescription[];
}

/**
 * The experiments of a module, by name: exported functions whose first parameter is written `{ a = 1, b }: Type`, where the
 * type is written out there or is an interface of the same file.
 *
 * @throws {UserError} where there is no such file.
 */
export async function describeExperiments(
  module: string,
): Promise<Map<string, ExperimentDescription>> {
  const address = addressOf(module);
  const text = await ifThere(readText(fileURLToPath(address)));
  if (text === undefined) {
    throw new UserError({
      what: module,
      got: new Described("no such file"),
      expected: "a module with experiments",
      todo: "Correct the name; papers have theirs in lib/papers/NAME/experiments.ts.",
    });
  }
  return describeText(await parseSyntax("typescript", text, module));
}

/** The experiments of a parsed source. */
function describeText(tree: SyntaxTree): Map<string, ExperimentDescription> {
  const types = new Map<string, SyntaxNode>();
  for (const node of walk(tree.root)) {
    const name = childOf(node, "type_identifier");
    if (name === undefined) continue;
    if (node.kind === "interface_declaration") {
      types.set(textOf(tree, name), childOf(node, "interface_body", "object_type") ?? node);
    } else if (node.kind === "type_alias_declaration") {
      const equals = node.children.findIndex(({ kind }) => kind === "=");
      types.set(textOf(tree, name), node.children[equals + 1]!);
    }
  }
  const found = new Map<string, ExperimentDescription>();
  let end = 0;
  for (const statement of tree.root.children) {
    const comment = commentBefore(tree, end, statement.start);
    end = statement.end;
    if (statement.kind !== "export_statement") continue;
    const declared = childOf(statement, "function_declaration");
    const name = declared && childOf(declared, "identifier");
    const first = declared && childOf(declared, "formal_parameters")?.children
      .find(({ kind }) => kind === "required_parameter");
    const pattern = first && childOf(first, "object_pattern");
    if (name === undefined || pattern === undefined) continue;
    const typed = childOf(first!, "type_annotation")?.children.at(-1);
    const fields = typed && fieldsOf(tree, types, typed);
    const defaults = defaultsOf(tree, pattern);
    found.set(textOf(tree, name), {
      name: textOf(tree, name),
      summary: comment.summary,
      parameters: [...fields ?? []].map(([field, about]) => {
        const standing = defaults.get(field);
        return standing === undefined ? about : { ...about, default: standing };
      }),
    });
  }
  return found;
}

function fieldsOf(
  tree: SyntaxTree,
  types: ReadonlyMap<string, SyntaxNode>,
  type: SyntaxNode,
): Map<string, ParameterDescription> {
  const body = type.kind === "type_identifier" ? types.get(textOf(tree, type)) ?? type : type;
  const fields = new Map<string, ParameterDescription>();
  let end = body.start;
  for (const member of body.children) {
    const comment = commentBefore(tree, end, member.start);
    end = member.end;
    const key = childOf(member, "property_identifier", "string");
    const annotation = childOf(member, "type_annotation")?.children.at(-1);
    if (member.kind !== "property_signature" || key === undefined) continue;
    const name = textOf(tree, key).replace(/^"(.*)"$/, "$1");
    // The name of a type of this file says less than what it stands for.
    const written = annotation && (types.get(textOf(tree, annotation)) ?? annotation);
    const shown = written === undefined ? "unknown" : textOf(tree, written).replace(/\s+/g, " ");
    fields.set(name, {
      name,
      type: shown.replace(/^\| /, ""),
      optional: childOf(member, "?") !== undefined,
      summary: comment.summary,
      ...(comment.unit === undefined ? {} : { unit: comment.unit }),
    });
  }
  return fields;
}

function defaultsOf(tree: SyntaxTree, pattern: SyntaxNode): Map<string, string> {
  const defaults = new Map<string, string>();
  for (const part of pattern.children) {
    const assigned = childOf(part, "object_assignment_pattern", "assignment_pattern") ?? part;
    const value = assigned.children.at(-1);
    if (!/assignment_pattern$/.test(assigned.kind) || value === undefined) continue;
    const key = part.kind === "pair_pattern" ? part.children[0]! : assigned.children[0]!;
    defaults.set(textOf(tree, key).replace(/^"(.*)"$/, "$1"), textOf(tree, value));
  }
  return defaults;
}

/** The documentation between two places: its prose in one line, and its unit. */
function commentBefore(
  tree: SyntaxTree,
  from: number,
  to: number,
): { summary: string; unit?: string } {
  const comments = [...tree.text.slice(from, to).matchAll(/\/\*\*([\s\S]*?)\*\//g)];
  const lines = (comments.at(-1)?.[1] ?? "").split("\n").map((line) =>
    line.replace(/^\s*\* ?/, "")
  );
  const prose = lines.join("\n");
  const unit = /@unit\s+(.+)/.exec(prose)?.[1]?.trim();
  const summary = prose.split(/(?:^|\s)@[a-z]/)[0]!.split(/\n\s*\n/)[0]!.replace(/\s+/g, " ")
    .trim();
  return { summary, ...(unit === undefined ? {} : { unit }) };
}

/** Whether a value fits a parameter's type as far as that is written out; other types accept everything. */
export function accepts(type: string, value: Parameter): boolean {
  const choices = type.split("|").map((choice) => choice.trim());
  return choices.some((choice) => {
    if (choice === "number") return typeof value === "number";
    if (choice === "string") return typeof value === "string";
    if (choice === "boolean") return typeof value === "boolean";
    if (/^(?:-?[\d.]|"|true$|false$|null$)/.test(choice)) return choice === JSON.stringify(value);
    return true;
  });
}

/** "a number, in draft passes": the values that a parameter takes, in words. */
function takenBy({ type, unit }: ParameterDescription): string {
  const words: Record<string, string> = {
    number: "a number",
    string: "a text",
    boolean: "true or false",
  };
  const kinds = type.split("|").map((choice) => words[choice.trim()] ?? choice.trim()).join(" or ");
  return unit === undefined ? kinds : `${kinds}, in ${unit}`;
}

/** A value that a parameter takes: its default, or one of its type. */
function exampleOf({ type, default: standing }: ParameterDescription): Parameter {
  for (const text of [standing, ...type.split("|").map((choice) => choice.trim())]) {
    try {
      const value = JSON.parse(text ?? "");
      if (accepts(type, value)) return value;
    } catch {
      // The name of a type, or a default that is an expression.
    }
  }
  return type.includes("string") ? "text" : type.includes("boolean") ? true : 1;
}

/**
 * One experiment, after a look at what it is given.
 *
 * @param writing How the values were written, for messages.
 * @throws {UserError} for an unknown experiment or parameter, a missing one, and a value of the wrong type.
 */
export async function describeExperiment(
  module: string,
  name: string,
  over: Readonly<Record<string, readonly unknown[]>>,
  writing: Writing = "cell",
): Promise<ExperimentDescription> {
  const all = await describeExperiments(module);
  const found = all.get(name);
  if (found === undefined) {
    throw new UserError({
      what: `${module}`,
      got: name,
      expected: all.size === 0
        ? "a module with experiments"
        : `one of ${[...all.keys()].join(", ")}`,
    });
  }
  const known = found.parameters.map((parameter) => parameter.name);
  for (const [axis, values] of Object.entries(over)) {
    const parameter = found.parameters.find((each) => each.name === axis);
    if (parameter === undefined) {
      throw new UserError({
        what: `experiment ${name}`,
        got: axis,
        expected: `one of its parameters: ${known.join(", ")}`,
      });
    }
    const wrong = values.find((value) => !accepts(parameter.type, value as Parameter));
    if (wrong !== undefined) {
      throw new UserError({
        what: `experiment ${name}, parameter ${axis}`,
        got: wrong,
        expected: takenBy(parameter),
        todo: `Write for example ${axisText(axis, [exampleOf(parameter)], writing)}.`,
      });
    }
  }
  const open = found.parameters.find((each) => !each.optional && !(each.name in over));
  if (open !== undefined) {
    throw new UserError({
      what: `experiment ${name}`,
      got: new Described(`no value of ${open.name}`),
      expected: `${takenBy(open)}: it has no default`,
      todo: `Write for example ${axisText(open.name, [exampleOf(open)], writing)}.`,
    });
  }
  return found;
}
