/**
 * Sentences about the items of a body, read back: declarations, assignments, instances, routines.
 *
 * @module
 */
import type { Argument, Connection, DataType, Declaration, Item } from "../language/ast.ts";
import type { PhraseReader } from "./phrase_reader.ts";

/** One item of a body, as a sentence whose first letter is small. */
export function readItemSentence(reader: PhraseReader): Item {
  if (reader.take("internal")) return readDeclaration(reader);
  if (reader.take("generate", "variable")) return { kind: "genvar", name: reader.name() };
  if (reader.take("local", "constant")) {
    const name = reader.name();
    reader.expect("equals");
    return { kind: "localparam", name, value: reader.expression() };
  }
  if (reader.take("always", "block")) {
    reader.count();
    return { kind: "always", trigger: reader.trigger(), body: { kind: "null" } };
  }
  if (reader.take("at", "time", "zero", ",")) return { kind: "initial", body: reader.statement() };
  if (reader.take("instance")) return readInstance(reader);
  if (reader.take("gate")) return readGate(reader, reader.name());
  if (reader.take("an", "unnamed", "gate")) return readGate(reader);
  if (reader.take("for", "each")) return readGenerate(reader);
  if (reader.take("function")) {
    const name = reader.name();
    reader.expect("returns");
    const result = readCompact(reader);
    reader.expect("from", "inputs");
    const list: Argument[] = [];
    while (!reader.ahead(":") && !reader.ahead(",", "with", "local")) {
      if (list.length > 0) reader.expect(",");
      list.push({ direction: "input", ...readTyped(reader) });
    }
    return { kind: "function", name, result, arguments: list, ...readRoutine(reader) };
  }
  if (reader.take("task")) {
    const name = reader.name();
    reader.expect("with");
    const list: Argument[] = [];
    if (!reader.take("no", "arguments")) {
      do {
        const direction = reader.word() as Argument["direction"];
        list.push({ direction, ...readTyped(reader) });
      } while (!reader.ahead(",", "with", "local") && reader.take(","));
    }
    return { kind: "task", name, arguments: list, ...readRoutine(reader) };
  }
  const target = reader.expression();
  reader.expect("is", "continuously", "driven");
  const delay = reader.take("after") ? reader.expression() : undefined;
  if (delay !== undefined) reader.expect("time", "units");
  reader.expect("by");
  const value = reader.expression();
  return { kind: "assign", target, value, ...(delay === undefined ? {} : { delay }) };
}

function readTyped(reader: PhraseReader): DataType & { name: string } {
  const name = reader.name();
  reader.expect("of");
  return { name, ...readCompact(reader) };
}

/** Local variables and body of a function or task. */
function readRoutine(reader: PhraseReader) {
  const locals: Declaration[] = [];
  if (reader.take(",", "with", "local")) {
    do locals.push({ kind: "declaration", ...readTyped(reader) }); while (reader.take(","));
  }
  reader.expect(":");
  return { locals, body: reader.statement() };
}

function readDeclaration(reader: PhraseReader): Declaration {
  const signed = reader.take("signed");
  const net = reader.word();
  const name = reader.name();
  reader.expect("is");
  const type = { net, signed, ...readWidth(reader) };
  let entries: Pick<Declaration, "entries"> = {};
  if (reader.take(",", "with")) {
    const count = reader.take("a", "symbolic", "number", "of") ? undefined : reader.count();
    reader.word();
    if (reader.take("numbered")) entries = { entries: reader.range() };
    else {
      const right = { kind: "literal", text: `${(count ?? 1) - 1}` } as const;
      entries = { entries: { left: { kind: "literal", text: "0" }, right } };
    }
  }
  const starts = reader.take(",", "driven", "by") || reader.take(",", "starting", "at");
  return {
    kind: "declaration",
    name,
    ...type,
    ...entries,
    ...(starts ? { value: reader.expression() } : {}),
  };
}

function readInstance(reader: PhraseReader): Item {
  const name = reader.name();
  reader.expect("of", "module");
  const module = reader.name();
  const parameters: Connection[] = [];
  if (reader.take("with")) {
    do {
      const positional = reader.ahead("position") && !reader.ahead("position", "set");
      if (positional) {
        reader.expect("position");
        reader.count();
      }
      const port = positional ? {} : { port: reader.name() };
      reader.expect("set", "to");
      parameters.push({
        ...port,
        ...(reader.take("nothing") ? {} : { value: reader.expression() }),
      });
    } while (reader.take("and"));
  }
  reader.expect("connects");
  const connections: Connection[] = [];
  if (!reader.take("nothing")) {
    do {
      const named = reader.take("port");
      if (!named) reader.expect("position");
      const port = named ? { port: reader.name() } : {};
      if (!named) reader.count();
      if (reader.take("left", "open")) connections.push(port);
      else {
        reader.expect("to");
        connections.push({ ...port, value: reader.expression() });
      }
    } while (reader.take(","));
  }
  return { kind: "instance", module, name, parameters, connections };
}

function readGate(reader: PhraseReader, name?: string): Item {
  reader.expect("of", "type");
  const gate = reader.word();
  reader.expect("drives");
  const terminals = [reader.expression()];
  while (reader.take("and")) terminals.push(reader.expression());
  reader.expect("from");
  do terminals.push(reader.expression()); while (reader.take("and"));
  return { kind: "gate", gate, ...(name === undefined ? {} : { name }), terminals };
}

function readGenerate(reader: PhraseReader): Item {
  const variable = reader.name();
  reader.expect("from");
  const start = reader.expression();
  reader.expect("while");
  const condition = reader.expression();
  reader.expect("stepping");
  reader.name();
  reader.expect("to");
  const step = reader.expression();
  reader.expect(",", "the", "following", "is", "generated");
  const label = reader.take("under", "name") ? { label: reader.name() } : {};
  reader.expect(":");
  const items: Item[] = [];
  while (!reader.take("end", "of", "generated", "block")) {
    const item = readItemSentence(reader);
    reader.expect(";");
    if (item.kind === "always") {
      reader.expect("in", "always", "block");
      reader.count();
      reader.expect(":");
      item.body = reader.statement();
      reader.expect(";");
    }
    items.push(item);
  }
  return { kind: "generate", variable, start, condition, step, ...label, items };
}

/** `4 bits wide, range 3 down to 0` */
export function readWidth(reader: PhraseReader): Pick<DataType, "range"> {
  if (!reader.take("of", "symbolic", "width")) {
    reader.count();
    if (!reader.take("bit")) reader.expect("bits");
    reader.expect("wide");
  }
  return reader.take(",", "range") ? { range: reader.range() } : {};
}

/** `4 bits range 3 down to 0 as signed reg` */
function readCompact(reader: PhraseReader): DataType {
  if (!reader.take("symbolic", "bits")) {
    reader.count();
    if (!reader.take("bit")) reader.expect("bits");
  }
  const range = reader.take("range") ? { range: reader.range() } : {};
  if (!reader.take("as")) return { net: "wire", signed: false, ...range };
  const signed = reader.take("signed");
  const plain = signed &&
    (reader.done || reader.ahead(",") || reader.ahead(":") || reader.ahead("from"));
  return { net: plain ? "wire" : reader.word(), signed, ...range };
}
