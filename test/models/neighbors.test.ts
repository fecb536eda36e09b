import { describe, expect, it } from 'vitest';
import { DataError, knnPredict, nearestNeighbors, OptionError, ShapeError } from '../../src/index.ts';
import { sharedGpu } from '../support/gpu.ts';
import { Draw } from '../support/random.ts';

const matrix = (data: Float32Array, rows: number) => ({ data, shape: [rows, data.length / rows] });

/** By sorting all distances in float64. */
function reference(codes: Float32Array, queries: Float32Array, width: number, k: number) {
  return Array.from({ length: queries.length / width }, (_, q) => {
    const all = Array.from({ length: codes.length / width }, (_, n) => {
      let sum = 0;
      for (let d = 0; d < width; d++) sum += (codes[n * width + d] - queries[q * width + d]) ** 2;
      return { n, distance: Math.sqrt(sum) };
    });
    return all.sort((a, b) => a.distance - b.distance || a.n - b.n).slice(0, k);
  });
}

describe('nearestNeighbors', () => {
  it.each([
    [1, 1, 1, 1],
    [5, 3, 2, 5],
    [37, 9, 7, 4],
    [700, 33, 10, 3],
    [3000, 5, 4, 128],
    [2049, 6, 33, 1],
  ])('%i codes, %i queries, %i features, k = %i', async (n, q, width, k) => {
    const gpu = await sharedGpu();
    const draw = new Draw(n);
    const [codes, queries] = [draw.floats(n * width), draw.floats(q * width)];
    const { indices, distances } = await nearestNeighbors(gpu, {
      codes: matrix(codes, n),
      queries: matrix(queries, q),
      k,
    });
    reference(codes, queries, width, k).forEach((wanted, row) => {
      expect([...indices.subarray(row * k, (row + 1) * k)]).toEqual(wanted.map(({ n }) => n));
      wanted.forEach(({ distance }, i) =>
        expect(Math.abs(distances[row * k + i] - distance)).toBeLessThanOrEqual(1e-6 * distance + 1e-12),
      );
    });
  });

  it('takes the first of equals, and resolves close distances', async () => {
    const gpu = await sharedGpu();
    const codes = { data: Float32Array.of(1000, 1, 1000, 1, 1000.001, 1, 999, 1), shape: [4, 2] };
    const { indices, distances } = await nearestNeighbors(gpu, {
      codes,
      queries: { data: Float32Array.of(1000, 1), shape: [1, 2] },
      k: 4,
    });
    expect([...indices]).toEqual([0, 1, 2, 3]);
    expect(distances[2]).toBeCloseTo(Math.fround(1000.001) - 1000, 7);
  });

  it('finds the nearest if squared distances are too small for float32', async () => {
    const gpu = await sharedGpu();
    const [codes, queries] = [Float32Array.of(3e-25, -1e-25, 2e-25, 1e-45), Float32Array.of(0, 1.4e-25)];
    const { indices, distances } = await nearestNeighbors(gpu, {
      codes: matrix(codes, 4),
      queries: matrix(queries, 2),
      k: 4,
    });
    reference(codes, queries, 1, 4).forEach((wanted, row) => {
      expect([...indices.subarray(row * 4, row * 4 + 4)]).toEqual(wanted.map(({ n }) => n));
      wanted.forEach(({ distance }, i) => expect(distances[row * 4 + i] / distance - 1).toBeCloseTo(0, 6));
    });
  });

  it('accepts values whose squared distances fit into float32, and refuses others before any work', async () => {
    const gpu = await sharedGpu();
    const huge = matrix(Float32Array.of(1, 2, 3e18, -3e18, 5, 6), 3);
    const { indices, distances } = await nearestNeighbors(gpu, { codes: huge, queries: huge, k: 3 });
    expect([...indices]).toEqual([0, 2, 1, 1, 0, 2, 2, 0, 1]);
    expect(distances[2]).toBeCloseTo(3e18 * Math.SQRT2, -13);
    // How rasters mark missing values.
    const missing = matrix(Float32Array.of(1, 2, 3, -3.4e38, 5, 6), 3);
    const before = gpu.counters().submits;
    for (const options of [
      { codes: missing, queries: huge },
      { codes: huge, queries: missing },
    ])
      await expect(nearestNeighbors(gpu, { ...options, k: 3 })).rejects.toThrow(
        /(codes|queries): row 1, column 1 is -3\.39.*e\+38, whose squared distances may be too large for float32: leave the row out/,
      );
    await expect(knnPredict(gpu, { codes: missing, labels: [5, 6, 7], queries: huge, k: 2 })).rejects.toThrow(
      DataError,
    );
    expect(gpu.counters().submits).toBe(before);
  });

  it('refuses codes and queries whose values are in another order', async () => {
    const gpu = await sharedGpu();
    const shaped = (...shape: number[]) => ({ data: new Float32Array(shape.reduce((a, b) => a * b)), shape });
    await expect(
      nearestNeighbors(gpu, { codes: shaped(3, 2, 2, 4), queries: shaped(1, 4, 2, 2), k: 1 }),
    ).rejects.toThrow('nearestNeighbors: codes of [2, 2, 4], but queries of [4, 2, 2]');
    expect((await nearestNeighbors(gpu, { codes: shaped(3, 2, 2, 4), queries: shaped(1, 16), k: 1 })).indices).toEqual(
      Int32Array.of(0),
    );
  });

  it('frees the device’s memory', async () => {
    const gpu = await sharedGpu();
    const before = gpu.memory().bytes;
    await nearestNeighbors(gpu, {
      codes: matrix(new Draw(1).floats(40), 10),
      queries: matrix(new Draw(2).floats(8), 2),
      k: 3,
    });
    expect(gpu.memory().bytes).toBe(before);
  });

  it('refuses mismatched inputs', async () => {
    const gpu = await sharedGpu();
    const codes = matrix(new Float32Array(12), 4);
    await expect(nearestNeighbors(gpu, { codes, queries: matrix(new Float32Array(8), 4), k: 1 })).rejects.toThrow(
      'nearestNeighbors: the codes have 3 features, the queries 2',
    );
    await expect(nearestNeighbors(gpu, { codes, queries: codes, k: 5 })).rejects.toThrow(OptionError);
    await expect(nearestNeighbors(gpu, { codes, queries: codes, k: 0 })).rejects.toThrow(OptionError);
    await expect(
      nearestNeighbors(gpu, { codes: { data: new Float32Array(5), shape: [2, 3] }, queries: codes, k: 1 }),
    ).rejects.toThrow(ShapeError);
    await expect(
      nearestNeighbors(gpu, { codes, queries: matrix(new Float32Array(3).fill(NaN), 1), k: 1 }),
    ).rejects.toThrow('nearestNeighbors: queries: row 0, column 0 is NaN');
    await expect(nearestNeighbors(gpu, { codes, queries: codes, K: 1 } as never)).rejects.toThrow(OptionError);
  });
});

