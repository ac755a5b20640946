/** Notebooks of before the rules of form (lib/notebook/README.md), until they are written anew. */
export const OLD_FORM: ReadonlySet<string> = new Set([
]);
