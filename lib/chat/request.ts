/**
 * One question to a chat model, and the bytes it is sent as.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { type ChatMessage, messageBody } from "./message.ts";

/** One question. */
export interface ChatRequest {
  messages: readonly ChatMessage[];
  /** Which of several answers to the same question: it is sent with seed `seed + sample`. */
  sample?: number;
  temperature?: number;
  seed?: number;
  /** Longest answer, in tokens. */
  maxTokens?: number;
}

/** Fields of a request that some servers refuse. */
export const OPTIONAL_FIELDS = ["temperature", "seed", "max_tokens"] as const;

/** A field of a request that some servers refuse. */
export type OptionalField = typeof OPTIONAL_FIELDS[number];

/** What a server takes. */
export interface Dialect {
  /** The name of the limit on tokens. Newer hosted models want `max_completion_tokens`. Default `max_tokens`. */
  tokensField?: "max_tokens" | "max_completion_tokens";
  /** Fields that are left out. Default: none. */
  omit?: readonly OptionalField[];
}

/** The body of a request, the same text for the same request each time. */
export function requestBody(
  model: string,
  { messages, temperature, seed, maxTokens, sample = 0 }: ChatRequest,
  { tokensField = "max_tokens", omit = [] }: Dialect = {},
): string {
  const sent = (field: OptionalField, value: number | undefined, name: string = field) =>
    value === undefined || omit.includes(field) ? {} : { [name]: value };
  return JSON.stringify({
    model,
    messages: messages.map(messageBody),
    ...sent("temperature", temperature),
    ...sent("seed", seed === undefined ? undefined : seed + sample),
    ...sent("max_tokens", maxTokens, tokensField),
  });
}

/**
 * The name of a request in a store: the hash of all that decides its answer. The number of the sample is part
 * of it, since a server that ignores seeds is asked the same thing for another answer.
 */
export function requestHash(address: string, body: string, sample = 0): string {
  return createHash("sha256").update(JSON.stringify([address, body, sample])).digest("hex");
}
