/**
 * Chat models behind a server: text and images in, answers out, every exchange kept.
 *
 * Begin with `chatClient` in `client.ts`. `message.ts` has the parts of a message, `request.ts` the bytes that are
 * sent and their hash, `answer.ts` what a reply means, `store.ts` where exchanges are kept, so that a run goes on where it
 * stopped and can be replayed without a network. `budget.ts` says before the start what will be asked for, and has the
 * caps. `remoteTextModel` of `lib/lm/text` makes such a model into something that takes text, as local models do.
 *
 * @module
 */
export * from "./answer.ts";
export * from "./budget.ts";
export * from "./client.ts";
export * from "./key.ts";
export * from "./message.ts";
export * from "./request.ts";
export * from "./retry_after.ts";
export * from "./store.ts";
