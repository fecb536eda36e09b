import { classBias } from '../../src/kernels/class-bias.ts';
import { classBias as reference } from '../reference/class-bias.ts';
import { checkGradient } from './gradient.ts';
import { Draw } from './random.ts';
import { recording } from './run.ts';

export interface Sizes {
  rows: number;
  places: number;
  units: number;
  classes: number;
  samples: number;
}

export const drawn = ({ rows, places, units, classes, samples }: Sizes) => {
  const draw = new Draw(rows + 7 * places + 31 * units + classes);
  const labels = Array.from({ length: rows / samples }, (_, i) =>
    i ? Math.floor(draw.floats(1, 0, classes)[0]) : classes - 1,
  );
  return {
    labels,
    z: { values: draw.floats(rows * places * units), shape: [rows, places * units] },
    bias: { values: draw.floats(classes * units), shape: [classes, units] },
  };
};

/** Checks values and gradients against float64. */
export async function expectClassBias(name: string, sizes: Sizes): Promise<void> {
  const { gpu, memory } = await recording();
  const { z, bias, labels } = drawn(sizes);
  const { places, units, samples } = sizes;
  const told = memory.put(labels, [labels.length, 1]);
  await checkGradient(gpu, {
    inputs: [z, bias],
    build: (tape, z, bias) => classBias(tape, z, bias, told),
    reference: (z, bias) => reference(z, bias, labels, { across: places * units, units, samples }),
    name,
  });
}
