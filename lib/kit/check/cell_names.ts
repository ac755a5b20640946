/**
 * Names that cells declare and use, from the syntax tree of a notebook's source. It is a small scope
 * analysis: a name counts as a cell's own when it is declared at the top level; uses in a type are left out,
 * because types are gone when a cell runs.
 *
 * @module
 */

/** A name at a place in the text. */
export interface NamedPlace {
  name: string;
  /** Offsets of the identifier. */
  range: [number, number];
}

/** A declaration at the top level. */
export interface Declaration extends NamedPlace {
  /** By an import: the value comes from a module, not from this cell. */
  imported: boolean;
}

/** A use of a name that no inner scope declares. */
export interface Use extends NamedPlace {
  /** It gives the name, or something in it, another value: `x = …`, `x.y++`, `x.push(…)`. */
  written: boolean;
}

/** What the analysis finds. */
export interface CellNames {
  /** Values declared at the top level, in order. */
  declared: Declaration[];
  /** Uses of names that no inner scope declares, in order. */
  used: Use[];
}

interface Scope {
  parent: Scope | undefined;
  ofFunction: boolean;
  names: Set<string>;
}

type Node = Deno.lint.Node;

/** Collects the names of one file: `enter` and `exit` are called for every node, then `finish`. */
export class NameCollector {
  readonly #top: Scope = { parent: undefined, ofFunction: true, names: new Set() };
  readonly #declared: Declaration[] = [];
  readonly #uses: (Use & { scope: Scope })[] = [];
  /** Offsets of identifiers that declare a name. */
  readonly #bindings = new Set<number>();
  #scope = this.#top;
  #typeDepth = 0;

  /** Goes into a node. */
  enter(node: Node): void {
    if (isType(node)) this.#typeDepth++;
    if (this.#typeDepth > 0) return;
    this.#declareOutside(node);
    if (opensScope(node)) {
      this.#scope = { parent: this.#scope, ofFunction: isFunction(node), names: new Set() };
    }
    this.#declareInside(node);
    if (node.type === "Identifier" && !this.#bindings.has(node.range[0]) && isUse(node)) {
      const written = isWritten(node);
      this.#uses.push({ name: node.name, range: node.range, written, scope: this.#scope });
    }
  }

  /** Comes out of a node. */
  exit(node: Node): void {
    if (this.#typeDepth === 0 && opensScope(node)) this.#scope = this.#scope.parent!;
    if (isType(node)) this.#typeDepth--;
  }

  /** All names, once the whole file has been walked. */
  finish(): CellNames {
    const used = this.#uses.filter(({ name, scope }) => {
      for (let inner = scope; inner !== this.#top; inner = inner.parent!) {
        if (inner.names.has(name)) return false;
      }
      return true;
    });
    return {
      declared: this.#declared,
      used: used.map(({ name, range, written }) => ({ name, range, written })),
    };
  }

  /** Names that a node gives to the scope around it. */
  #declareOutside(node: Node): void {
    switch (node.type) {
      case "FunctionDeclaration":
      case "ClassDeclaration":
      case "TSEnumDeclaration":
        if (node.id && !node.declare) this.#declare(node.id, this.#scope);
        break;
      case "ImportDeclaration":
        for (const specifier of node.specifiers) {
          const typeOnly = node.importKind === "type" ||
            (specifier.type === "ImportSpecifier" && specifier.importKind === "type");
          if (typeOnly) this.#bindings.add(specifier.local.range[0]);
          else this.#declare(specifier.local, this.#top, true);
        }
        break;
      case "VariableDeclaration": {
        if (node.declare) break;
        let scope = this.#scope;
        if (node.kind === "var") { while (!scope.ofFunction) scope = scope.parent!; }
        // the head of a loop declares for the loop, whose scope is open by now
        for (const { id } of node.declarations) this.#declarePattern(id, scope);
      }
    }
  }

  /** Names that a node gives to the scope it opens. */
  #declareInside(node: Node): void {
    if (isFunction(node)) {
      if (node.type === "FunctionExpression" && node.id) this.#declare(node.id, this.#scope);
      for (const parameter of node.params) this.#declarePattern(parameter, this.#scope);
    } else if (node.type === "CatchClause" && node.param) {
      this.#declarePattern(node.param, this.#scope);
    } else if (node.type === "ClassExpression" && node.id) {
      this.#declare(node.id, this.#scope);
    }
  }

  #declarePattern(pattern: Node | Deno.lint.Parameter | null, scope: Scope): void {
    switch (pattern?.type) {
      case "Identifier":
        this.#declare(pattern, scope);
        break;
      case "ObjectPattern":
        for (const property of pattern.properties) {
          const target = property.type === "RestElement" ? property.argument : property.value;
          this.#declarePattern(target, scope);
        }
        break;
      case "ArrayPattern":
        for (const element of pattern.elements) this.#declarePattern(element, scope);
        break;
      case "AssignmentPattern":
        this.#declarePattern(pattern.left, scope);
        break;
      case "RestElement":
        this.#declarePattern(pattern.argument, scope);
        break;
      case "TSParameterProperty":
        this.#declarePattern(pattern.parameter, scope);
    }
  }

  #declare({ name, range }: Deno.lint.Identifier, scope: Scope, imported = false): void {
    this.#bindings.add(range[0]);
    scope.names.add(name);
    if (scope === this.#top) this.#declared.push({ name, range, imported });
  }
}

