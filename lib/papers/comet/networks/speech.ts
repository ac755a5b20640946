/**
 * A voice-activity detector: sentences are spoken by a synthesiser with pauses between them, and the detector
 * says of each stretch of 32 ms whether somebody speaks.
 *
 * @module
 */
import type * as WasiModule from "@bjorn3/browser_wasi_shim";
import { Described, UserError } from "offprint/errors.ts";
import { packageFile } from "offprint/lm/corpora/mod.ts";
import { createSession } from "offprint/lm/onnx/mod.ts";
import { joinedFloats } from "offprint/joined_floats.ts";
import { stream } from "offprint/random.ts";
import { PACKAGES } from "./packages.ts";

/** Samples a second of what the detector hears. */
const RATE = 16_000;

/** Samples of a stretch that is judged, and of the one before that it hears again. */
const FRAME = 512, CONTEXT = 64;

/** The bytes of the detector's file. */
export function detectorFile(folder: URL): Promise<Uint8Array<ArrayBuffer>> {
  return packageFile(PACKAGES.detector, "weights/silero_vad_16k_op15.onnx", folder);
}

/**
 * Sentences spoken one after the other, with a pause of 0.8 s before each and faint noise all over: samples
 * from −1 to 1.
 */
export async function speak(
  sentences: readonly string[],
  seed: number,
  folder: URL,
): Promise<Float32Array> {
  const wasm = await WebAssembly.compile(
    await packageFile(PACKAGES.synthesiser, "flite.wasm", folder),
  );
  const pieces: Float32Array[] = [];
  for (const sentence of sentences) {
    pieces.push(new Float32Array(0.8 * RATE), samplesOf(await spoken(wasm, sentence)));
  }
  const random = stream(seed, "faint noise");
  return joinedFloats(pieces).map((sample) => sample + 0.002 * random.normal());
}

/** A WAVE file of one sentence. */
async function spoken(wasm: WebAssembly.Module, sentence: string): Promise<Uint8Array> {
  // Not a literal: Deno would otherwise download the package as soon as this file is loaded.
  const specifier: string = "@bjorn3/browser_wasi_shim";
  const { File, OpenFile, PreopenDirectory, WASI } = await import(specifier) as typeof WasiModule;
  const folder = new PreopenDirectory(".", new Map());
  const files = [
    new OpenFile(new File([])),
    new OpenFile(new File([])),
    new OpenFile(new File([])),
  ];
  const flite = ["flite", "-voice", "slt", "-t", sentence, "-o", "speech.wav"];
  const wasi = new WASI(flite, [], [...files, folder], { debug: false });
  const instance = await WebAssembly.instantiate(wasm, {
    wasi_snapshot_preview1: wasi.wasiImport,
  });
  wasi.start(instance as Parameters<typeof wasi.start>[0]);
  const file = folder.dir.contents.get("speech.wav");
  if (!(file instanceof File)) {
    throw new UserError({ what: "flite", got: new Described("no sound"), expected: "speech.wav" });
  }
  return file.data;
}

/** The samples of a WAVE file of one channel in 16 bits at {@linkcode RATE}. */
function samplesOf(wave: Uint8Array): Float32Array {
  const view = new DataView(wave.buffer, wave.byteOffset, wave.byteLength);
  const header = 44,
    [channels, rate, bits] = [
      view.getUint16(22, true),
      view.getUint32(24, true),
      view.getUint16(34, true),
    ];
  if (channels !== 1 || rate !== RATE || bits !== 16) {
    throw new UserError({
      what: "flite",
      got: `${channels} channels, ${rate} Hz, ${bits} bits`,
      expected: `one channel of 16 bits at ${RATE} Hz`,
    });
  }
  return Float32Array.from(
    { length: (wave.byteLength - header) / 2 },
    (_, i) => view.getInt16(header + 2 * i, true) / 32768,
  );
}

/** What a network makes of a sound: the probability of speech in each stretch, and all outputs of each run by name. */
export async function listen(
  network: Uint8Array<ArrayBuffer>,
  sound: Float32Array,
  threads?: number,
): Promise<{ speech: Float32Array; outputs: Map<string, Float32Array>[] }> {
  const { ort, session } = await createSession(
    "detector",
    network,
    threads === undefined ? {} : { threads },
  );
  const frames = Math.floor(sound.length / FRAME);
  const speech = new Float32Array(frames), all: Map<string, Float32Array>[] = [];
  const heard = new Float32Array(CONTEXT + FRAME);
  let state = new Float32Array(2 * 128);
  const rate = new ort.Tensor("int64", BigInt64Array.of(BigInt(RATE)), []);
  for (let frame = 0; frame < frames; frame++) {
    heard.copyWithin(0, FRAME);
    heard.set(sound.subarray(frame * FRAME, (frame + 1) * FRAME), CONTEXT);
    const results = await session.run({
      input: new ort.Tensor("float32", heard.slice(), [1, heard.length]),
      state: new ort.Tensor("float32", state, [2, 1, 128]),
      sr: rate,
    });
    const outputs = new Map<string, Float32Array>();
    for (const [name, { data }] of Object.entries(results)) outputs.set(name, data as Float32Array);
    speech[frame] = outputs.get(session.outputNames[0]!)![0]!;
    state = outputs.get(session.outputNames[1]!)!.slice();
    all.push(outputs);
  }
  await session.release();
  return { speech, outputs: all };
}
