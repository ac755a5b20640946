/**
 * A plugin of `deno lint` that reports no mistake: it tells which names a notebook's cells declare and use, for programs that
 * want to know. One message, as JSON, holds {@linkcode CellNames}.
 *
 * @module
 */
import { NameCollector } from "./cell_names.ts";

const names: Deno.lint.Rule = {
  create(context) {
    const collector = new NameCollector();
    return {
      "*"(node: Deno.lint.Node) {
        collector.enter(node);
      },
      "*:exit"(node: Deno.lint.Node) {
        collector.exit(node);
        if (node.type !== "Program") return;
        context.report({ range: [0, 1], message: JSON.stringify(collector.finish()) });
      },
    };
  },
};

const plugin: Deno.lint.Plugin = { name: "names", rules: { all: names } };

export default plugin;
