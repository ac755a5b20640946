/**
 * A chat model behind an OpenAI-compatible server (`POST {base}/chat/completions`), as llama.cpp, vLLM, Ollama
 * and the hosted services offer it. One endpoint of their interface is used, so it is called with `fetch`;
 * a client library would bring megabytes for it.
 *
 * @module
 */
import { Described, messageOf, UserError } from "offprint/errors.ts";
import { type ChatAnswer, readReply } from "./answer.ts";
import { Budget, type Caps, promptTokens } from "./budget.ts";
import { redacted, trimmedKey } from "./key.ts";
import { type ChatRequest, type Dialect, requestBody, requestHash } from "./request.ts";
import { LONGEST_WAIT, retryAfterMs } from "./retry_after.ts";
import type { ChatStore, Exchange } from "./store.ts";

/** Where the model is, and how patient to be. */
export interface ChatClientOptions extends Dialect {
  /** Address up to and including the version, as `http://127.0.0.1:8080/v1`. */
  base: string;
  /** The name the server knows the model by. */
  model: string;
  /** Sent as a bearer token; blanks around it are cut off, and it is shown nowhere. Default: none. */
  key?: string;
  /** Time for one answer, in milliseconds. Default 120 000. */
  timeMs?: number;
  /** Tries of a request when the server is busy, cannot be reached or answers with no answer. Default 4. */
  tries?: number;
  /** First wait between tries, in milliseconds; it doubles. The server's `Retry-After` wins. Default 1000. */
  waitMs?: number;
  /** Requests that are under way at the same time, whoever asks. Default 4. */
  concurrency?: number;
  /** Where exchanges are kept and looked for before asking. Default: nowhere. */
  store?: ChatStore;
  /** Answers come from the store alone; nothing is sent. */
  replay?: boolean;
  /** Hard caps on what is sent. */
  caps?: Caps;
}

/** A model that answers messages. */
export interface ChatClient {
  readonly model: string;
  /** What was sent so far; stored answers are not in it. */
  readonly spent: Readonly<Pick<Budget, "calls" | "tokens">>;
  /**
   * One answer. An answer without text is an answer too: see {@linkcode ChatAnswer.failure}.
   *
   * @throws {UserError} when the server refuses requests of this kind, stays busy or unreachable, a cap is
   * reached, or a replay lacks the request. The key is in no message.
   */
  ask(request: ChatRequest): Promise<ChatAnswer>;
  /**
   * Answers to many requests, in their order, several under way at a time. The first error ends it, after
   * what is under way has been stored.
   *
   * @param onAnswer called for each answer as it comes.
   */
  askAll(
    requests: readonly ChatRequest[],
    onAnswer?: (answer: ChatAnswer, index: number) => void,
  ): Promise<ChatAnswer[]>;
}

/**
 * A client for one model.
 *
 * @throws {UserError} for an address that is none, or a key that no header can hold.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { chatClient } from "offprint/chat/mod.ts";
 *
 * const reply = { choices: [{ finish_reason: "stop", message: { content: "Paris." } }] };
 * const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => Response.json(reply));
 * const client = chatClient({ base: `http://127.0.0.1:${server.addr.port}/v1`, model: "small" });
 * const messages = [{ role: "user" as const, content: "The capital of France?" }];
 * assertEquals(await client.ask({ messages }), { text: "Paris.", finishReason: "stop" });
 * await server.shutdown();
 * ```
 */
export function chatClient(options: ChatClientOptions): ChatClient {
  const address = addressOf(options.base, options.key);
  const budget = new Budget(options.caps);
  const client = new Client(options, address, trimmedKey(options.key), budget);
  return {
    model: options.model,
    spent: budget,
    ask: (request) => client.ask(request),
    askAll: (requests, onAnswer) => client.askAll(requests, onAnswer),
  };
}

