/** What wrong arguments of `deno task measure-reviewers` say; its study is tested with the paper's room. */
import { assertRejects } from "@std/assert";
import { command } from "offprint/commands/measure/reviewers.ts";
import { UserError } from "offprint/errors.ts";

Deno.test("wrong arguments cost one line, before anything is started or asked", async () => {
  const refused = (args: string[], message: string) =>
    assertRejects(() => command.run(args), UserError, message);
  const model = ["--endpoint", "http://127.0.0.1:9/v1", "--model", "small"];
  await refused([], "expected --endpoint URL and --model NAME");
  await refused(
    ["--endpoint", "http://127.0.0.1:9/v1"],
    "expected --endpoint URL and --model NAME",
  );
  await refused([...model, "--arms", "single, 6 times,alone"], 'got "alone", expected some of');
  await refused([...model, "--trials", "0"], "expected a whole number");
  await refused([...model, "--set", "no/such/folder"], "got nothing there");
  await refused([...model, "--out", "README.md"], "--out");
});
