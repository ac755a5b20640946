/**
 * What a run will ask for, told before it starts, and the caps that end it.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import type { ChatRequest } from "./request.ts";

/** Hard caps; what is answered from a store is free. */
export interface Caps {
  /** Most requests that are sent. */
  calls?: number;
  /** Most tokens, prompts and answers together, as the server counts them (estimated where it does not). */
  tokens?: number;
}

/** What requests will need. */
export interface Estimate {
  calls: number;
  /** About four characters of text make a token; a picture is counted as {@linkcode IMAGE_TOKENS}. */
  promptTokens: number;
  /** The most that answers may need: the sum of their limits; `Infinity` where one has none. */
  answerTokens: number;
}

/** What a picture is counted as. */
const IMAGE_TOKENS = 1000;

const CHARACTERS_PER_TOKEN = 4;

/** About how many tokens a request's messages have. */
export function promptTokens({ messages }: ChatRequest): number {
  let tokens = 0;
  for (const { content } of messages) {
    for (const part of typeof content === "string" ? [{ type: "text", text: content }] : content) {
      tokens += "text" in part ? Math.ceil(part.text.length / CHARACTERS_PER_TOKEN) : IMAGE_TOKENS;
    }
  }
  return tokens;
}

/** What requests will need, before one is sent. */
export function estimateOf(requests: Iterable<ChatRequest>): Estimate {
  const estimate: Estimate = { calls: 0, promptTokens: 0, answerTokens: 0 };
  for (const request of requests) {
    estimate.calls++;
    estimate.promptTokens += promptTokens(request);
    estimate.answerTokens += request.maxTokens ?? Infinity;
  }
  return estimate;
}

/** Counts what is spent, and refuses the request that a cap forbids. */
export class Budget {
  calls = 0;
  tokens = 0;

  constructor(readonly caps: Caps = {}) {}

  /** @throws {UserError} when a cap is reached. */
  take(): void {
    const { calls = Infinity, tokens = Infinity } = this.caps;
    const reached = this.calls >= calls
      ? `${this.calls} requests`
      : this.tokens >= tokens
      ? `${this.tokens} tokens`
      : undefined;
    if (reached !== undefined) {
      throw new UserError({
        what: "the cap of this run",
        got: new Described(reached),
        expected: this.calls >= calls ? `at most ${calls} requests` : `fewer than ${tokens} tokens`,
        todo: "The answers so far are kept: raise the cap and start again to continue.",
      });
    }
    this.calls++;
  }

  spend(tokens: number): void {
    this.tokens += tokens;
  }
}
