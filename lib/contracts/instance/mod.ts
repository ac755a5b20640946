/**
 * The principal–agent Markov decision process itself: what an instance holds and where one comes from.
 *
 * Begin with `Instance` in `instance.ts`: steps, states, actions, laws, rewards and costs, and how the arrays are
 * laid out. `parse_instance.ts` reads the JSON form and names the step, state and action of every mistake;
 * `examples.ts` holds the instances worked out by hand; `random_instance.ts` draws them for tests and timings;
 * `ordered_laws.ts` tests two conditions under which only the next lower action competes.
 *
 * What is paid on an instance is decided in `payments`, over several steps in `planning`.
 *
 * @module
 */
export * from "./examples.ts";
export * from "./instance.ts";
export * from "./ordered_laws.ts";
export * from "./parse_instance.ts";
export * from "./random_instance.ts";
