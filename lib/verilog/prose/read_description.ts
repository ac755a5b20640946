/**
 * The inverse of the templates: from a description back to the module, by rules alone. That it works on
 * every description without an `Unsupported:` line shows that the prose is a re-encoding of the code,
 * which is what a model trained on such pairs learns to undo.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import type { Module, Parameter, Port } from "../language/ast.ts";
import { readItemSentence, readWidth } from "./item_sentences.ts";
import { PhraseReader } from "./phrase_reader.ts";
import { NotADescription } from "./word_reader.ts";

/**
 * Rebuilds a module from its description. Declarations stand before everything else in the result,
 * whatever the order of the original.
 *
 * @throws {UserError} for text that `describe` does not write, and for `Unsupported:` sentences.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { SATURATING_COUNTER } from "offprint/verilog/designs/mod.ts";
 * import { readModules } from "offprint/verilog/language/mod.ts";
 * import { describe, readDescription } from "offprint/verilog/prose/mod.ts";
 *
 * const [module] = await readModules(SATURATING_COUNTER);
 * const description = describe(module!);
 * assertEquals(describe(readDescription(description.text)).text, description.text);
 * ```
 */
export function readDescription(text: string): Module {
  const module: Module = { name: "", parameters: [], ports: [], items: [] };
  const hole = /^\s*(?:\d+\.\s+)?(Unsupported: .*)$/m.exec(text)?.[1];
  if (hole !== undefined) {
    throw new UserError({
      what: "description",
      got: hole,
      expected: "a description without Unsupported: sentences",
    });
  }
  for (const line of text.split(/\r?\n/)) {
    const sentence = line.replace(/^\s*\d+\.\s+/, "").trim();
    if (sentence === "") continue;
    try {
      readSentence(sentence.replace(/\s*\.$/, ""), module);
    } catch (error) {
      if (!(error instanceof NotADescription)) throw error;
      throw new UserError({
        what: "description",
        got: sentence,
        expected: `a sentence in the form that describe writes (${error.message})`,
      });
    }
  }
  return module;
}

/** First words as `describe` capitalises them. */
const CAPITALS = new Set(
  ("Module Parameter Local Input Output Inout Internal Generate The Always In Instance Gate An For At " +
    "Function Task").split(" "),
);

function readSentence(sentence: string, module: Module): void {
  const first = sentence.split(" ", 1)[0]!;
  const reader = new PhraseReader(
    CAPITALS.has(first) ? sentence[0]!.toLowerCase() + sentence.slice(1) : sentence,
  );
  if (CAPITALS.has(first)) {
    if (reader.take("module")) {
      module.name = reader.name();
      return;
    }
    if (reader.take("parameter")) {
      module.parameters.push(readParameter(reader));
      return end(reader);
    }
    for (const direction of ["input", "output", "inout"] as const) {
      if (!reader.take(direction, "port")) continue;
      module.ports.push(readPort(reader, direction));
      return end(reader);
    }
    if (reader.take("the", "module", "has")) return;
    if (reader.take("in", "always", "block")) {
      reader.count();
      reader.expect(":");
      const process = module.items.at(-1);
      if (process?.kind !== "always") throw reader.wrong("a sentence with its trigger before it");
      process.body = reader.statement();
      return end(reader);
    }
  }
  module.items.push(readItemSentence(reader));
  end(reader);
}

function end(reader: PhraseReader): void {
  if (!reader.done) throw reader.wrong("the end of the sentence");
}

function readParameter(reader: PhraseReader): Parameter {
  const name = reader.name();
  reader.expect("has", "default", "value");
  return { name, value: reader.expression() };
}

function readPort(reader: PhraseReader, direction: Port["direction"]): Port {
  const name = reader.name();
  reader.expect("is");
  const range = readWidth(reader);
  let signed = false;
  let net = "wire";
  if (reader.take(",", "and", "is")) {
    if (reader.take("a") || reader.take("an")) {
      signed = reader.take("signed");
      net = reader.word();
    } else {
      reader.expect("signed");
      signed = true;
    }
  }
  return { direction, name, net, signed, ...range };
}
