/**
 * A model on a server as something that takes text and gives text.
 *
 * @module
 */
import {
  type ChatAnswer,
  type ChatClient,
  chatClient,
  type ChatClientOptions,
  type ChatRequest,
} from "../../chat/mod.ts";
import type { GeneratedAnswer, GenerateOptions, TextModel } from "./text_model.ts";

/** Where the model is and how it is asked. */
export interface RemoteModelOptions extends ChatClientOptions {
  /** Instructions before the conversation. Default: none. */
  system?: string;
}

/** A {@linkcode TextModel} that also says how each answer ended. */
export interface RemoteTextModel extends TextModel {
  readonly client: ChatClient;
  answers(prompt: string, options: GenerateOptions): Promise<GeneratedAnswer[]>;
}

/**
 * A {@linkcode TextModel} on a server. Samples are asked for one by one, since not every server honours
 * `n`; sample `i` is sent with seed `seed + i`, which servers may ignore.
 *
 * @throws {UserError} as {@linkcode chatClient} does.
 */
export function remoteTextModel(options: RemoteModelOptions): RemoteTextModel {
  const client = chatClient(options);
  const answers = async (prompt: string, generate: GenerateOptions): Promise<GeneratedAnswer[]> =>
    (await client.askAll(requestsOf(prompt, options.system, generate))).map(generatedAnswer);
  return {
    name: options.model,
    client,
    answers,
    generate: async (prompt, generate) => (await answers(prompt, generate)).map(({ text }) => text),
  };
}

/** The requests of all samples. */
export function requestsOf(
  prompt: string,
  system: string | undefined,
  { samples, temperature, seed, maxTokens }: GenerateOptions,
): ChatRequest[] {
  return Array.from({ length: samples }, (_, sample) => ({
    messages: [
      ...(system === undefined ? [] : [{ role: "system" as const, content: system }]),
      { role: "user" as const, content: prompt },
    ],
    sample,
    temperature,
    seed,
    ...(maxTokens === undefined ? {} : { maxTokens }),
  }));
}

function generatedAnswer({ text, finishReason, failure, detail }: ChatAnswer): GeneratedAnswer {
  return {
    text,
    ...(finishReason === "length" ? { cut: true } : {}),
    ...(failure === undefined ? {} : { failure: `${failure}: ${detail ?? ""}` }),
  };
}