function addressOf(base: string, key: string | undefined): URL {
  let address: URL;
  try {
    address = new URL(`${base.trim().replace(/\/+$/, "")}/chat/completions`);
  } catch {
    throw new UserError({
      what: "endpoint",
      got: redacted(base, key),
      expected: "an address such as http://127.0.0.1:8080/v1",
    });
  }
  if (address.protocol !== "http:" && address.protocol !== "https:") {
    throw new UserError({
      what: "endpoint",
      got: redacted(base, key),
      expected: "an http or https address",
    });
  }
  if (address.username !== "" || address.password !== "") {
    throw new UserError({
      what: "endpoint",
      got: new Described("an address with a name or password in it"),
      expected: "an address without a name or password",
      todo: "Give the key on its own, not in the address.",
    });
  }
  if (/[?#]/.test(base)) {
    throw new UserError({
      what: "endpoint",
      got: new Described("an address with ? or # in it"),
      expected: "the address alone, such as http://127.0.0.1:8080/v1",
      todo: "Give the key on its own, not in the address.",
    });
  }
  return address;
}

class Client {
  readonly #options: ChatClientOptions;
  readonly #address: URL;
  readonly #key: string | undefined;
  readonly #budget: Budget;
  /** Those that wait for their turn, and how many may go. */
  readonly #waiting: (() => void)[] = [];
  #free: number;
  /** Requests under way, so that two equal ones are paid once. */
  readonly #running = new Map<string, Promise<ChatAnswer>>();

  constructor(options: ChatClientOptions, address: URL, key: string | undefined, budget: Budget) {
    this.#options = options;
    this.#address = address;
    this.#key = key;
    this.#budget = budget;
    this.#free = Math.max(1, options.concurrency ?? 4);
  }

  ask(request: ChatRequest): Promise<ChatAnswer> {
    const body = requestBody(this.#options.model, request, this.#options);
    const hash = requestHash(this.#address.href, body, request.sample);
    const running = this.#running.get(hash);
    if (running !== undefined) return running;
    const answer = this.#ask(request, body, hash).finally(() => this.#running.delete(hash));
    this.#running.set(hash, answer);
    return answer;
  }

  async askAll(
    requests: readonly ChatRequest[],
    onAnswer: (answer: ChatAnswer, index: number) => void = () => {},
  ): Promise<ChatAnswer[]> {
    const answers: ChatAnswer[] = [];
    let next = 0;
    let failed: { error: unknown } | undefined;
    const worker = async (): Promise<void> => {
      while (next < requests.length && failed === undefined) {
        const index = next++;
        try {
          const answer = await this.ask(requests[index]!);
          answers[index] = answer;
          onAnswer(answer, index);
        } catch (error) {
          failed ??= { error };
        }
      }
    };
    await Promise.all(Array.from({ length: this.#options.concurrency ?? 4 }, worker));
    if (failed !== undefined) throw failed.error;
    return answers;
  }

  async #ask(request: ChatRequest, body: string, hash: string): Promise<ChatAnswer> {
    const { store, replay = false } = this.#options;
    const stored = await store?.read(hash);
    if (stored !== undefined) {
      const reading = readReply(stored.status, stored.reply);
      if ("answer" in reading && reading.answer !== undefined) return reading.answer;
    }
    if (replay) {
      throw new UserError({
        what: "replay",
        got: new Described(`no stored answer to ${body.slice(0, 60)}…`),
        expected: "only questions that the stored run has asked",
        todo: "Use the store, model and settings of that run, or run without replay.",
      });
    }
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      const { exchange, answer } = await this.#send(request, body);
      await store?.write(hash, exchange);
      return answer;
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }

  /** Sends a request until it is answered. */
  async #send(
    request: ChatRequest,
    body: string,
  ): Promise<{ exchange: Exchange; answer: ChatAnswer }> {
    const { tries = 4, waitMs = 1000 } = this.#options;
    for (let attempt = 1;; attempt++) {
      let wait = waitMs * 2 ** (attempt - 1);
      let got: string;
      let counts: { exchange: Exchange; answer: ChatAnswer } | undefined;
      this.#budget.take();
      try {
        const { status, reply, retryAfter } = await this.#fetch(body);
        const reading = readReply(status, reply);
        const exchange: Exchange = {
          format: 1,
          address: this.#address.href,
          request: redacted(body, this.#key),
          sample: request.sample ?? 0,
          status,
          reply,
        };
        if (reading.is === "answer") {
          const { usage, text } = reading.answer;
          this.#budget.spend(
            usage === undefined
              ? promptTokens(request) + Math.ceil(text.length / 4)
              : usage.prompt + usage.completion,
          );
          return { exchange, answer: reading.answer };
        }
        got = reading.got;
        if (reading.is === "hopeless") throw this.#refused(got);
        // An answer that is worth another try still counts when all tries are used up.
        if (reading.answer !== undefined) counts = { exchange, answer: reading.answer };
        this.#budget.spend(promptTokens(request));
        if (retryAfter !== undefined) wait = retryAfter;
      } catch (error) {
        if (error instanceof UserError) throw error;
        got = redacted(messageOf(error), this.#key);
      }
      if (attempt >= tries) {
        if (counts !== undefined) return counts;
        throw this.#refused(`${got}, ${attempt} times`);
      }
      await new Promise((resolve) => setTimeout(resolve, Math.min(LONGEST_WAIT, wait)));
    }
  }

  async #fetch(body: string): Promise<{ status: number; reply: string; retryAfter?: number }> {
    const { timeMs = 120_000 } = this.#options;
    const response = await fetch(this.#address, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(this.#key === undefined ? {} : { authorization: `Bearer ${this.#key}` }),
      },
      body,
      redirect: "error",
      signal: AbortSignal.timeout(timeMs),
    });
    const reply = redacted(await limitedText(response), this.#key);
    const retryAfter = retryAfterMs(response.headers.get("retry-after"), Date.now());
    return { status: response.status, reply, ...(retryAfter === undefined ? {} : { retryAfter }) };
  }

  #refused(got: string): UserError {
    const field = /max_tokens|max_completion_tokens|temperature|seed/.exec(got)?.[0];
    return new UserError({
      what: `${this.#address.origin}${this.#address.pathname}`,
      got: new Described(redacted(got, this.#key)),
      expected: "a chat completion",
      todo: field === undefined
        ? "Check the address, the model's name and the key."
        : `The server may not take ${field}: leave it out (omit), or send the limit under its other ` +
          "name (tokensField).",
    });
  }
}

/** The longest reply that is read, in bytes. */
const LONGEST_REPLY = 5_000_000;

/** A reply's text, cut where it is too long: then it is not JSON any more, and counts as malformed. */
async function limitedText(response: Response): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.length;
    if (bytes > LONGEST_REPLY) break;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
