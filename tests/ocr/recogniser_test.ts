import { assertEquals } from "@std/assert";
import { spelled } from "../../lib/ocr/recogniser.ts";

Deno.test("repetitions count once, and a step without a character parts two equal ones", () => {
  const characters = ["", "a", "b", " "];
  const steps = [1, 1, 0, 1, 3, 2, 2, 0, 0];
  const scores = Float32Array.from(
    steps.flatMap((best) => characters.map((_, i) => i === best ? 0.7 : 0.1)),
  );
  assertEquals(spelled(scores, characters), "aa b");
  assertEquals(spelled(new Float32Array(), characters), "");
});
