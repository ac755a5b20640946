/**
 * GPT-2's printable alphabet for bytes and its way of cutting text into words (Radford et al., 2019):
 * what "byte level" means in a Hugging Face `tokenizer.json`.
 *
 * @module
 */

/** Cuts text into pieces that merges never cross: a word, number or punctuation run with one leading space. */
export const PIECES =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/**
 * Cuts code into pieces: a name with its digits and underscores is one, and so is a hyphenated word (in
 * code that is written with blanks around operators) and a based literal's end. The notation is understood by JavaScript and by Hugging Face's `Split` alike.
 */
export const CODE_PIECES =
  / ?[\p{L}_$][\p{L}\p{N}_$]*(?:-\p{L}+)*| ?\p{N}+| ?'[\p{L}\p{N}]+| ?[^\s\p{L}\p{N}_$']+|'|\s+(?!\S)|\s+/gu;

/** The character that stands for each byte: itself where printable in Latin-1, else one from U+0100 on. */
export const BYTE_CHARACTERS: readonly string[] = (() => {
  const characters: string[] = [];
  let spare = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) ||
      byte >= 0xae;
    characters.push(String.fromCharCode(printable ? byte : spare++));
  }
  return characters;
})();

const BYTE_OF = new Map(BYTE_CHARACTERS.map((character, byte) => [character, byte]));

/** The UTF-8 bytes of `text`, each as its character. */
export function toByteCharacters(text: string): string {
  let result = "";
  for (const byte of new TextEncoder().encode(text)) result += BYTE_CHARACTERS[byte];
  return result;
}

/**
 * The bytes that a string of byte characters stands for.
 *
 * @throws {RangeError} for a character that stands for no byte.
 */
export function fromByteCharacters(characters: string): Uint8Array {
  return Uint8Array.from(characters, (character) => {
    const byte = BYTE_OF.get(character);
    if (byte === undefined) {
      throw new RangeError(`no byte is written as ${JSON.stringify(character)}`);
    }
    return byte;
  });
}
