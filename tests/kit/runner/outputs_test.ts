import { assertEquals } from "@std/assert";
import type { JsonObject } from "offprint/kit/kernel/messages.ts";
import { lastLines, OutputCollector } from "offprint/kit/runner/outputs.ts";

const stream = (text: string, name = "stdout") =>
  ({ type: "stream", content: { name, text } }) as const;
const shown = (type: "display_data" | "update_display_data", text: string, id?: string) => ({
  type,
  content: {
    data: { "text/plain": text },
    metadata: {},
    transient: id === undefined ? {} : { display_id: id },
  } as JsonObject,
});

function texts(collector: OutputCollector, cell: string) {
  return collector.of(cell).map((output) =>
    output.output_type === "stream"
      ? `${output.name}: ${output.text}`
      : output.output_type === "error"
      ? output.evalue
      : output.data["text/plain"]
  );
}

Deno.test("prints in a row become one output, stdout and stderr stay apart", () => {
  const collector = new OutputCollector();
  collector.add("a", stream("1\n"));
  collector.add("a", stream("2\n"));
  collector.add("a", stream("!\n", "stderr"));
  collector.add("a", stream("3\n"));
  assertEquals(texts(collector, "a"), ["stdout: 1\n2\n", "stderr: !\n", "stdout: 3\n"]);
});

Deno.test("colours are removed from prints, plain text and errors, not from SVG", () => {
  const collector = new OutputCollector();
  collector.add("a", stream("\x1b[31mred\x1b[0m"));
  collector.add("a", {
    type: "display_data",
    content: {
      data: { "text/plain": "\x1b[1mbold\x1b[22m", "image/svg+xml": ["<svg>", "</svg>"] },
      metadata: {},
    },
  });
  collector.add("a", {
    type: "error",
    content: { ename: "E", evalue: "\x1b[1mv", traceback: ["\x1b[2mat"] },
  });
  assertEquals(collector.of("a"), [
    { output_type: "stream", name: "stdout", text: "red" },
    {
      output_type: "display_data",
      data: { "text/plain": "bold", "image/svg+xml": "<svg></svg>" },
      metadata: {},
    },
    { output_type: "error", ename: "E", evalue: "v", traceback: ["at"] },
  ]);
});

Deno.test("an update changes the display where it was shown, in every cell; its id is not stored", () => {
  const collector = new OutputCollector();
  collector.add("a", shown("display_data", "0 %", "bar"));
  collector.add("b", shown("display_data", "copy", "bar"));
  collector.add("b", shown("display_data", "other", "baz"));
  collector.add("c", shown("update_display_data", "100 %", "bar"));
  collector.add("c", shown("update_display_data", "nowhere", "unknown"));
  assertEquals(texts(collector, "a"), ["100 %"]);
  assertEquals(texts(collector, "b"), ["100 %", "other"]);
  assertEquals(texts(collector, "c"), []);
  assertEquals(Object.keys(collector.of("a")[0]!), ["output_type", "data", "metadata"]);
});

Deno.test("clear_output empties the cell, at once or with the next output", () => {
  const collector = new OutputCollector();
  collector.add("a", shown("display_data", "old", "x"));
  collector.add("a", { type: "clear_output", content: { wait: true } });
  assertEquals(texts(collector, "a"), ["old"]);
  collector.add("a", stream("new\n"));
  assertEquals(texts(collector, "a"), ["stdout: new\n"]);
  collector.add("a", shown("update_display_data", "gone", "x"));
  collector.add("a", { type: "clear_output", content: { wait: false } });
  assertEquals(texts(collector, "a"), []);
});

Deno.test("the last lines of an output count what they leave out", () => {
  const collector = new OutputCollector();
  collector.add("a", stream("1\n2\n3\n"));
  collector.add("a", shown("display_data", "figure"));
  assertEquals(lastLines(collector.of("a"), 9), ["1", "2", "3", "figure"]);
  assertEquals(lastLines(collector.of("a"), 2), ["… 2 lines before", "3", "figure"]);
  assertEquals(lastLines([], 2), []);
});
