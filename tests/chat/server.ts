/** A chat server on loopback that gives what a test says. */

/** What the server was sent. */
export interface Sent {
  body: Record<string, unknown>;
  authorization: string | null;
}

/** Answers with `answers` in turn, the last one again and again. */
export async function withServer(
  answers: ((sent: Sent) => Response | Promise<Response>)[],
  use: (base: string, sent: Sent[]) => Promise<void>,
): Promise<void> {
  const sent: Sent[] = [];
  const end = new AbortController();
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {}, signal: end.signal },
    async (request) => {
      const one = {
        body: await request.json(),
        authorization: request.headers.get("authorization"),
      };
      sent.push(one);
      return await answers[Math.min(sent.length, answers.length) - 1]!(one);
    },
  );
  try {
    await use(`http://127.0.0.1:${server.addr.port}/v1`, sent);
  } finally {
    end.abort();
    await server.finished;
  }
}

/** A reply with one choice. */
export function choice(
  message: unknown,
  finish: string | null = "stop",
  more: object = {},
): Response {
  return Response.json({ choices: [{ index: 0, finish_reason: finish, message }], ...more });
}

/** A reply that says a text. */
export const says = (content: unknown, finish?: string) => () => choice({ content }, finish);
