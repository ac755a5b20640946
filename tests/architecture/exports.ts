/** Exported values that no other file names, found in the sources' text. */

/** Files whose exports are taken together through a namespace import, or chosen by name on the command line. */
const TAKEN_WHOLE = /^lib\/(?:verilog\/designs\/|papers\/\w+\/experiments\.ts$)/;

const EXPORT =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:function\*?|const|let|class|enum) ([A-Za-z_$][\w$]*)/gm;
const WORD = /[A-Za-z_$][\w$]*/g;
const OF_THE_PRODUCT = /^(?:lib|kernels|bench)\/.*\.ts$/;

/**
 * Exported functions, constants and classes of the product whose name stands in no other of the given files, each as
 * `file: name`. Types are left out: they are written in signatures that others use without naming them.
 */
export function unnamedExports(files: ReadonlyMap<string, string>): string[] {
  const places = new Map<string, Set<string>>();
  for (const [file, text] of files) {
    for (const [word] of text.matchAll(WORD)) {
      let named = places.get(word);
      if (named === undefined) places.set(word, named = new Set());
      named.add(file);
    }
  }
  const found: string[] = [];
  for (const [file, text] of files) {
    if (!OF_THE_PRODUCT.test(file) || TAKEN_WHOLE.test(file)) continue;
    for (const [, name] of text.matchAll(EXPORT)) {
      if (places.get(name!)!.size === 1) found.push(`${file}: ${name}`);
    }
  }
  return found;
}
