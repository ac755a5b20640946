/**
 * `deno task download OWNER/NAME`: fetches a public model into a folder.
 *
 * @module
 */
import { fileURLToPath, pathToFileURL } from "node:url";
import { join, resolve } from "node:path";
import { parse, textOptions } from "offprint/command_line.ts";
import { UserError } from "offprint/errors.ts";
import { DEFAULT_ENDPOINT, DownloadDisplay, downloadModel } from "offprint/lm/hub/mod.ts";
import { Ending } from "offprint/terminal.ts";
import type { Command } from "../kit/command.ts";

const USAGE = `deno task download OWNER/NAME [--to FOLDER] [--revision R] [--files PATTERN]...
                   [--endpoint URL] [--replace]

Downloads a public model with its configuration and tokenizer, for loadModel("FOLDER"): the ONNX
decoder of the transformers.js layout (onnx/model.onnx) where the repository has one, or else its
safetensors. Every file is checked against the hub's hash and appears whole or not at all. It can stop
at any time (Ctrl-C, or a lost connection): the same command fetches the rest.

  --to FOLDER      where to put it (default out/models/OWNER/NAME)
  --revision R     branch, tag or commit (default main)
  --files PATTERN  take these weights instead; * stands for anything, may be given several times
                   (--files "onnx/model_q4.onnx*"); configuration and tokenizer are always included
  --endpoint URL   address of the hub (default HF_ENDPOINT, or ${DEFAULT_ENDPOINT})
  --replace        replace files in the folder whose contents differ

HF_TOKEN is sent to the hub where it is set: gated models need one.
The folder is printed on standard output, progress on standard error.
`;

/** The command. */
export const command: Command = {
  name: "download",
  summary: "fetch a public model from the hub into a local folder",
  usage: USAGE,
  run: run,
};

async function run(args: string[]): Promise<number> {
  const { values, option, positionals } = parse("download", args, {
    ...textOptions("to", "revision", "endpoint"),
    files: { type: "string", multiple: true },
    replace: { type: "boolean" },
  }, true);
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0) {
    throw new UserError({
      what: "deno task download",
      got: positionals.join(" ") || undefined,
      expected: "one model name (HuggingFaceTB/SmolLM2-135M-Instruct)",
      todo: "See deno task download --help.",
    });
  }
  const folder = pathToFileURL(
    `${resolve(option("to") ?? join("out", "models", ...name.split("/")))}/`,
  );
  const endpoint = option("endpoint") ?? setting("HF_ENDPOINT");
  const token = setting("HF_TOKEN");
  const revision = option("revision");
  const patterns = values["files"] as string[] | undefined;
  const display = new DownloadDisplay();
  using ending = new Ending();
  try {
    await downloadModel(name, folder, {
      ...(revision === undefined ? {} : { revision }),
      ...(patterns === undefined ? {} : { patterns }),
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(token === undefined ? {} : { token }),
      replace: values["replace"] === true,
      signal: ending.signal,
      onPlan: (plan) => display.plan(plan),
      onBytes: (file, present, received) => display.bytes(file, present, received),
      onFile: (file) => display.file(file),
    });
    console.log(fileURLToPath(folder));
    return 0;
  } catch (error) {
    if (ending.exitCode !== undefined) {
      display.note("stopped; the same command fetches the rest");
      return ending.exitCode;
    }
    // The line of the error begins where the progress line stood.
    display.close();
    throw error;
  }
}

function setting(name: string): string | undefined {
  return Deno.env.get(name)?.trim() || undefined;
}
