import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { UserError } from "offprint/errors.ts";
import { END_OF_TEXT, trainBpe } from "offprint/lm/text/bpe_trainer.ts";
import {
  BYTE_CHARACTERS,
  fromByteCharacters,
  toByteCharacters,
} from "offprint/lm/text/byte_level.ts";
import { loadTokenizer, Tokenizer } from "offprint/lm/text/tokenizer.ts";
import { pathToFileURL } from "node:url";

const text = await Deno.readTextFile(new URL("../../../data/corpora/tiny.txt", import.meta.url));
const files = trainBpe([text], { vocabSize: 600, contextLength: 64 });
const tokenizer = new Tokenizer(files.tokenizer, files.config);

/** Encodes by the definition: all merges in order, inside each piece. */
function byDefinition(input: string): number[] {
  const { vocab, merges } = files.tokenizer.model;
  const pieces = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;
  return (input.match(pieces) ?? []).flatMap((piece) => {
    let parts = [...toByteCharacters(piece)];
    for (const [left, right] of merges) {
      const next: string[] = [];
      for (let i = 0; i < parts.length; i++) {
        if (parts[i] === left && parts[i + 1] === right) {
          next.push(left + right);
          i++;
        } else next.push(parts[i]!);
      }
      parts = next;
    }
    return parts.map((part) => vocab[part]!);
  });
}

Deno.test("the vocabulary is special token, bytes, merges", () => {
  const { vocab, merges } = files.tokenizer.model;
  assertEquals(Object.keys(vocab).length, 600);
  assertEquals(tokenizer.vocabSize, 600);
  assertEquals(vocab[END_OF_TEXT], 0);
  assertEquals(new Set(Object.values(vocab)).size, 600);
  assertEquals(merges[0], ["Ġ", "t"]);
  for (const [left, right] of merges) assert(left + right in vocab);
});

Deno.test("training is deterministic", () => {
  assertEquals(
    JSON.stringify(trainBpe([text], { vocabSize: 600, contextLength: 64 })),
    JSON.stringify(files),
  );
});

Deno.test("merges by hand: most frequent pair, then smallest ids", () => {
  const { tokenizer: small } = trainBpe(["abab abab cd"], { vocabSize: 400, contextLength: 8 });
  // ab: 4 times. Then " " + ab: once at the second word; abab: twice.
  assertEquals(small.model.merges[0], ["a", "b"]);
  assertEquals(small.model.merges[1], ["ab", "ab"]);
  // Nothing else occurs twice.
  assertEquals(small.model.merges.length, 2);
});

Deno.test("merges that spell the same token share its id", () => {
  const texts = ["aaaa aaaa aaa aaa aa aaaaa aaaaaa aaaaaaa aaaaaaa aaaaa"];
  const { tokenizer: repeated } = trainBpe(texts, { vocabSize: 290, contextLength: 8 });
  const ids = Object.values(repeated.model.vocab);
  assertEquals([...ids].sort((a, b) => a - b), ids.map((_, i) => i));
});

Deno.test("a vocabulary without room for the bytes is refused", () => {
  assertThrows(() => trainBpe([], { vocabSize: 256, contextLength: 8 }), RangeError, "256");
});

Deno.test("the library encodes as the definition does", () => {
  for (
    const input of [
      text.slice(0, 2000),
      "Fellow-Citizens: we'll see 1790's  end.\n\nNo—“yes” 😀",
      "",
    ]
  ) {
    assertEquals(tokenizer.encode(input), byDefinition(input));
  }
});

Deno.test("any well-formed text comes back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 60 }), (input) => {
      fc.pre(input.isWellFormed());
      assertEquals(tokenizer.decode(tokenizer.encode(input)), input);
    }),
    { numRuns: 500, seed: 3 },
  );
  for (
    const input of [" ,", "a , b .", "\u0000", "\r\n\t ", "e\u0301", "👩‍👩‍👧", "\ufeffx", "n't 's"]
  ) {
    assertEquals(tokenizer.decode(tokenizer.encode(input)), input);
  }
});

Deno.test("a lone surrogate is refused", () => {
  assertThrows(() => tokenizer.encode("a\ud800b"), RangeError, "surrogate");
});

Deno.test("what spells a special token in text is text", () => {
  const ids = tokenizer.encode(`a${END_OF_TEXT}b`);
  assert(!ids.includes(0));
  assertEquals(tokenizer.decode(ids), `a${END_OF_TEXT}b`);
  assertEquals(tokenizer.encode(END_OF_TEXT, { special: true }), [0]);
  assertEquals(tokenizer.decode([0]), END_OF_TEXT);
  assertEquals([tokenizer.bos, tokenizer.eos], [0, 0]);
});

