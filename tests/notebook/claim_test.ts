import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { Citation, citation } from "offprint/notebook/citation.ts";
import { ClaimsSession, verdictOf } from "offprint/notebook/claim.ts";
import { loadPaper, loadPapers } from "offprint/notebook/ledger.ts";
import { logged, withEnv, withKernelNamespace } from "./fake_kernel.ts";
import { paperJson, withLedger } from "./papers.ts";

const CLAIM = "application/vnd.offprint.claim+json";
const interval = { mean: 0.2, low: 0.1, high: 0.3, n: 40 };

async function withSession(use: (session: ClaimsSession) => void | Promise<void>): Promise<void> {
  await withLedger({ "77-test.json": paperJson() }, (folder) => use(new ClaimsSession(folder)));
}

Deno.test("claim leaves a record, a line, and the new state of the table", async () => {
  await withSession((session) =>
    withKernelNamespace(async (sent) => {
      await session.claimsTable("77-test");
      await session.claim("77.gain", { value: interval, note: "20 seeds" });
      assertEquals(sent.map(({ type }) => type), [
        "display_data",
        "display_data",
        "update_display_data",
      ]);
      const [table, line, update] = sent.map(({ content }) => content);
      assertEquals(table!.transient, update!.transient);
      assertEquals(line!.data[CLAIM], {
        id: "77.gain",
        kind: "trend",
        verdict: "shown",
        measured: interval,
        published: { value: 0.25, note: "at full scale" },
        rule: { rule: "intervalAbove", bound: 0 },
        note: "20 seeds",
      });
      assertEquals(
        line!.data["text/plain"],
        "✓ shown: Table 2 [77.gain]: measured 0.2 [0.1, 0.3], n = 40; published 0.25 (at full scale); rule: whole interval above 0; 20 seeds",
      );
      assertEquals(
        String(table!.data["text/plain"]).match(/not yet run/g)?.length,
        3,
      );
      assertStringIncludes(
        String(update!.data["text/plain"]),
        "77.gain   0.25 (at full scale)  0.2 [0.1, 0.3], n = 40     ✓ shown",
      );
      const html = String(update!.data["text/html"]);
      assertStringIncludes(html, "<small>Table 2</small><br>more is better</th>");
      assertStringIncludes(html, '<td data-label="Verdict"');
      // What a run would need stands under the verdict, as rules do.
      assertStringIncludes(html, "· not yet run</span><br><small>needs a larger machine</small>");
      assertStringIncludes(
        String(line!.data["text/html"]),
        "✓ shown</span> <small>Table 2</small> more is better<br><small>measured 0.2",
      );
      assertStringIncludes(html, '<tr data-claim="77.gain" data-verdict="shown">');
      assertStringIncludes(html, "Claims of On &lt;sums&gt; &amp; products");
      assertEquals(session.recordOf("77.gain")?.verdict, "shown");
    })
  );
});

Deno.test("claim without a table shown sends its line only", async () => {
  await withSession((session) =>
    withKernelNamespace(async (sent) => {
      await session.claim("77.sum", 5);
      assertEquals(sent.length, 1);
      assertEquals(
        sent[0]!.content.data["text/plain"],
        "✗ broken: Theorem 1 [77.sum]: measured 5; rule: exactly 4",
      );
    })
  );
});

Deno.test("called twice, the last claim counts and says what it replaces", async () => {
  await withSession((session) =>
    withKernelNamespace(async (sent) => {
      await session.claim("77.sum", 5);
      await session.claim("77.sum", 4);
      assertStringIncludes(
        String(sent[1]!.content.data["text/plain"]),
        "✓ holds: Theorem 1 [77.sum]: measured 4; rule: exactly 4; replaces the earlier call (measured 5)",
      );
      assertEquals(session.recordOf("77.sum")?.measured, 4);
    })
  );
});

