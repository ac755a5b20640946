import { assertEquals, assertThrows } from "@std/assert";
import { realNumber, wholeNumber } from "offprint/command_line.ts";
import { UserError } from "offprint/errors.ts";

Deno.test("numbers on the command line: digits, within bounds, and nothing else", () => {
  assertEquals([".5", "0", "1.5e2", "+3."].map((text) => realNumber("--x", text, 0, 1000)), [
    0.5,
    0,
    150,
    3,
  ]);
  for (const text of ["", " ", "x", "NaN", "Infinity", "1e99", "-1", "0x10", "1,5", "1 "]) {
    assertThrows(() => realNumber("--x", text, 0, 1000), UserError, "a number from 0 to 1000");
    assertThrows(
      () => wholeNumber("--x", text, 0, 1000),
      UserError,
      "a whole number from 0 to 1000",
    );
  }
  assertThrows(
    () => realNumber("--x", "0", 0, 1, false),
    UserError,
    '--x: got "0", expected a number above 0, at most 1.',
  );
});