type FunctionNode =
  | Deno.lint.FunctionDeclaration
  | Deno.lint.FunctionExpression
  | Deno.lint.ArrowFunctionExpression;

function isFunction(node: Node): node is FunctionNode {
  return node.type === "FunctionDeclaration" || node.type === "FunctionExpression" ||
    node.type === "ArrowFunctionExpression";
}

const SCOPES: ReadonlySet<string> = new Set([
  "BlockStatement",
  "CatchClause",
  "ClassExpression",
  "ForInStatement",
  "ForOfStatement",
  "ForStatement",
  "StaticBlock",
  "SwitchStatement",
  "TSModuleBlock",
]);

function opensScope(node: Node): boolean {
  return isFunction(node) || SCOPES.has(node.type);
}

/** Nodes named TS… that hold code that runs. */
const RUNNING: ReadonlySet<string> = new Set([
  "TSAsExpression",
  "TSEnumBody",
  "TSEnumDeclaration",
  "TSEnumMember",
  "TSExportAssignment",
  "TSInstantiationExpression",
  "TSModuleBlock",
  "TSModuleDeclaration",
  "TSNonNullExpression",
  "TSParameterProperty",
  "TSSatisfiesExpression",
  "TSTypeAssertion",
]);

function isType(node: Node): boolean {
  return node.type.startsWith("TS") && !RUNNING.has(node.type);
}

/** Methods of lists, typed arrays, maps and sets that change them. */
export const CHANGING: ReadonlySet<string> = new Set([
  "add",
  "clear",
  "copyWithin",
  "delete",
  "fill",
  "pop",
  "push",
  "reverse",
  "set",
  "shift",
  "sort",
  "splice",
  "unshift",
]);

/** Whether an identifier is what a statement changes, by itself or through its members. */
function isWritten(identifier: Deno.lint.Identifier): boolean {
  let node: Node = identifier;
  let method: string | undefined;
  while (node.parent.type === "MemberExpression" && node.parent.object === node) {
    node = node.parent;
    method = !node.computed && node.property.type === "Identifier" ? node.property.name : undefined;
  }
  const { parent } = node;
  switch (parent.type) {
    case "AssignmentExpression":
      return parent.left === node;
    case "UpdateExpression":
      return true;
    case "CallExpression":
      return parent.callee === node && method !== undefined && CHANGING.has(method);
    default:
      return false;
  }
}

/** Whether an identifier stands for a value, rather than for a property, a label or part of an import. */
function isUse(node: Deno.lint.Identifier): boolean {
  const parent: Node = node.parent;
  const is = (part: { range: [number, number] } | null | undefined) =>
    part?.range[0] === node.range[0];
  switch (parent.type) {
    case "MemberExpression":
      return parent.computed || !is(parent.property);
    case "Property":
      return parent.computed || parent.shorthand || !is(parent.key);
    case "MethodDefinition":
    case "PropertyDefinition":
      return parent.computed || !is(parent.key);
    case "ExportSpecifier":
      return is(parent.local);
    case "TSEnumMember":
    case "TSModuleDeclaration":
      return !is(parent.id);
    case "BreakStatement":
    case "ContinueStatement":
    case "ImportAttribute":
    case "ImportDefaultSpecifier":
    case "ImportNamespaceSpecifier":
    case "ImportSpecifier":
    case "LabeledStatement":
    case "MetaProperty":
      return false;
    default:
      return true;
  }
}
