import type { Gpu, Matrix } from '../../../src/index.ts';
import { matmul } from '../../../src/kernels.ts';
import { read, tape, tensor } from '../../../src/runtime.ts';
import type { Distances } from '../../analysis/parzen.ts';

/** Points whose distances come back at once. */
const block = 500;

/**
 * The squared distances of points to all samples, both rows of numbers, block by block: ‖a‖² − 2ab + ‖b‖² with the products made on the device. It loses a
 * few millionths of ‖a‖² + ‖b‖² to rounding.
 */
export async function* squaredDistances(gpu: Gpu, points: Matrix, samples: Matrix): AsyncGenerator<Distances> {
  const [count, size] = points.shape;
  const there = tensor(gpu, samples.data, samples.shape);
  const lengths = squares(samples);
  try {
    for (let from = 0; from < count; from += block) {
      const rows = Math.min(block, count - from);
      const some = { data: points.data.subarray(from * size, (from + rows) * size), shape: [rows, size] };
      const here = tensor(gpu, some.data, some.shape);
      const { data, shape } = await read(matmul(tape(gpu), here, there, { transposeB: true }));
      here.dispose();
      squares(some).forEach((length, row) => {
        for (let i = row * lengths.length, j = 0; j < lengths.length; i++, j++)
          data[i] = length - 2 * data[i] + lengths[j];
      });
      yield { data, shape };
    }
  } finally {
    there.dispose();
  }
}

const squares = ({ data, shape: [count, size] }: Matrix): Float64Array =>
  Float64Array.from({ length: count }, (_, row) => {
    let sum = 0;
    for (let i = row * size; i < (row + 1) * size; i++) sum += data[i] ** 2;
    return sum;
  });