describe('knnPredict', () => {
  it('lets the nearest vote, and the lowest class wins a tie', async () => {
    const gpu = await sharedGpu();
    const codes = { data: Float32Array.of(0, 1, 2, 10, 11), shape: [5, 1] };
    const labels = [2, 0, 0, 1, 1];
    const predict = async (k: number, ...queries: number[]) => [
      ...(await knnPredict(gpu, {
        codes,
        labels,
        queries: { data: Float32Array.from(queries), shape: [queries.length, 1] },
        k,
      })),
    ];
    expect(await predict(1, 0, 1.9, 10.4)).toEqual([2, 0, 1]);
    expect(await predict(3, 0.1, 9)).toEqual([0, 1]);
    expect(await predict(2, 0.1)).toEqual([0]);
    expect(await predict(4, 6)).toEqual([0]);
  });

  it('refuses labels that do not fit', async () => {
    const gpu = await sharedGpu();
    const codes = matrix(new Float32Array(4), 4);
    await expect(knnPredict(gpu, { codes, labels: [0, 1], queries: codes, k: 1 })).rejects.toThrow(
      'knnPredict: 4 codes, but 2 labels',
    );
    for (const wrong of [1.5, -1, 2 ** 31, 2 ** 32 + 1])
      await expect(knnPredict(gpu, { codes, labels: [0, 1, wrong, 2], queries: codes, k: 1 })).rejects.toThrow(
        `knnPredict: label 2 is ${wrong}, not a whole number from 0 to 2147483647`,
      );
  });
});