Deno.test("half a character decodes to the replacement character", () => {
  const ids = tokenizer.encode("😀");
  assertEquals(tokenizer.decode(ids.slice(0, 1)), "\ufffd");
});

Deno.test("ids outside the vocabulary are refused", () => {
  for (const id of [600, -1]) {
    assertThrows(() => tokenizer.decode([1, id]), RangeError, "vocabulary of 600");
  }
});

Deno.test("byte characters are a bijection", () => {
  assertEquals(BYTE_CHARACTERS.length, 256);
  assertEquals([...fromByteCharacters(BYTE_CHARACTERS.join(""))], [...Array(256).keys()]);
  assertEquals(toByteCharacters(" a\n"), "ĠaĊ");
  assertThrows(() => fromByteCharacters("€"), RangeError);
});

Deno.test("loading from a folder, and what is wrong with one, in one line", async () => {
  const path = await Deno.makeTempDir();
  const folder = pathToFileURL(`${path}/`);
  const file = new URL("tokenizer.json", folder);
  await assertRejects(() => loadTokenizer(folder), UserError, "no such file");
  await Deno.writeTextFile(file, "{");
  await assertRejects(() => loadTokenizer(folder), UserError, "JSON");
  await Deno.writeTextFile(file, "{}");
  await assertRejects(() => loadTokenizer(folder), UserError, "tokenizer.json");
  await Deno.writeTextFile(file, JSON.stringify(files.tokenizer));
  const loaded = await loadTokenizer(folder);
  assertEquals(loaded.encode("the people"), tokenizer.encode("the people"));
  assertEquals(loaded.decode(loaded.encode("a , b")), "a , b");
  await Deno.remove(path, { recursive: true });
});

Deno.test("code pieces: a name with digits and underscores is learned whole, and any text comes back", () => {
  const code = " assign data_out_2 = 8'd5 ; data_out_2 non-blocking 8'd5\n".repeat(20);
  const { tokenizer: file, config } = trainBpe([code], {
    vocabSize: 330,
    contextLength: 64,
    pieces: "code",
  });
  const coder = new Tokenizer(file, config);
  const pieces = coder.encode(code.slice(0, -1).trimEnd().slice(0, 57)).map((id) =>
    coder.tokenText(id)
  );
  assertEquals(pieces.slice(0, 6), ["Ġassign", "Ġdata_out_2", "Ġ=", "Ġ8", "'d5", "Ġ;"]);
  assert(pieces.includes("Ġnon-blocking"));
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
    if (text.isWellFormed()) assertEquals(coder.decode(coder.encode(text)), text);
  }));
});

Deno.test("a vocabulary of any size loads", () => {
  for (const size of [100_000, 200_000]) {
    const vocab: Record<string, number> = {};
    BYTE_CHARACTERS.forEach((character, id) => vocab[character] = id);
    for (let id = 256; id < size; id++) vocab[`Ġw${id}`] = id;
    const model = { ...files.tokenizer.model, vocab, merges: [] };
    const large = new Tokenizer({ ...files.tokenizer, added_tokens: [], model }, {});
    assertEquals(large.vocabSize, size);
    assertEquals(large.tokenText(size - 1), `Ġw${size - 1}`);
  }
});

/** Llama 3 names its begin-of-text token in one of several post-processors. */
const template = {
  type: "Sequence",
  processors: [
    { type: "ByteLevel", add_prefix_space: true, trim_offsets: false, use_regex: true },
    {
      type: "TemplateProcessing",
      single: [{ SpecialToken: { id: END_OF_TEXT, type_id: 0 } }, {
        Sequence: { id: "A", type_id: 0 },
      }],
      pair: [],
      special_tokens: { [END_OF_TEXT]: { id: END_OF_TEXT, ids: [0], tokens: [END_OF_TEXT] } },
    },
  ],
};

Deno.test("the begin-of-text token is found in the template, and add_bos_token decides", () => {
  const file = { ...files.tokenizer, post_processor: template };
  const of = (config: object, tokenizer: object = file) => {
    const { bos, addsBos } = new Tokenizer(tokenizer, config);
    return [bos, addsBos];
  };
  assertEquals(of({}), [0, true]);
  assertEquals(of({ add_bos_token: false }), [0, false]);
  assertEquals(of({ add_bos_token: true, bos_token: END_OF_TEXT }), [0, true]);
  const single = template.processors[1]!;
  assertEquals(of({}, { ...file, post_processor: single }), [0, true]);
  assertEquals(of({}, { ...file, post_processor: null }), [undefined, false]);
  assertEquals(of({ bos_token: END_OF_TEXT }, files.tokenizer), [0, false]);
  // A text alone, or with something behind it only, begins with itself.
  const behind = { ...single, single: [...single.single!].reverse() };
  assertEquals(of({}, { ...file, post_processor: behind }), [undefined, false]);
});

