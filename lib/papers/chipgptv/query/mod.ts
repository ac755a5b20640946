/**
 * The query language of paper 06: declarations that compile to the text of a multi-modal prompt.
 *
 * Begin with `query` in `query.ts`, a builder, and `compileQuery` in `compile.ts`. `check_query.ts` has the seven errors, all
 * reported together; `shown_words.ts` asks the diagrams which blocks and ports they show. `message.ts` makes the message of a chat
 * model.
 *
 * @module
 */
export * from "./check_query.ts";
export * from "./compile.ts";
export * from "./message.ts";
export * from "./query.ts";
