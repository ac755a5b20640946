/**
 * A server like OpenAI's that answers a moment after it was asked, and counts what it was asked. A prompt gets the same answer each
 * time: the beginning of the module that the prompt gives, ended for two prompts of three, so that it compiles and does nothing.
 */
export function answeringServer(): { address: string; asked(): number } & AsyncDisposable {
  let asked = 0;
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      asked++;
      const prompt: string = (await request.json()).messages.at(-1).content;
      await new Promise((resolve) => setTimeout(resolve, 100));
      const [begun = ""] = prompt.match(/^module [^;]*;/m) ?? [];
      const ended = prompt.length % 3 === 0 ? "" : "endmodule";
      const content = `\`\`\`verilog\n${begun}\n${ended}\n\`\`\``;
      return Response.json({ choices: [{ finish_reason: "stop", message: { content } }] });
    },
  );
  return {
    address: `http://127.0.0.1:${server.addr.port}/v1`,
    asked: () => asked,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
    },
  };
}
