import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { Citation, citation } from "offprint/notebook/claims/citation.ts";
import { ClaimsSession, verdictOf } from "offprint/notebook/claims/claim.ts";
import { loadPaper, loadPapers } from "offprint/notebook/claims/ledger.ts";
import { logged, withEnv, withKernelNamespace } from "../fake_kernel.ts";
import { claimJson, paperJson, withLedger } from "../papers.ts";

const CLAIM = "application/vnd.offprint.claim+json";
const interval = { mean: 0.2, low: 0.1, high: 0.3, n: 40 };

async function withSession(use: (session: ClaimsSession) => void | Promise<void>): Promise<void> {
  await withLedger({ "77-test.json": paperJson() }, (folder) => use(new ClaimsSession(folder)));
}

Deno.test("a remark goes with every later verdict on the claims that it is about", async () => {
  await withSession((session) =>
    withKernelNamespace(async () => {
      await session.claim("77.gain", interval);
      assertEquals(session.recordOf("77.gain")?.note, undefined);
      session.remark("77.ga", "Of another model");
      session.remark("77.no", "Of nothing");
      await session.claim("77.gain", interval);
      assertEquals(session.recordOf("77.gain")?.note, "Of another model");
      await session.claim("77.gain", { value: interval, note: "20 seeds" });
      assertEquals(session.recordOf("77.gain")?.note, "Of another model. 20 seeds");
    })
  );
});

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
        "✓ shown: more is better The mean of 40 is 0.2, its interval 0.1 to 0.3: wholly above 0. The paper: 0.25 (at full scale). 20 seeds. [77.gain]",
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
      // The two claims with a number of the paper's stand in a table that has a column for it.
      assertEquals(html.match(/<table/g)?.length, 2);
      assertEquals(html.match(/>Published</g)?.length, 1);
      assertEquals(html.match(/data-label="Published"/g)?.length, 2);
      assertStringIncludes(html, "1. more is better<br><small>Table 2</small></th>");
      assertStringIncludes(html, 'title="Rule: whole interval above 0.">');
      // The foot repeats the numbers of the rows.
      assertStringIncludes(
        html,
        '<li value="1"><code>77.gain</code>: whole interval above 0. Source: read in the paper.</li>',
      );
      assertStringIncludes(html, '<li value="3"><code>77.sum</code>: exactly 4. Source: derived');
      assertStringIncludes(
        String(line!.data["text/html"]),
        'title="77.gain, Table 2. Rule: whole interval above 0.">',
      );
      assertStringIncludes(
        String(line!.data["text/html"]),
        "✓ shown</span> more is better<br><small>The mean of 40 is 0.2",
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
        "✗ broken: two and two Measured: 5; the rule asks for exactly 4. [77.sum]",
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
        "✓ holds: two and two Measured: 4, exactly as the rule asks. This replaces an earlier call (measured 5). [77.sum]",
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
        "A verdict needs a larger machine.</span></td>",
      );
      assertEquals(
        sent[0]!.content.data["text/plain"],
        "· not run here: two and two A verdict needs a larger machine. The closest that this run measured is 0.71. The paper: 98 %. a smaller model. [77.big]",
      );
      assertStringIncludes(
        String(sent[0]!.content.data["text/html"]),
        "· not run here</span> two and two<br><small>A verdict needs a larger machine.",
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

Deno.test("verdicts: one line that later claims update, and that counts no times", async () => {
  await withSession((session) =>
    withKernelNamespace(async (sent) => {
      await session.verdicts("77-test");
      await session.claim("77.sum", 4);
      await session.claim("77.speed", 2);
      await session.claim("77.big", null);
      assertEquals(sent.map(({ type }) => type), [
        "display_data",
        ...Array(3).fill(["display_data", "update_display_data"]).flat(),
      ]);
      assertEquals(
        sent[0]!.content.data["text/plain"],
        "Claims in this run: 3 not yet run",
      );
      const last = sent.at(-1)!.content.data;
      assertEquals(last["text/plain"], "Claims in this run: 1 holds, 1 not run, 1 not yet run");
      assertStringIncludes(
        String(last["text/html"]),
        "<summary>Claims in this run: <strong>1 holds, 1 not run, 1 not yet run</strong></summary>",
      );
      assertEquals(sent[0]!.content.transient, sent.at(-1)!.content.transient);
    })
  );
});

Deno.test("nothing was compared: not run here, with what it takes", async () => {
  await withSession((session) =>
    withKernelNamespace(async (sent) => {
      await session.claim("77.gain", { needs: "a second simulator" });
      await session.claim("77.sum", { value: 4, compared: 0 });
      await session.claim("77.gain", { mean: 0, low: 0, high: 0, n: 200 });
      const records = sent.map(({ content }) => content.data[CLAIM] as Record<string, unknown>);
      assertEquals(records.map(({ verdict }) => verdict), [
        "not run here (needs a second simulator)",
        "not run here (needs at least one comparison: none was made)",
        "not run here (needs arms that differ: all 200 differences are 0)",
      ]);
      assertEquals(records.map(({ measured }) => measured), [
        null,
        4,
        { mean: 0, low: 0, high: 0, n: 200 },
      ]);
    })
  );
});

Deno.test("a claim that counts comparisons must be told how many there were", async () => {
  const counted = claimJson({ compares: 100 });
  await withLedger({ "77-test.json": paperJson({ claims: [counted] }) }, async (folder) => {
    const session = new ClaimsSession(folder);
    await withKernelNamespace(async (sent) => {
      await assertRejects(() => session.claim("77.sum", 4), TypeError, "at least 100");
      await session.claim("77.sum", { value: 4, compared: 99 });
      await session.claim("77.sum", { value: 4, compared: 100 });
      assertEquals(
        sent.map(({ content }) => (content.data[CLAIM] as { verdict: string }).verdict),
        ["not run here (needs 100 comparisons: 99 were made)", "holds"],
      );
    });
  });
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
      'claim: got "77.summ", expected one of 77.sum, 77.gain, 77.speed, 77.big. Claims are in data/papers/.',
    );
    assertEquals(
      await message(() => session.claim("99.sum", 4)),
      'claim: got "99.sum", expected an id that starts with the number of a paper (77-test). Claims are in data/papers/.',
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
      assertEquals(
        lines[1],
        "✓ holds: two and two Measured: 4, exactly as the rule asks. [77.sum]",
      );
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