Deno.test("all end tokens are known", () => {
  assertEquals(new Tokenizer(files.tokenizer, files.config, "tokenizer.json", [5, 0]).ends, [0, 5]);
  assertEquals(new Tokenizer(files.tokenizer, {}, "tokenizer.json").ends, []);
});

/** A small Unigram model; the expected ids are those of tokenizers 0.23.2, the reference in Rust. */
function unigram(bytes: number): Tokenizer {
  const vocab: [string, number][] = [["<unk>", 0], ["<s>", 0], ["</s>", 0]];
  for (let byte = 0; byte < bytes; byte++) {
    vocab.push([`<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`, -20]);
  }
  vocab.push(["▁", -3], ["▁the", -2], ["the", -4], ["t", -6], ["h", -6], ["e", -6]);
  vocab.push(["people", -3.5], ["p", -6.1], ["o", -6.2], ["l", -6.3]);
  return new Tokenizer({
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
    post_processor: null,
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: "▁" }, content: " " },
        { type: "ByteFallback" },
        { type: "Fuse" },
        { type: "Strip", content: " ", start: 1, stop: 0 },
      ],
    },
    model: { type: "Unigram", unk_id: 0, vocab, byte_fallback: true },
  }, {});
}

Deno.test("a Unigram model spells unknown characters in bytes, as the reference does", () => {
  const whole = unigram(256);
  for (
    const [text, ids] of [
      ["the people", [260, 259, 265]],
      ["the é people", [260, 259, 198, 172, 259, 265]],
      ["你好", [259, 231, 192, 163, 232, 168, 192]],
      ["the😀😀x the", [260, 243, 162, 155, 131, 243, 162, 155, 131, 123, 260]],
    ] as const
  ) {
    assertEquals(whole.encode(text), [...ids]);
    assertEquals(whole.decode([...ids]), text);
  }
  // Without a token for each byte, the whole piece is unknown.
  const part = unigram(37);
  assertEquals(part.encode("the é people"), [41, 40, 0, 40, 46]);
  assertEquals(part.encode("the \u0001"), [41, 40, 4]);
});

Deno.test("a piece too long for the library gives one line", () => {
  const error = assertThrows(() => unigram(256).encode("x".repeat(200_000)), RangeError);
  assert(error.message.startsWith("encode: got a text of 200000 characters"), error.message);
});

Deno.test("an added token for whole words is one between words, and refused inside a word", () => {
  const added = { special: false, lstrip: false, rstrip: false, normalized: false };
  const word = new Tokenizer({
    ...files.tokenizer,
    added_tokens: [
      ...files.tokenizer.added_tokens,
      { ...added, id: 600, content: "cab", single_word: true },
      { ...added, id: 601, content: "<x>", single_word: false },
    ],
  }, files.config);
  // As tokenizers 0.23.2 does.
  for (const text of ["cab", "a cab e", "cab-cab", "é cab", "<x>cab<x>", "-cab-"]) {
    const spelt = word.encode(text).map((id) => id >= 600 ? id : "…");
    assertEquals(spelt.filter((id) => id === 600).length, text.split("cab").length - 1, text);
    assertEquals(word.decode(word.encode(text)), text);
  }
  for (const text of ["acab", "cabe", "cab1", "cab_", "écab", "cab cabé", "𝒜cab"]) {
    assertThrows(() => word.encode(text), RangeError, '"cab" inside a word');
  }
});

Deno.test("kinds that lose text, and ids that are no places in a vocabulary, are refused", () => {
  const bpe = { type: "BPE", vocab: { a: 0, b: 1 } as Record<string, unknown>, merges: [] };
  const refused = (model: object, message: string, more: object = {}) =>
    assertThrows(() => new Tokenizer({ model, ...more }, {}, "t.json"), UserError, message);
  refused({ ...bpe, type: "WordPiece" }, 't.json: model.type: got "WordPiece", expected BPE or');
  for (const id of [-1, 1.5, 1e9, 2 ** 24, null, "1"]) {
    const message = `t.json: token "b": got the id ${id}, expected a whole number from 0 to`;
    refused({ ...bpe, vocab: { a: 0, b: id } }, message);
    refused(bpe, message, { added_tokens: [{ content: "b", id }] });
  }
});
