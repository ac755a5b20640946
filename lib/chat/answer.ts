/**
 * What a server's reply means. Replies differ more than their interface says: content may be missing, null or
 * a list of parts, and errors come with status 200.
 *
 * @module
 */
import { z } from "zod";

/** Why there is no text, where there is none. */
export type AnswerFailure =
  /** The model said nothing. */
  | "empty"
  /** The model, or a filter in front of it, refused. */
  | "refused"
  /** It called tools that it was not given. */
  | "tool calls"
  /** The question is longer than its context. */
  | "too long"
  /** The reply is no chat completion. */
  | "malformed";

/** One answer. */
export interface ChatAnswer {
  /** What the model said; "" where it failed. */
  text: string;
  /** As the server says: `stop`, `length`, `content_filter`, …; undefined where it does not. */
  finishReason?: string;
  /** Absent for an answer with text. */
  failure?: AnswerFailure;
  /** One line about the failure. */
  detail?: string;
  /** Tokens as the server counts them. */
  usage?: { prompt: number; completion: number };
}

/** What is to be done with a reply. */
export type Reading =
  | { is: "answer"; answer: ChatAnswer }
  /** Worth asking again; `answer` is what it counts as when no try is left, if it counts at all. */
  | { is: "again"; got: string; answer?: ChatAnswer }
  /** No request of this kind will be answered. */
  | { is: "hopeless"; got: string };

const partSchema = z.union([
  z.string(),
  z.looseObject({ text: z.string().optional(), refusal: z.string().optional() }),
]);
const replySchema = z.looseObject({
  choices: z.array(z.looseObject({
    finish_reason: z.string().nullish(),
    text: z.string().nullish(),
    message: z.looseObject({
      content: z.union([z.string(), z.array(partSchema)]).nullish(),
      refusal: z.string().nullish(),
      tool_calls: z.array(z.unknown()).nullish(),
      function_call: z.unknown().optional(),
    }).optional(),
  })).nullish(),
  usage: z.looseObject({
    prompt_tokens: z.number().optional(),
    completion_tokens: z.number().optional(),
  }).nullish(),
  error: z.unknown().optional(),
});

/** Statuses that pass: time-outs, conflicts, too many requests, trouble on the server. */
const PASSING = new Set([408, 409, 425, 429]);

/** Statuses that may be about one question alone: a filter refused it, or it is too long. */
const ABOUT_THE_QUESTION = new Set([400, 403, 413, 422]);

/** Reads a reply by its status and its text. */
export function readReply(status: number, text: string): Reading {
  const line = oneLine(text);
  if (PASSING.has(status) || status >= 500) {
    return { is: "again", got: `status ${status} (${line})` };
  }
  if (status < 200 || status >= 300) {
    const failure = ABOUT_THE_QUESTION.has(status) ? failureOf(text) : undefined;
    if (failure !== undefined) return { is: "answer", answer: { text: "", failure, detail: line } };
    return { is: "hopeless", got: `status ${status} (${line})` };
  }
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch {
    return again(`a reply that is no JSON or was cut (${line})`);
  }
  const parsed = replySchema.safeParse(value);
  if (!parsed.success) return again(`a reply that is no chat completion (${line})`);
  const { choices, usage, error } = parsed.data;
  if (error !== undefined && error !== null) return readError(error, line);
  const [choice] = choices ?? [];
  if (choice === undefined) return again(`a reply without choices (${line})`);
  const { message } = choice;
  const said = saidIn(message?.content ?? choice.text);
  const finishReason = choice.finish_reason ?? undefined;
  const answer: ChatAnswer = {
    text: said.text,
    ...(finishReason === undefined ? {} : { finishReason }),
    ...(usage?.prompt_tokens === undefined || usage.completion_tokens === undefined
      ? {}
      : { usage: { prompt: usage.prompt_tokens, completion: usage.completion_tokens } }),
  };
  // Text counts even beside a refusal or a call of a tool.
  if (said.text.trim() !== "") return { is: "answer", answer };
  const refusal = message?.refusal ?? said.refusal;
  const fail = (failure: AnswerFailure, detail: string): Reading => ({
    is: "answer",
    answer: { ...answer, text: "", failure, detail },
  });
  if (refusal) return fail("refused", oneLine(refusal));
  if (finishReason === "content_filter") return fail("refused", "stopped by a content filter");
  if (message?.tool_calls?.length || message?.function_call) {
    return fail("tool calls", "the model called a tool and said nothing");
  }
  return fail(
    "empty",
    finishReason === "length"
      ? "no text within the limit on tokens (a model that reasons first may need more)"
      : "the model said nothing",
  );
}

/** A reply that counts as a failed answer when asking again does not help. */
function again(got: string): Reading {
  return { is: "again", got, answer: { text: "", failure: "malformed", detail: got } };
}

/** An error in a reply with status 200. */
function readError(error: unknown, line: string): Reading {
  const failure = failureOf(JSON.stringify(error));
  if (failure !== undefined) return { is: "answer", answer: { text: "", failure, detail: line } };
  return again(`an error in place of an answer (${line})`);
}

/** What an error says about this one question, if it is about the question. */
function failureOf(text: string): AnswerFailure | undefined {
  if (/content_filter|content[ _-]management|content_policy|safety/i.test(text)) return "refused";
  if (
    /context_length|context length|maximum context|too many tokens|prompt is too long/i.test(text)
  ) {
    return "too long";
  }
  return undefined;
}

function saidIn(
  content:
    | string
    | (string | { text?: string | undefined; refusal?: string | undefined })[]
    | null
    | undefined,
): { text: string; refusal?: string } {
  if (content === null || content === undefined) return { text: "" };
  if (typeof content === "string") return { text: content };
  const text = content.map((part) => typeof part === "string" ? part : part.text ?? "").join("");
  const refusal = content.map((part) => typeof part === "string" ? "" : part.refusal ?? "").join(
    "",
  );
  return refusal === "" ? { text } : { text, refusal };
}

/** At most this much of a reply is repeated in a message. */
const SHOWN = 160;

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim().slice(0, SHOWN);
}
