/**
 * What is said to a chat model: text and images.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";

/** A piece of a message. */
export type ChatPart =
  | { type: "text"; text: string }
  | { type: "image"; bytes: Uint8Array; mediaType: ImageType };

/** The picture formats that hosted models take. */
export type ImageType = "image/png" | "image/jpeg" | "image/gif" | "image/webp";

/** One message; a text alone is one part. */
export interface ChatMessage {
  role: "system" | "user" | "assistant";
  content: string | readonly ChatPart[];
}

/** Largest picture, in bytes, unless told otherwise. */
const LARGEST_IMAGE = 10_000_000;

const NAME_ENDINGS: Record<ImageType, RegExp> = {
  "image/png": /\.png$/i,
  "image/jpeg": /\.jpe?g$/i,
  "image/gif": /\.gif$/i,
  "image/webp": /\.webp$/i,
};

/**
 * A picture as part of a message; its type is read from its bytes.
 *
 * @param name of its file, for messages; its ending, where it has one, must be the type's.
 * @throws {UserError} for bytes that are not a picture, too many of them, or another type than the name says.
 */
export function imagePart(
  bytes: Uint8Array,
  name = "image",
  largest = LARGEST_IMAGE,
): ChatPart & { type: "image" } {
  const mediaType = imageType(bytes);
  if (mediaType === undefined) {
    throw new UserError({
      what: name,
      got: new Described(`${bytes.length} bytes that are not a picture`),
      expected: "a PNG, JPEG, GIF or WebP picture",
    });
  }
  if (bytes.length > largest) {
    throw new UserError({
      what: name,
      got: new Described(`a picture of ${bytes.length} bytes`),
      expected: `at most ${largest}`,
      todo: "Make it smaller.",
    });
  }
  const named = Object.entries(NAME_ENDINGS).find(([, ending]) => ending.test(name))?.[0];
  if (named !== undefined && named !== mediaType) {
    throw new UserError({
      what: name,
      got: new Described(`a picture of type ${mediaType}`),
      expected: `${named}, the type that its name gives`,
      todo: "Rename it.",
    });
  }
  return { type: "image", bytes, mediaType };
}

function imageType(bytes: Uint8Array): ImageType | undefined {
  const ascii = (from: number, to: number): string =>
    String.fromCharCode(...bytes.subarray(from, to));
  if (ascii(0, 8) === "\x89PNG\r\n\x1a\n") return "image/png";
  if (ascii(0, 3) === "\xff\xd8\xff") return "image/jpeg";
  if (/^GIF8[79]a$/.test(ascii(0, 6))) return "image/gif";
  if (ascii(0, 4) === "RIFF" && ascii(8, 12) === "WEBP") return "image/webp";
  return undefined;
}

/** A message in the form of `POST …/chat/completions`. */
export function messageBody({ role, content }: ChatMessage): unknown {
  if (typeof content === "string") return { role, content };
  const parts = content.map((part) =>
    part.type === "text" ? { type: "text", text: part.text } : {
      type: "image_url",
      image_url: { url: `data:${part.mediaType};base64,${part.bytes.toBase64()}` },
    }
  );
  return { role, content: parts };
}
