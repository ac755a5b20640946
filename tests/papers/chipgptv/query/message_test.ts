import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { messageBody } from "offprint/chat/mod.ts";
import { UserError } from "offprint/errors.ts";
import {
  compileQuery,
  joinedAnswers,
  query,
  queryMessage,
} from "offprint/papers/chipgptv/query/mod.ts";

const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const GIF = new TextEncoder().encode("GIF89a");

Deno.test("pictures follow the text as image_url parts, in declared order", async () => {
  const built = query("two", { mode: "gate", vision: "vm", language: "lm" })
    .describe("half", "adds").image("b.png", "block").image("a.gif", "wave");
  const [compiled] = compileQuery(built.query);
  const message = await queryMessage(
    compiled!,
    (path) => Promise.resolve(path.endsWith(".png") ? PNG : GIF),
  );
  assertEquals(messageBody(message), {
    role: "user",
    content: [
      { type: "text", text: compiled!.text },
      { type: "image_url", image_url: { url: `data:image/png;base64,${PNG.toBase64()}` } },
      { type: "image_url", image_url: { url: `data:image/gif;base64,${GIF.toBase64()}` } },
    ],
  });
});

Deno.test("a picture of another type than its name is refused before anything is asked", async () => {
  const built = query("wrong", { mode: "gate", vision: "vm", language: "lm" })
    .describe("half", "adds").image("b.png", "block");
  const [compiled] = compileQuery(built.query);
  await assertRejects(
    () => queryMessage(compiled!, () => Promise.resolve(GIF)),
    UserError,
    "image/gif",
  );
});

Deno.test("answers are put together in order, and one module twice is an error", () => {
  const answer = (name: string) => ({ modules: [name], verilog: `module ${name}; endmodule\n` });
  assertEquals(
    joinedAnswers([answer("a"), answer("b")]),
    "module a; endmodule\n\nmodule b; endmodule\n",
  );
  assertThrows(() => joinedAnswers([answer("a"), answer("a")]), UserError, "module a twice");
});
