/**
 * What was decided when a model was quantised, so that another run can be held against it.
 *
 * @module
 */
import { z } from "zod";
import { Described, UserError } from "offprint/errors.ts";
import { sha256 } from "offprint/lm/corpora/mod.ts";
import type { TransformerConfig } from "offprint/lm/transformer/mod.ts";
import type { Calibration, CalibrationOptions } from "./calibration.ts";
import { channelPlan, type PlanOptions } from "./channel_plan.ts";
import type { Weights } from "./float_decoder.ts";

const natural = z.int().nonnegative();

/** The schema of {@linkcode QuantizationManifest}. */
export const manifestSchema = z.strictObject({
  format: z.literal(1),
  model: z.strictObject({ name: z.string(), sha256: z.string() }),
  calibration: z.strictObject({
    documents: z.array(z.string()),
    tokens: natural,
    percentile: z.number(),
  }),
  plan: z.strictObject({
    blockSize: z.int().positive(),
    threshold: z.number().nullable(),
    share8: z.number().nullable(),
    sortAll: z.boolean(),
  }),
  parts: z.array(z.strictObject({
    part: z.enum(["qkv", "o", "gateUp", "down"]),
    layer: natural,
    bits: z.array(z.int()),
    /** Of the order of channels as 32-bit numbers. */
    orderSha256: z.string(),
    outliers: z.array(natural),
  })),
});

/** A model by its hash, the texts it was calibrated on, the settings, and every part's blocks. */
export type QuantizationManifest = z.infer<typeof manifestSchema>;

/** What a manifest is made from. */
export interface ManifestInput {
  readonly name: string;
  readonly config: TransformerConfig;
  readonly weights: Weights;
  readonly calibration: Calibration;
  /** Names of the documents that were calibrated on. */
  readonly documents: readonly string[];
  readonly options: PlanOptions & CalibrationOptions;
}

/** Writes down how FMPQ quantises a model. */
export async function quantizationManifest(input: ManifestInput): Promise<QuantizationManifest> {
  const { name, config, weights, calibration, documents, options } = input;
  const parts: QuantizationManifest["parts"] = [];
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    for (const part of ["qkv", "o", "gateUp", "down"] as const) {
      const plan = channelPlan(calibration.largest(part, layer), options);
      parts.push({
        part,
        layer,
        bits: [...plan.bits],
        orderSha256: await sha256(new Uint8Array(plan.order.slice().buffer)),
        outliers: [...plan.outliers],
      });
    }
  }
  const byShare = options.share8 !== undefined;
  return {
    format: 1,
    model: { name, sha256: await weightsHash(weights) },
    calibration: {
      documents: [...documents],
      tokens: calibration.tokens,
      percentile: options.percentile ?? 100,
    },
    plan: {
      blockSize: options.blockSize,
      threshold: byShare ? null : options.threshold ?? 4,
      share8: options.share8 ?? null,
      sortAll: options.sortAll ?? false,
    },
    parts,
  };
}

/**
 * Holds a run against a manifest.
 *
 * @throws {UserError} naming the first thing that differs, a malformed manifest included.
 */
export async function verifyManifest(manifest: unknown, input: ManifestInput): Promise<void> {
  const parsed = manifestSchema.safeParse(manifest);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new UserError({
      what: `manifest: ${issue.path.join(".") || "its form"}`,
      got: new Described(issue.code),
      expected: issue.message,
    });
  }
  const again = await quantizationManifest(input);
  if (parsed.data.model.sha256 !== again.model.sha256) {
    throw new UserError({
      what: "manifest: model",
      got: new Described(
        `one of ${parsed.data.model.name} (${parsed.data.model.sha256.slice(0, 8)}…)`,
      ),
      expected: `one of ${again.model.name} (${again.model.sha256.slice(0, 8)}…)`,
      todo: "It belongs to other weights.",
    });
  }
  const difference = firstDifference(parsed.data, again, "");
  if (difference === undefined) return;
  throw new UserError({
    what: `manifest: ${difference.path}`,
    got: difference.got,
    expected: `${JSON.stringify(difference.expected)}, as this run has it`,
  });
}

/** A hash of all weights, by name. */
async function weightsHash(weights: Weights): Promise<string> {
  const hashes: string[] = [];
  for (const name of [...weights.keys()].sort()) {
    const { buffer, byteOffset, byteLength } = weights.get(name)!;
    hashes.push(
      `${name} ${await sha256(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength))}`,
    );
  }
  return await sha256(new TextEncoder().encode(hashes.join("\n")));
}

function firstDifference(
  got: unknown,
  expected: unknown,
  path: string,
): { path: string; got: unknown; expected: unknown } | undefined {
  if (
    typeof got !== "object" || typeof expected !== "object" || got === null || expected === null
  ) {
    return Object.is(got, expected) ? undefined : { path, got, expected };
  }
  const keys = new Set([...Object.keys(got), ...Object.keys(expected)]);
  for (const key of keys) {
    const at = path === "" ? key : `${path}.${key}`;
    const found = firstDifference(
      (got as Record<string, unknown>)[key],
      (expected as Record<string, unknown>)[key],
      at,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}
