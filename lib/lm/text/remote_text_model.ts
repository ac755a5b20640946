/**
 * A model behind an OpenAI-compatible server (`POST {base}/chat/completions`), as llama.cpp, vLLM, Ollama
 * and the hosted services offer it. One endpoint of their interface is used, so it is called with `fetch`;
 * a client library would bring megabytes for it.
 *
 * @module
 */
import { z } from "zod";
import { messageOf, UserError } from "offprint/errors.ts";
import type { GenerateOptions, TextModel } from "./text_model.ts";

/** Where the model is, and how patient to be. */
export interface RemoteModelOptions {
  /** Address up to and including the version, as `http://127.0.0.1:8080/v1`. */
  base: string;
  /** The name the server knows the model by. */
  model: string;
  /** Sent as a bearer token. Default: none. */
  key?: string;
  /** Instructions before the conversation. Default: none. */
  system?: string;
  /** Time for one answer, in milliseconds. Default 120 000. */
  timeMs?: number;
  /** Tries of a request when the server is busy (429, 5xx) or cannot be reached. Default 4. */
  tries?: number;
  /** First wait between tries, in milliseconds; it doubles. The server's `Retry-After` wins. Default 1000. */
  waitMs?: number;
}

const replySchema = z.looseObject({
  choices: z.array(z.looseObject({
    message: z.looseObject({ content: z.string().nullable() }),
  })).min(1),
});

/** The longest wait a server may ask for, in milliseconds. */
const LONGEST_WAIT = 60_000;

/**
 * A {@linkcode TextModel} on a server. Samples are asked for one by one, since not every server honours
 * `n`; sample `i` is sent with seed `seed + i`, which servers may ignore.
 *
 * @throws {UserError} for an address that is none; from `generate` when the server refuses, stays
 * unreachable, or answers with something else than a completion. The key is in no message.
 */
export function remoteTextModel(options: RemoteModelOptions): TextModel {
  const { base, model } = options;
  let address: URL;
  try {
    address = new URL(`${base.replace(/\/+$/, "")}/chat/completions`);
  } catch {
    throw new UserError({
      what: "endpoint",
      got: base,
      expected: "an address such as http://127.0.0.1:8080/v1",
    });
  }
  if (address.protocol !== "http:" && address.protocol !== "https:") {
    throw new UserError({ what: "endpoint", got: base, expected: "an http or https address" });
  }
  return {
    name: model,
    async generate(prompt, generate) {
      const answers: string[] = [];
      for (let sample = 0; sample < generate.samples; sample++) {
        answers.push(await ask(address, options, requestOf(prompt, options, generate, sample)));
      }
      return answers;
    },
  };
}

function requestOf(
  prompt: string,
  { model, system }: RemoteModelOptions,
  { temperature, seed, maxTokens }: GenerateOptions,
  sample: number,
): string {
  return JSON.stringify({
    model,
    messages: [
      ...(system === undefined ? [] : [{ role: "system", content: system }]),
      { role: "user", content: prompt },
    ],
    temperature,
    seed: seed + sample,
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
  });
}

async function ask(
  address: URL,
  { key, timeMs = 120_000, tries = 4, waitMs = 1000 }: RemoteModelOptions,
  body: string,
): Promise<string> {
  for (let attempt = 1;; attempt++) {
    let wait = waitMs * 2 ** (attempt - 1);
    let got: string;
    try {
      const response = await fetch(address, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        },
        body,
        redirect: "error",
        signal: AbortSignal.timeout(timeMs),
      });
      const text = await response.text();
      if (response.ok) return contentOf(address, text);
      got = `status ${response.status} (${text.replace(/\s+/g, " ").slice(0, 160)})`;
      const retry = response.status === 429 || response.status >= 500;
      if (!retry) throw refused(address, got);
      const asked = Number(response.headers.get("retry-after"));
      if (asked > 0) wait = Math.min(LONGEST_WAIT, 1000 * asked);
    } catch (error) {
      if (error instanceof UserError) throw error;
      got = messageOf(error);
    }
    if (attempt >= tries) throw refused(address, `${got}, ${attempt} times`);
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

function contentOf(address: URL, text: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = text;
  }
  const parsed = replySchema.safeParse(value);
  if (parsed.success) return parsed.data.choices[0]!.message.content ?? "";
  throw refused(address, text.replace(/\s+/g, " ").slice(0, 160));
}

function refused(address: URL, got: string): UserError {
  return new UserError({
    what: `${address.origin}${address.pathname}`,
    got,
    expected: "a chat completion",
    todo: "Check the address, the model's name and the key.",
  });
}
