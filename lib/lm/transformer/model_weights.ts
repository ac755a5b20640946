/**
 * The weights of a model's folder, in one safetensors file or in several with an index.
 *
 * @module
 */
import { z } from "zod";
import { Described, messageOf, UserError } from "offprint/errors.ts";
import { readText } from "offprint/files.ts";
import { readSafetensors, type Tensor } from "./safetensors.ts";

const indexSchema = z.looseObject({ weight_map: z.record(z.string(), z.string()) });

/**
 * Reads `model.safetensors`, or the files that `model.safetensors.index.json` names.
 *
 * @param folder ends with a slash.
 * @returns the tensors by their names, and the file or index they come from, for messages.
 * @throws {UserError} when there are no such weights, or a file is missing, damaged or lacks a tensor.
 */
export async function readWeights(
  folder: URL,
): Promise<{ where: string; tensors: Map<string, Tensor> }> {
  const whole = new URL("model.safetensors", folder);
  const index = new URL("model.safetensors.index.json", folder);
  const names = await filesIn(folder);
  if (names.includes("model.safetensors") || !names.includes("model.safetensors.index.json")) {
    if (!names.includes("model.safetensors")) throw noWeights(folder, names);
    return { where: shown(whole), tensors: (await readSafetensors(whole)).tensors };
  }
  const where = shown(index);
  const parts = await weightMap(index);
  const tensors = new Map<string, Tensor>();
  for (const file of new Set(parts.values())) {
    const part = await readSafetensors(new URL(encodeURIComponent(file), folder));
    for (const [name, tensor] of part.tensors) {
      if (parts.get(name) === file) tensors.set(name, tensor);
    }
  }
  for (const [name, file] of parts) {
    if (tensors.has(name)) continue;
    throw new UserError({
      what: where,
      got: new Described(`${file} without ${name}`),
      expected: "each file to contain the tensors that the index lists for it",
      todo: "Fetch the model again.",
    });
  }
  return { where, tensors };
}

/**
 * Asks whether a folder has weights of any form that can be opened; reads none.
 *
 * @throws {UserError} naming what lies there instead.
 */
export async function requireWeights(folder: URL): Promise<void> {
  const names = await filesIn(folder);
  const graphs = names.includes("onnx") ? await filesIn(new URL("onnx/", folder)) : [];
  const whole = ["model.safetensors", "model.safetensors.index.json"];
  if (names.some((name) => whole.includes(name))) return;
  if (![...names, ...graphs].some((name) => name.endsWith(".onnx"))) throw noWeights(folder, names);
}

async function weightMap(index: URL): Promise<Map<string, string>> {
  let value: unknown;
  try {
    value = JSON.parse(await readText(index));
  } catch (error) {
    throw new UserError({ what: shown(index), got: messageOf(error), expected: "JSON" });
  }
  const parsed = indexSchema.safeParse(value);
  const files = parsed.success ? Object.values(parsed.data.weight_map) : [];
  const odd = files.find((file) => file.includes("/") || file.includes("\\"));
  if (parsed.success && odd === undefined) return new Map(Object.entries(parsed.data.weight_map));
  throw new UserError({
    what: shown(index),
    got: odd ?? new Described("no weight_map of tensors to files"),
    expected: "the index of a model in several safetensors files of its folder",
  });
}

function noWeights(folder: URL, names: readonly string[]): UserError {
  const others = names.filter((name) => /\.(?:bin|pt|pth|gguf|safetensors|onnx)$/.test(name));
  return new UserError({
    what: shown(folder),
    got: new Described(others.length === 0 ? "no weights" : others.sort().join(", ")),
    expected:
      "model.safetensors, or its parts with model.safetensors.index.json, or an ONNX graph " +
      "in the folder onnx",
    todo: "Fetch one of these forms of the model.",
  });
}

async function filesIn(folder: URL): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
}

function shown(file: URL): string {
  return decodeURIComponent(file.pathname);
}
