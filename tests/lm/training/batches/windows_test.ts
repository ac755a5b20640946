import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  batchOf,
  epochWindows,
  packRecords,
  sentenceBefore,
  type TokenDocument,
} from "offprint/lm/training/batches/windows.ts";
import { stream } from "offprint/random.ts";

const random = stream(1, "windows-test");
const documents: TokenDocument[] = Array.from({ length: 5 }, (_, index) => {
  const starts: number[] = [];
  let length = 0;
  while (length < 60 + 90 * index) {
    starts.push(length);
    length += 1 + random.integer(index === 4 ? 100 : 25);
  }
  return {
    name: `${index}`,
    tokens: Int32Array.from({ length }, () => 1 + random.integer(50)),
    starts,
  };
});

Deno.test("the windows of an epoch cover every token and begin with sentences", () => {
  for (const length of [8, 32, 64]) {
    const windows = epochWindows(documents, length, 7, 0);
    documents.forEach((document, index) => {
      const covered = new Uint8Array(document.tokens.length);
      for (const window of windows.filter((w) => w.document === index)) {
        covered.fill(1, window.start, window.start + length);
      }
      assert(!covered.includes(0), `length ${length}, document ${index}`);
    });
    const atSentence = windows.filter((w) => documents[w.document]!.starts.includes(w.start));
    if (length === 64) assert(atSentence.length > 0.8 * windows.length);
  }
});

Deno.test("epochs are fixed by their number and differ", () => {
  assertEquals(epochWindows(documents, 32, 7, 3), epochWindows(documents, 32, 7, 3));
  const [a, b] = [epochWindows(documents, 32, 7, 0), epochWindows(documents, 32, 7, 1)];
  assert(JSON.stringify(a) !== JSON.stringify(b));
});

Deno.test("sentenceBefore takes the last start not after the position, else the position", () => {
  assertEquals(sentenceBefore([0, 10, 20], 19, 0), 10);
  assertEquals(sentenceBefore([0, 10, 20], 20, 0), 20);
  assertEquals(sentenceBefore([0, 10, 20], 9, 0), 9);
  assertEquals(sentenceBefore([0, 10, 20], 15, 10), 15);
});

Deno.test("a batch shifts by one behind the begin-of-text token and masks what is not there", () => {
  const document = { name: "x", tokens: Int32Array.of(5, 6, 7, 8, 9), starts: [0] };
  const batch = batchOf([document], [{ document: 0, start: 0 }, { document: 0, start: 3 }], 4, 1);
  assertEquals([...batch.tokens], [1, 5, 6, 7, 1, 8, 9, 1]);
  assertEquals([...batch.targets], [5, 6, 7, 8, 8, 9, 1, 1]);
  assertEquals([...batch.weights], [1, 1, 1, 1, 1, 1, 0, 0]);
});

Deno.test("records are packed whole, fill their windows and come once an epoch", () => {
  const records: TokenDocument[] = Array.from({ length: 300 }, (_, at) => ({
    name: `${at}`,
    tokens: Int32Array.from({ length: 5 + random.integer(60) }, () => at),
    starts: [0],
  }));
  const packed = packRecords(records, 64);
  assertEquals(packed, packRecords(records, 64));
  const seen = packed.flatMap(({ tokens, starts }) => {
    assert(tokens.length <= 64);
    return starts.map((start, i) => {
      const record = tokens.slice(start, starts[i + 1] ?? tokens.length);
      assertEquals(record, records[record[0]!]!.tokens);
      return record[0]!;
    });
  });
  assertEquals(seen.toSorted((a, b) => a - b), records.map((_, at) => at));
  const total = records.reduce((sum, { tokens }) => sum + tokens.length, 0);
  assert(
    total > 0.9 * 64 * packed.length,
    `${total / packed.length / 64} of the windows is filled`,
  );
  assertEquals(epochWindows(packed, 64, 1, 0).length, packed.length);
  assertThrows(() => packRecords(records, 20), RangeError, "expected at most 20");
});
