/**
 * Finding where an agent changes its mind, by asking: the measuring instruments of the learners.
 *
 * Begin with `bisect` in `bisection.ts`, one threshold on one line. `boundarySearch` in `boundary_search.ts` maps
 * all points at which the agent is indifferent between neighbouring actions and turns them into cost differences;
 * `facetSearch` in `facet_search.ts` measures the planes on which it is indifferent.
 *
 * All three only ask a function which action a contract gives; they know no game. The learners that use
 * them are in `learning` (one step) and `pamdp` (several steps).
 *
 * @module
 */
export * from "./bisection.ts";
export * from "./boundary_search.ts";
export * from "./facet_search.ts";
