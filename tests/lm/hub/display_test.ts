import { assertEquals } from "@std/assert";
import { shownBytes } from "offprint/lm/hub/download.ts";

Deno.test("bytes read well", () => {
  const cases: [number, string][] = [
    [0, "0 B"],
    [0.4, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [12_345_678, "12.3 MB"],
    [540e6, "540 MB"],
    [3.21e15, "3210 TB"],
  ];
  for (const [bytes, expected] of cases) assertEquals(shownBytes(bytes), expected);
});
