#!/bin/sh
# @huggingface/tokenizers 0.2.0 (JavaScript) against tokenizers 0.23.2 (Rust, through Python).
#
# 1. A Unigram model whose tokenizer.json says "byte_fallback": true. The reference spells an unknown
#    character in its bytes; the JavaScript library gives the unknown token, without a word.
# 2. An added token that says "single_word": true. The reference does not match it inside a word; the
#    JavaScript library does.
#
# Installs both packages into a temporary folder. Ends with 1 when either behaves otherwise than above.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > tokenizer.py <<'PY'
import json
from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers
pieces = [("<unk>", 0.0)] + [("<0x%02X>" % byte, -20.0) for byte in range(256)]
pieces += [("\u2581", -3.0), ("a", -4.0), ("c", -4.0), ("b", -4.0)]
unigram = Tokenizer(models.Unigram(pieces, unk_id=0, byte_fallback=True))
unigram.pre_tokenizer = pre_tokenizers.Metaspace()
unigram.save("unigram.json")
words = Tokenizer(models.BPE({letter: at for at, letter in enumerate("abcx ")}, []))
words.add_tokens([AddedToken("cab", single_word=True)])
words.save("words.json")
ids = lambda tokenizer, text: tokenizer.encode(text, add_special_tokens=False).ids
print(json.dumps([ids(unigram, "a\u00e9"), ids(words, "xcab"), ids(words, "x cab")], separators=(",", ":")))
PY
cat > tokenizer.mjs <<'JS'
import { readFileSync } from "node:fs";
import { Tokenizer } from "@huggingface/tokenizers";
const load = (file) => new Tokenizer(JSON.parse(readFileSync(file, "utf8")), {});
const ids = (tokenizer, text) => tokenizer.encode(text, { add_special_tokens: false }).ids;
const [unigram, words] = [load("unigram.json"), load("words.json")];
console.log(JSON.stringify([ids(unigram, "aé"), ids(words, "xcab"), ids(words, "x cab")]));
JS
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tokenizers==0.23.2 ||
  venv/bin/pip install --quiet --no-deps --disable-pip-version-check tokenizers==0.23.2
npm install --silent --no-audit --no-fund @huggingface/tokenizers@0.2.0
reference=$(venv/bin/python tokenizer.py)
library=$(node tokenizer.mjs)
echo "tokenizers 0.23.2:              $reference"
echo "@huggingface/tokenizers 0.2.0:  $library"
# a, then the bytes C3 A9; "xcab" letter by letter; "x cab" with the token.
[ "$reference" = "[[257,258,196,170],[3,2,0,1],[3,4,5]]" ]
[ "$library" = "[[257,258,0],[3,5],[3,4,5]]" ]
echo "as seen in November 2026"