Deno.test("a headline is never run here; our closest stands beside it", async () => {
  await withSession((session) =>
    withKernelNamespace(async (sent) => {
      await session.claim("77.big", { value: 0.71, note: "a smaller model" });
      await session.claim("77.big", null);
      await session.claimsTable("77-test");
      assertStringIncludes(
        String(sent[2]!.content.data["text/html"]),
        "· not run here</span><br><small>needs a larger machine</small>",
      );
      assertEquals(
        sent[0]!.content.data["text/plain"],
        "· not run here (needs a larger machine): Table 1 [77.big]: measured 0.71; published 98 %; a smaller model",
      );
      assertStringIncludes(
        String(sent[0]!.content.data["text/html"]),
        "· not run here</span> <small>Table 1</small> two and two<br>" +
          "<small>needs a larger machine; measured 0.71; published 98 %; a smaller model</small>",
      );
      assertEquals(session.recordOf("77.big")?.measured, null);
    })
  );
});

Deno.test("a measurement has a record but no number in the table", async () => {
  await withSession((session) =>
    withKernelNamespace(async (sent) => {
      await session.claimsTable("77-test");
      await session.claim("77.speed", 1.2345);
      const { data } = sent[2]!.content;
      assert(!JSON.stringify(data).includes("1.2345"));
      assertStringIncludes(String(data["text/plain"]), "in the report of each run");
      assertEquals(session.recordOf("77.speed")?.verdict, "shown");
    })
  );
});

Deno.test("NaN never passes and reaches the record by name", async () => {
  await withSession((session) =>
    withKernelNamespace(async (sent) => {
      await session.claim("77.sum", NaN);
      const record = sent[0]!.content.data[CLAIM] as Record<string, unknown>;
      assertEquals([record["verdict"], record["measured"]], ["broken", "NaN"]);
    })
  );
});

Deno.test("unknown claims, unknown papers and wrong shapes are refused and leave no record", async () => {
  await withSession(async (session) => {
    const message = async (run: () => Promise<void>) =>
      (await assertRejects(run, UserError)).message;
    assertEquals(
      await message(() => session.claim("77.summ", 4)),
      'claim: got "77.summ", expected one of 77.sum, 77.gain, 77.speed, 77.big. Claims stand in data/papers/.',
    );
    assertEquals(
      await message(() => session.claim("99.sum", 4)),
      'claim: got "99.sum", expected an id that starts with the number of a paper (77-test). Claims stand in data/papers/.',
    );
    assertEquals(
      await message(() => session.claimsTable("99-test")),
      'paper: got "99-test", expected one of 77-test.',
    );
    await assertRejects(
      () => session.claim("77.gain", 0.5),
      TypeError,
      "claim 77.gain, rule intervalAbove: got a number (0.5), expected { mean, low, high, n }",
    );
    assertEquals(session.recordOf("77.gain"), undefined);
  });
});

Deno.test("outside a kernel the table is printed once and each claim is a line", async () => {
  await withSession((session) =>
    withEnv("OFFPRINT_QUIET", undefined, async () => {
      const lines = await logged(async () => {
        await session.claimsTable("77-test");
        await session.claim("77.sum", 4);
        await session.claim("77.gain", interval);
      });
      assertEquals(lines.length, 3);
      assertEquals(lines[1], "✓ holds: Theorem 1 [77.sum]: measured 4; rule: exactly 4");
    })
  );
});

Deno.test("verdictOf: not yet run before the claim", () => {
  assertEquals(verdictOf("77.sum"), "not yet run");
});

Deno.test("citation names authors, title, venue, year and arXiv", async () => {
  await withLedger({ "77-test.json": paperJson() }, (folder) => {
    const shown = new Citation(loadPaper("77-test", folder));
    assertEquals(
      String(shown),
      "Ada A., Bo B. On <sums> & products. Proceedings 2024. https://arxiv.org/abs/2401.00001",
    );
    assertEquals(
      shown.bundle()["text/html"],
      '<p class="offprint-citation">Ada A., Bo B. <cite>On &lt;sums&gt; &amp; products</cite>. Proceedings 2024. <a href="https://arxiv.org/abs/2401.00001">arXiv:2401.00001</a></p>',
    );
  });
  for (const paper of loadPapers()) assertStringIncludes(String(citation(paper.id)), paper.title);
});
