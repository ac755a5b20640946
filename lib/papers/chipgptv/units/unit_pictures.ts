/**
 * The pictures of a unit, drawn from its reference.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import {
  drawBlockDiagram,
  drawStateDiagram,
  drawTruthTable,
  drawWaveform,
  pngOf,
  truthTableOf,
  waveJson,
  waveOf,
} from "offprint/verilog/pictures/mod.ts";
import { type Simulation, simulationOf } from "offprint/verilog/simulate/mod.ts";
import type { YosysPool } from "offprint/verilog/tools/mod.ts";
import type { PictureKind, Unit } from "./unit.ts";

/** A picture, and what it shows as data. */
export interface UnitPicture {
  kind: PictureKind;
  svg: string;
  /** The graph, machine, WaveJSON or table: what a file beside the picture holds. */
  shows: unknown;
}

/**
 * The PNG that a prompt shows: the first of {@linkcode picturesOf}. Names are those of the unit, so a unit under other
 * names is drawn under them.
 */
export async function promptPicture(unit: Unit, yosys: YosysPool): Promise<Uint8Array> {
  const [picture] = await picturesOf({ ...unit, pictures: unit.pictures.slice(0, 1) }, yosys);
  return (await pngOf(picture!.svg)).bytes;
}

/**
 * Draws a unit in each of its kinds. Block diagrams, schematics and state diagrams need its graph alone, waveforms and
 * truth tables a simulation.
 *
 * @throws {UserError} when the reference cannot be simulated.
 */
export async function picturesOf(unit: Unit, yosys: YosysPool): Promise<UnitPicture[]> {
  let simulation: Promise<Simulation> | undefined;
  const simulated = () =>
    simulation ??= (async () => {
      const made = await simulationOf(unit.reference, unit.top, yosys);
      if (!("refused" in made)) return made;
      throw new UserError({
        what: `unit ${unit.name}`,
        got: new Described(made.refused),
        expected: "a reference that can be simulated",
      });
    })();
  const blocks = async () => ({ svg: await drawBlockDiagram(unit.graph!), shows: unit.graph });
  const draw: Record<PictureKind, () => Promise<Omit<UnitPicture, "kind">>> = {
    block: blocks,
    schematic: blocks,
    fsm: async () => ({ svg: await drawStateDiagram(unit.fsm!), shows: unit.fsm }),
    wave: async () => {
      const { clock } = unit.clocking ?? {};
      const wave = waveOf(await simulated(), unit.bench, clock === undefined ? {} : { clock });
      return { svg: await drawWaveform(wave), shows: waveJson(wave) };
    },
    table: async () => {
      const table = truthTableOf(await simulated());
      return { svg: drawTruthTable(table), shows: table };
    },
  };
  const pictures: UnitPicture[] = [];
  for (const kind of unit.pictures) pictures.push({ kind, ...await draw[kind]() });
  return pictures;
}
