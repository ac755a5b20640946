/**
 * What a `tokenizer.json` must hold, so that its library neither invents tokens nor works without end.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";

/** Kinds of tokenizers from whose tokens the text comes back; older files say nothing of their kind. */
const KINDS = ["BPE", "Unigram"];

/** More than any published vocabulary has: a larger id is damage, and tables up to it would never end. */
const MOST_IDS = 2 ** 24;

/**
 * Checks kind and ids.
 *
 * @param where What messages are about.
 * @throws {UserError} for a kind that is not read here, and for an id that is no whole number from 0 to 16 777 215.
 */
export function checkTokenizer(where: string, tokenizer: object): void {
  const { model, added_tokens: added } = tokenizer as {
    model?: { type?: unknown; vocab?: unknown };
    added_tokens?: { id?: unknown; content?: unknown }[];
  };
  const type = model?.type;
  if (type !== undefined && type !== null && !KINDS.includes(String(type))) {
    throw new UserError({
      what: `${where}: model.type`,
      got: type,
      expected: `${KINDS.join(" or ")}, whose tokens give the text back`,
    });
  }
  const check = (token: string, id: unknown) => {
    if (Number.isInteger(id) && (id as number) >= 0 && (id as number) < MOST_IDS) return;
    throw new UserError({
      what: `${where}: token ${JSON.stringify(token)}`,
      got: new Described(`the id ${id}`),
      expected: `a whole number from 0 to ${MOST_IDS - 1}`,
    });
  };
  const vocabulary = model?.vocab;
  // A Unigram model lists its tokens; their places are their ids.
  if (typeof vocabulary === "object" && vocabulary !== null && !Array.isArray(vocabulary)) {
    for (const token in vocabulary) check(token, (vocabulary as Record<string, unknown>)[token]);
  }
  if (!Array.isArray(added)) return;
  for (const token of added) check(String(token?.content), token?.id);
}
