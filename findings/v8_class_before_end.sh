#!/bin/sh
# V8 15.0, as Deno 2.9.6 carries it: in a regular expression with the flag u, a class in brackets in front of `$`
# does not match a character beyond U+FFFF. The same class with the flag v, a single \p{L} or an alternation in
# its place, and Node 20's V8 do.
#
# Fetches Deno 2.9.6 with npx. Ends with 1 when it behaves otherwise.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > class.mjs <<'JS'
const letter = String.fromCodePoint(0x1d49c); // a capital letter of mathematics
console.log([
  /[\p{L}\p{M}]$/u, // a class at the end: false in V8 15.0, true by the standard
  /[\p{L}\p{M}](?![^])/u,
  /[\p{L}\p{M}]$/v,
  /(?:\p{L}|\p{M})$/u,
  /\p{L}$/u,
].map((pattern) => pattern.test(letter)).join(" "));
JS
seen=$(npx --yes --prefer-offline deno@2.9.6 run class.mjs)
echo "Deno 2.9.6: $seen"
command -v node > /dev/null && echo "Node $(node --version): $(node class.mjs)"
[ "$seen" = "false true true true true" ]
echo "as seen in November 2026"
