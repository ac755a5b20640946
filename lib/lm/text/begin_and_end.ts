/**
 * Which tokens begin and end a text: a `tokenizer_config.json` may name them, and what is put in front of a
 * text is also, or only, said by the template of a `tokenizer.json`.
 *
 * @module
 */

/** What is read of a `tokenizer.json`. */
interface TokenizerFile {
  post_processor?: Processor | null;
}

interface Processor {
  type?: string;
  /** Of a `Sequence`. */
  processors?: Processor[];
  /** Of a `TemplateProcessing`: what applies to a single text, in order. */
  single?: Piece[];
  special_tokens?: Record<string, { ids?: number[] }>;
  /** Of a `BertProcessing` or `RobertaProcessing`: the token in front. */
  cls?: [string, number];
}

interface Piece {
  SpecialToken?: { id: string };
  Sequence?: unknown;
}

/** The name that a `tokenizer_config.json` gives under `key`: a text, or an object with one. */
export function namedToken(config: object, key: string): string | undefined {
  const value = (config as Record<string, unknown>)[key];
  const content = typeof value === "string"
    ? value
    : (value as { content?: unknown } | null | undefined)?.content;
  return typeof content === "string" ? content : undefined;
}

/** The one token that a tokenizer's template puts in front of a text, where it puts just one there. */
export function templateStart(tokenizer: object): number | undefined {
  for (const processor of processorsOf((tokenizer as TokenizerFile).post_processor)) {
    if (processor.cls !== undefined) return processor.cls[1];
    const { single, special_tokens: special } = processor;
    if (single === undefined) continue;
    const text = single.findIndex(({ Sequence }) => Sequence !== undefined);
    const front = single.slice(0, Math.max(0, text));
    const ids = front.flatMap(({ SpecialToken }) => special?.[SpecialToken?.id ?? ""]?.ids ?? []);
    if (ids.length === 1) return ids[0];
  }
  return undefined;
}

function processorsOf(processor: Processor | null | undefined): Processor[] {
  if (processor === null || processor === undefined) return [];
  return [processor, ...(processor.processors ?? []).flatMap(processorsOf)];
}

/** The end tokens that a model's `config.json` or `generation_config.json` lists: none, one or several. */
export function listedEnds(config: unknown): number[] {
  const listed = (config as { eos_token_id?: unknown } | null | undefined)?.eos_token_id;
  return [listed].flat().filter((id): id is number => Number.isInteger(id));
}
