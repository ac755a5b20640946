/**
 * Whether heads belong to the two models in use.
 *
 * @module
 */
import { basename } from "node:path";
import { Described, UserError } from "offprint/errors.ts";
import { readText } from "offprint/files.ts";
import { resolveModel } from "offprint/lm/transformer/mod.ts";
import { HEADS_FOLDER } from "./recipe.ts";
import { type CommittedHeads, loadHeads, resolveHeads, weightsHash } from "./results.ts";

/** Two models, each by its name in `data/models` or by a folder. */
export interface ModelPair {
  draft: string;
  target: string;
}

/** Heads for two models, with all that was measured of them. */
export interface HeadsOfPair extends CommittedHeads {
  /** Whether the two are those of the committed measurement in `data/heads`. */
  own: boolean;
}

/** How the claims of paper 10 begin whose verdicts are of the two models in use. */
export const PAIR_CLAIMS: readonly string[] = ["10.models-", "10.speedup-", "10.wall-clock-"];

/**
 * Reads the heads of a folder for the two models in use. Only files are compared, no model is opened, so that it can be asked
 * before any work.
 *
 * @param path As {@linkcode resolveHeads} takes it: empty for `data/heads`.
 * @throws {UserError} when a model or the folder is not there, when the models have two vocabularies, and when the heads were
 *   measured with other weights; it says how to train heads for these two.
 */
export async function headsOfPair(pair: ModelPair, path: string): Promise<HeadsOfPair> {
  const folders = {
    draft: await resolveModel(pair.draft),
    target: await resolveModel(pair.target),
  };
  const folder = await resolveHeads(path);
  const loaded = await loadHeads(folder);
  for (const role of ROLES) {
    const { name, sha256 } = loaded.results.models[role];
    const found = await weightsHash(folders[role]);
    if (found === sha256) continue;
    await checkVocabularies(pair, folders);
    throw new UserError({
      what: `heads in ${path === "" ? "data/heads" : path}`,
      got: new Described(`${role} ${JSON.stringify(pair[role])} (weights ${found.slice(0, 12)}…)`),
      expected: `"${name}" (${sha256.slice(0, 12)}…), with which they were measured`,
      todo: await adviceFor(pair, folders),
    });
  }
  const { models } = folder.href === HEADS_FOLDER.href
    ? loaded.results
    : (await loadHeads()).results;
  const own = ROLES.every((role) => models[role].sha256 === loaded.results.models[role].sha256);
  return { ...loaded, own };
}

const ROLES = ["draft", "target"] as const;

/** How one comes to heads for two models: those that lie where earlier advice put them, or new ones. */
async function adviceFor(pair: ModelPair, folders: { draft: URL; target: URL }): Promise<string> {
  const hashes = await Promise.all(ROLES.map((role) => weightsHash(folders[role])));
  let path = newHeads(pair), set = "";
  for (let other = 2;; other++) {
    set = `set headsFolder to "${path}"`;
    const there = await resolveHeads(path).then(loadHeads).catch(() => undefined);
    if (there === undefined) break;
    const same = ROLES.every((role, i) => there.results.models[role].sha256 === hashes[i]);
    if (same) return `Heads for these two are in ${path}: ${set}.`;
    // Two models elsewhere have the same names.
    path = `${newHeads(pair)}-${other}`;
  }
  return `Run deno task train-heads --draft ${inShell(pair.draft)} --target ${
    inShell(pair.target)
  } --to ${inShell(path)}, and then ${set}.`;
}

/** Where the heads of two models are proposed to lie first: not among the committed ones. */
function newHeads({ draft, target }: ModelPair): string {
  const [first, second] = [draft, target].map((model) =>
    basename(model).replace(/[^\w.-]+/g, "-") || "model"
  );
  return `out/heads/${first}-${second}`;
}

/** A word of a command line, in quotes where a shell would take it apart. */
function inShell(word: string): string {
  return /^[\w./:-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * Makes sure that two models read text in the same way.
 *
 * @throws {UserError} where their tokenizers differ.
 */
export async function checkVocabularies(
  names: ModelPair,
  folders: { draft: URL; target: URL },
): Promise<void> {
  const read = async (folder: URL): Promise<{ vocab?: object }> =>
    JSON.parse(await readText(new URL("tokenizer.json", folder))).model;
  const [draft, target] = [await read(folders.draft), await read(folders.target)];
  if (JSON.stringify(draft) === JSON.stringify(target)) return;
  const size = ({ vocab = {} }: { vocab?: object }) => Object.keys(vocab).length;
  throw new UserError({
    what: `draft "${names.draft}" for target "${names.target}"`,
    got: new Described(`tokenizers of ${size(draft)} and ${size(target)} words that differ`),
    expected: "one vocabulary",
    todo: "Choose a draft trained with the target's tokenizer.",
  });
}
