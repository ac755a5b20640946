/**
 * What each arm of the comparison is trained on, made from the same designs. A corpus
 * recipe in `data/corpora` names this function; `deno task train` calls it.
 *
 * @module
 */
import { z } from "zod";
import { checkedValue } from "offprint/checked_json.ts";
import { UserError } from "offprint/errors.ts";
import type { CorpusDocument, MadeCorpus } from "offprint/lm/corpora/mod.ts";
import { stream } from "offprint/random.ts";
import { completions, type Instance, INSTRUCTIONS } from "offprint/verilog/records/mod.ts";
import { YosysPool } from "offprint/verilog/tools/mod.ts";
import { type DescribedDesign, splitDesigns } from "./held_out.ts";
import { recordText, spaced } from "./token_layout.ts";
import { namesIn } from "offprint/verilog/language/mod.ts";
import { repairCases, repairInstance } from "./repair_cases.ts";

const armKind = z.enum(
  ["raw", "completion", "aligned", "shuffled", "repair", "repair-with-report"],
);

/** What an arm sees. */
export type ArmKind = z.infer<typeof armKind>;

const optionsSchema = z.strictObject({
  arm: armKind,
  seed: z.int(),
  designs: z.int().positive(),
  longest: z.int().positive(),
  /** Characters of records to train on; making stops there. */
  characters: z.int().positive(),
  /** Characters of prose records for each of completion, in the arms that have both. */
  proseShare: z.number().min(0).max(1).exactOptional(),
});

type Options = z.infer<typeof optionsSchema>;

/** Records of the held-out curve and perplexity. */
const HELD_OUT_RECORDS = 60;
/** Designs whose records the tokenizer is learned from; the same for every arm. */
const VOCABULARY_DESIGNS = 1500;
/** Completion records of a module: its body and this many cuts of the other two levels. */
const COMPLETIONS = 4;

/**
 * The corpus of one arm.
 *
 * @throws {UserError} for options that are none, or when the designs do not give enough characters.
 */
export async function verilogCorpus(given: Record<string, unknown>): Promise<MadeCorpus> {
  const options = checkedValue(optionsSchema, given, { what: "options of a Verilog corpus" });
  const split = await splitDesigns(options);
  const train = await recordsOfArm(options, split.train, options.characters);
  const heldOut = await recordsOfArm(
    options,
    split.heldOutParameters.slice(0, 2 * HELD_OUT_RECORDS),
    Infinity,
  );
  const documents = (texts: string[], heldOut: boolean): CorpusDocument[] =>
    texts.map((text, at) => ({
      name: `${heldOut ? "held-out" : "record"}-${String(at + 1).padStart(5, "0")}`,
      heldOut,
      sentences: [text],
    }));
  return {
    documents: [
      ...documents(train, false),
      ...documents(heldOut.slice(0, HELD_OUT_RECORDS), true),
    ],
    vocabulary: split.train.slice(0, VOCABULARY_DESIGNS).map((design) =>
      `${recordText(proseInstance(design, design), namesIn(design.text))}\n`
    ),
    pieces: "code",
  };
}

/** The record that asks for a design by its description. */
export function proseInstance({ prose }: DescribedDesign, { text }: DescribedDesign): Instance {
  return { instruction: INSTRUCTIONS.prose, input: prose, output: text };
}

/** Texts of an arm's records, in random order, until there are enough characters. */
async function recordsOfArm(
  { arm, seed, proseShare = 0 }: Options,
  designs: readonly DescribedDesign[],
  characters: number,
): Promise<string[]> {
  const texts: string[] = [];
  let made = 0;
  const add = (text: string): void => {
    texts.push(text);
    made += text.length;
  };
  if (arm === "repair" || arm === "repair-with-report") {
    // A loaded machine must not change the corpus by running into a limit.
    await using yosys = new YosysPool({ processes: 2, timeMs: 600_000 });
    for await (const repair of repairCases(designs, { seed, perDesign: 2, yosys })) {
      const names = namesIn(`${repair.mutant.text}\n${repair.design.text}`);
      add(recordText(repairInstance(repair, arm === "repair-with-report"), names));
      if (made >= characters) break;
    }
    return enough(arm, texts, made, characters);
  }
  if (arm === "raw") {
    for (const { text } of designs) {
      if (made < characters) add(spaced(text, namesIn(text)));
    }
    return enough(arm, texts, made, characters);
  }
  const completionTexts = designs.flatMap(({ text }) =>
    [...completions(text, { maxPerModule: COMPLETIONS, seed })].map((record) =>
      recordText(record, namesIn(`${record.input}\n${record.output}`))
    )
  );
  // Another design's description: the arm sees as much prose, but it says nothing about the code.
  const partner = arm === "shuffled"
    ? stream(seed, "shuffled pairs").shuffle([...designs])
    : designs;
  const proseTexts = designs.map((design, at) =>
    recordText(proseInstance(partner[at]!, design), namesIn(`${partner[at]!.text}\n${design.text}`))
  );
  const share = arm === "completion" ? 0 : proseShare;
  const random = stream(seed, "order of records");
  const queues = [random.shuffle(completionTexts), random.shuffle(proseTexts)] as const;
  const filled = [0, 0];
  // Whichever kind is behind its share comes next, so every stretch of the corpus has the mixture.
  while (made < characters) {
    const kind = filled[1]! < share * made || (share === 1) ? 1 : 0;
    const text = queues[kind]!.pop();
    if (text === undefined) break;
    add(text);
    filled[kind]! += text.length;
  }
  return enough(arm, texts, made, characters);
}

function enough(arm: string, texts: string[], made: number, characters: number): string[] {
  if (made >= characters || characters === Infinity) return texts;
  throw new UserError({
    what: `corpus of the arm ${arm}: characters`,
    got: characters,
    expected: `at most ${made}, the characters of all designs together`,
    todo: "Ask for more designs.",
  });
}
