import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  ARM_FACTS,
  ARMS,
  messagesOf,
  pictureSize,
  PROMPT_LEVELS,
  promptText,
  wrongUnits,
} from "offprint/papers/chipgptv/harness/mod.ts";
import { CHAIN, MACHINE, SENTENCE } from "./fixture.ts";

Deno.test("with and without the picture the prompt is the same but for the declared sentence", () => {
  for (const unit of [MACHINE, CHAIN]) {
    for (const level of PROMPT_LEVELS) {
      const text = (arm: typeof ARMS[number]) => promptText({ unit, arm, level, task: "full" });
      for (const arm of ["V+T", "V-blank+T", "V-wrong+T"] as const) {
        assertEquals(text(arm).replace(SENTENCE, ""), text("T"));
      }
      assert(text("T+graph").includes(unit.diagram.trim()));
      assert(text("T-complete").includes(unit.sentences[0]!));
      assert(!text("V").includes(unit.prompts[level].text) && text("V").includes(unit.header));
    }
  }
});

Deno.test("every arm sends the picture it says: the right one, a white one of its size, another's", () => {
  const wrong = wrongUnits([MACHINE, CHAIN]).get(MACHINE.name)!;
  for (const arm of ARMS) {
    const [message] = messagesOf({ unit: MACHINE, arm, level: "simple", task: "full", wrong });
    const image = typeof message!.content === "string"
      ? undefined
      : message!.content.find((part) => part.type === "image");
    assertEquals(image !== undefined, ARM_FACTS[arm].picture !== undefined, arm);
    if (image === undefined) continue;
    const { width } = pictureSize(image.bytes);
    assertEquals(width, ARM_FACTS[arm].picture === "wrong" ? 32 : 64);
  }
  const alone = { unit: MACHINE, arm: "V-wrong+T", level: "simple", task: "full" } as const;
  assertThrows(() => messagesOf(alone), RangeError, "got no other design");
});
