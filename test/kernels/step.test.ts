import { describe, expect, it } from 'vitest';
import { account, advance, gather, scatter } from '../../src/kernels/step.ts';
import { Gpu } from '../../src/runtime/device.ts';
import { compile } from '../../src/runtime/plan.ts';
import { makeState, noneBad, parseState, writeState, type StateValues } from '../../src/runtime/state.ts';
import { tape as makeTape } from '../../src/runtime/tape.ts';
import { readTensors, writeTensor, type Tensor } from '../../src/runtime/tensor.ts';
import { gather as reference } from '../reference/gather.ts';
import { expectClose } from '../support/close.ts';
import { catchGpuErrors, sharedGpu, smallTiles } from '../support/gpu.ts';
import { tooLarge } from '../support/inject.ts';
import { assumingFinite, withRewritten, withSubgroupsOf } from '../support/pretended.ts';
import { Draw } from '../support/random.ts';
import { Inputs, runOne } from '../support/run.ts';

catchGpuErrors();

async function readState(gpu: Gpu, state: Tensor): Promise<StateValues> {
  const [words] = await readTensors(gpu, [state]);
  return parseState(words);
}

const widths = [1, 3, 4, 5, 8, 63, 64, 65, 784];
const sources = [false, true].flatMap((bytes) => [false, true].map((ordered) => ({ bytes, ordered })));

describe.each(sources)('gather, bytes $bytes, ordered $ordered', ({ bytes, ordered }) => {
  it.each(widths)('reads rows of %i', async (columns) => {
    const gpu = await sharedGpu();
    const draw = new Draw(columns);
    const examples = 13;
    const values = Float32Array.from(draw.floats(examples * columns, 0, 256), bytes ? Math.floor : Number);
    values.fill(255, 3, 5);
    const memory = new Inputs(gpu);
    const packed = new Uint32Array(Math.ceil(values.length / 4));
    new Uint8Array(packed.buffer).set(values);
    const data = bytes ? memory.put(packed, [packed.length], 'u32') : memory.put(values, [examples, columns]);
    const order = Uint32Array.from({ length: examples }, (_, i) => (5 * i + 3) % examples);
    const bound = ordered ? memory.put(order, [examples], 'u32') : undefined;
    const scale = bytes ? 1 / 255 : 1;
    const state = makeState(gpu);
    const batch = 5;
    // The first batch, one in the middle, and the last, which is short.
    for (const position of [0, 5, 10]) {
      writeState(gpu, state, { examples, batch, position });
      const tape = makeTape(gpu);
      const x = await runOne(tape, gather(tape, { data, bytes, columns, scale }, state, batch, bound));
      const real = Math.min(batch, examples - position);
      expectClose(
        x,
        reference(values, columns, batch, real, position, scale, ordered ? order : undefined),
        bytes ? 1e-7 : 0,
        `from ${position}`,
      );
    }
    state.dispose();
    memory.dispose();
  });
});

it.each([
  [false, 4],
  [false, 5],
  [true, 8],
  [true, 3],
])('gather reads rows of a ring, bytes %s, rows of %i', async (bytes, columns) => {
  const gpu = await sharedGpu();
  const memory = new Inputs(gpu);
  const [examples, window, batch] = [13, 8, 3];
  const values = Float32Array.from(new Draw(columns).floats(examples * columns, 0, 256), bytes ? Math.floor : Number);
  const state = makeState(gpu);
  for (const position of [0, 6, 7, 12]) {
    // What a ring holds that has just come past the batch.
    const ring = new Float32Array(window * columns);
    for (let row = 0; row < Math.min(examples, position + batch); row++)
      ring.set(values.subarray(row * columns, (row + 1) * columns), (row % window) * columns);
    const packed = new Uint32Array(Uint8Array.from(ring).buffer);
    const data = bytes ? memory.put(packed, [packed.length], 'u32') : memory.put(ring, [window, columns]);
    writeState(gpu, state, { examples, batch, position });
    const tape = makeTape(gpu);
    const x = await runOne(tape, gather(tape, { data, window, bytes, columns, scale: 1 }, state, batch));
    const real = Math.min(batch, examples - position);
    expectClose(x, reference(values, columns, batch, real, position, 1), 0, `from ${position}`);
  }
  state.dispose();
  memory.dispose();
});

it.each([
  [false, 4],
  [false, 5],
  [true, 8],
  [true, 3],
])('gather reads each row from its piece, bytes %s, rows of %i', async (bytes, columns) => {
  const gpu = await sharedGpu();
  const memory = new Inputs(gpu);
  const [examples, batch] = [13, 6];
  const values = Float32Array.from(new Draw(columns).floats(examples * columns, 0, 256), bytes ? Math.floor : Number);
  const pieces = [[0, 4], [4, 4], [8, 5]].map(([first, count]) => {
    const part = values.slice(first * columns, (first + count) * columns);
    const packed = new Uint32Array(Math.ceil(part.length / 4));
    new Uint8Array(packed.buffer).set(part);
    return { first, count, data: bytes ? memory.put(packed, [packed.length], 'u32') : memory.put(part, [count, columns]) };
  }); // prettier-ignore
  const order = Uint32Array.from({ length: examples }, (_, i) => (5 * i + 3) % examples);
  const bound = memory.put(order, [examples], 'u32');
  const state = makeState(gpu);
  for (const position of [0, 6, 12]) {
    writeState(gpu, state, { examples, batch, position });
    const tape = makeTape(gpu);
    const x = await runOne(tape, gather(tape, { data: pieces, bytes, columns, scale: 1 }, state, batch, bound));
    const real = Math.min(batch, examples - position);
    expectClose(x, reference(values, columns, batch, real, position, 1, order), 0, `from ${position}`);
  }
  state.dispose();
  memory.dispose();
});

/** Overlapping and side by side with values left out between them; rows of whole words and not; [values of a row, values from one to the next]. */
const strided = [[1, 2], [5, 1], [5, 3], [3, 7], [8, 4], [8, 2], [8, 12], [6, 4], [64, 1], [65, 64], [288, 4]]; // prettier-ignore

describe.each([false, true])('gather reads rows that overlap or have gaps, bytes %s', (bytes) => {
  it.each(strided)('of %i values, %i apart', async (columns, stride) => {
    const gpu = await sharedGpu();
    const memory = new Inputs(gpu);
    const [examples, batch] = [13, 6];
    const size = (examples - 1) * stride + columns;
    const values = Float32Array.from(new Draw(columns).floats(size, 0, 256), bytes ? Math.floor : Number);
    const put = (first: number, count: number) => {
      const part = values.slice(first * stride, (first + count - 1) * stride + columns);
      const packed = new Uint32Array(Math.ceil(part.length / 4));
      new Uint8Array(packed.buffer).set(part);
      return { first, count, data: bytes ? memory.put(packed, [packed.length], 'u32') : memory.put(part) };
    };
    const order = Uint32Array.from({ length: examples }, (_, i) => (5 * i + 3) % examples);
    const bound = memory.put(order, [examples], 'u32');
    const state = makeState(gpu);
    for (const data of [put(0, examples).data, [put(0, 4), put(4, 4), put(8, 5)]])
      for (const ordered of [false, true])
        for (const position of [0, 6, 12]) {
          writeState(gpu, state, { examples, batch, position });
          const tape = makeTape(gpu);
          const source = { data, bytes, columns, stride, scale: 1 };
          const x = await runOne(tape, gather(tape, source, state, batch, ordered ? bound : undefined));
          const real = Math.min(batch, examples - position);
          const expected = reference(values, columns, batch, real, position, 1, ordered ? order : undefined, stride);
          expectClose(x, expected, 0, `from ${position}`);
        }
    state.dispose();
    memory.dispose();
  });
});

it('gather reads more values than a dimension has workgroups', async () => {
  const gpu = await sharedGpu();
  const memory = new Inputs(gpu);
  const [columns, rows] = [65537, 65];
  const data = memory.put(Float32Array.from({ length: columns }, (_, i) => i));
  const state = makeState(gpu);
  writeState(gpu, state, { examples: 1, batch: rows });
  const tape = makeTape(gpu);
  const x = await runOne(tape, gather(tape, { data, bytes: false, columns, scale: 1 }, state, rows));
  memory.dispose();
  state.dispose();
  expect(x.findIndex((v, i) => v !== i % columns)).toBe(-1);
});

describe('scatter', () => {
  it.each([1, 3, 4, 65])(
    'appends the real rows of %i to those of earlier steps, and writes nothing else',
    async (columns) => {
      const gpu = await sharedGpu();
      const [examples, batch] = [11, 4];
      for (const { slot, position } of [
        { slot: 0, position: 0 },
        { slot: 1, position: 4 },
        { slot: 2, position: 8 },
        { slot: 1, position: 8 },
      ]) {
        const memory = new Inputs(gpu);
        const y = new Draw(columns).floats(batch * columns);
        const out = memory.put(new Float32Array(examples * columns).fill(7), [examples, columns]);
        const state = makeState(gpu);
        writeState(gpu, state, { examples, batch, position, slot });
        const tape = makeTape(gpu);
        scatter(tape, memory.put(y, [batch, columns]), state, out, columns);
        const actual = await runOne(tape, out);
        memory.dispose();
        state.dispose();
        const wanted = new Float32Array(examples * columns).fill(7);
        wanted.set(y.subarray(0, Math.min(batch, examples - position) * columns), slot * batch * columns);
        expect(actual).toEqual(wanted);
      }
    },
  );
});

describe('account', () => {
  it.each([1, 2, 63, 64, 65, 1000, 4099])('sums %i values into the step’s slot', async (count) => {
    const gpu = await sharedGpu();
    const memory = new Inputs(gpu);
    const sums = new Draw(count).floats(count, 0, 2);
    const losses = memory.put(new Float32Array(6).fill(-1));
    const state = makeState(gpu);
    // The short last batch: 3 rows, not 8.
    writeState(gpu, state, { examples: 11, batch: 8, position: 8, slot: 4, step: 20 });
    const tape = makeTape(gpu);
    account(tape, [memory.put(sums)], state, losses);
    const actual = await runOne(tape, losses);
    const after = await readState(gpu, state);
    memory.dispose();
    state.dispose();
    const wanted = sums.reduce((a, b) => a + b, 0) / 3;
    expectClose(actual, [-1, -1, -1, -1, wanted, -1], 1e-6 * wanted);
    expect(after).toMatchObject({ step: 20, slot: 4, position: 8, bad: noneBad });
  });

  it.each([4, 8, 16, 32, 64, 128])('sums all values in one order if %i invocations are a subgroup', async (size) => {
    const sums = new Draw(size).floats(4099, 0, 2);
    const wanted = sums.reduce((a, b) => a + b, 0) / 8;
    // On a processor, and on a GPU.
    for (const isFallback of [true, false]) {
      const shared = await sharedGpu();
      const pretended = await withRewritten(withSubgroupsOf(size));
      const found = [];
      for (const { device } of [shared, pretended]) {
        const gpu = new Gpu(device, { ...shared.info, isFallback }, false, 'fixed');
        const memory = new Inputs(gpu);
        const losses = memory.poisoned([1]);
        const state = makeState(gpu);
        writeState(gpu, state, { examples: 8, batch: 8 });
        const tape = makeTape(gpu);
        account(tape, [memory.put(sums)], state, losses);
        found.push([...(await runOne(tape, losses))]);
        memory.dispose();
        state.dispose();
      }
      expectClose(found[1], [wanted], 1e-6 * wanted);
      expect(found[1]).toEqual(found[0]);
    }
  });

  it('sums as many values as a processor adds at once, and the rest', async () => {
    const gpu = await sharedGpu();
    // Of powers of two no order of adding loses a bit.
    for (const count of [1, 3, 4, 5, 7, 8]) {
      const memory = new Inputs(gpu);
      const losses = memory.poisoned([1]);
      const state = makeState(gpu);
      writeState(gpu, state, { examples: 1, batch: 1 });
      const tape = makeTape(gpu);
      account(tape, [memory.put(Array.from({ length: count }, (_, i) => 2 ** i))], state, losses);
      expect([...(await runOne(tape, losses))]).toEqual([2 ** count - 1]);
      memory.dispose();
      state.dispose();
    }
  });

  it.each([true, false])(
    'detects a loss that is not finite even if a compiler assumes finite floats, on a processor: %s',
    async (isFallback) => {
      const { device } = await withRewritten(assumingFinite);
      const gpu = new Gpu(device, { vendor: '', architecture: '', description: '', isFallback }, false, 'fixed');
      for (const [sums, bad] of [
        [[1, 2], noneBad],
        [[1, NaN], 0],
        [[-Infinity, 2], 0],
        [[3e38, 3e38], 0],
      ] as const) {
        const memory = new Inputs(gpu);
        const state = makeState(gpu);
        writeState(gpu, state, { examples: 1, batch: 1 });
        const tape = makeTape(gpu);
        account(tape, [memory.put(sums)], state, memory.put([0]));
        await runOne(tape, state);
        expect((await readState(gpu, state)).bad).toBe(bad);
        memory.dispose();
        state.dispose();
      }
    },
  );

  it.each([1, 2, 3])('sums %i parts of a loss, each into its own column', async (count) => {
    for (const gpu of [await sharedGpu(), await smallTiles()]) {
      const memory = new Inputs(gpu);
      const draw = new Draw(count);
      const parts = [70, 1, 300].slice(0, count).map((n) => draw.floats(n, 0, 2));
      const losses = memory.poisoned([3, count]);
      const state = makeState(gpu);
      writeState(gpu, state, { examples: 100, batch: 10, slot: 1 });
      const tape = makeTape(gpu);
      account(
        tape,
        parts.map((values) => memory.put(values)),
        state,
        losses,
      );
      const actual = await runOne(tape, losses);
      memory.dispose();
      state.dispose();
      const wanted = parts.map((values) => values.reduce((a, b) => a + b, 0) / 10);
      expectClose(actual.subarray(count, 2 * count), wanted, (i) => 1e-6 * wanted[i]);
      expect([...actual.subarray(0, count), ...actual.subarray(2 * count)].every(Number.isNaN)).toBe(true);
    }
  });

  it.each([undefined, 0.5, 1e6])(
    'gives the optimizer its step, its rate, and the scale of gradients for a norm of at most %s',
    async (clipNorm) => {
      const gpu = await sharedGpu();
      const memory = new Inputs(gpu);
      for (const count of [4, 4096, 4100, 20000]) {
        const gradients = new Draw(count).floats(count);
        const state = makeState(gpu);
        writeState(gpu, state, { examples: 100, batch: 10, slot: 2, step: 20 });
        const tape = makeTape(gpu);
        const timetable = memory.put([9, 9, 9, 9, 0.25, 5], [3, 2]);
        account(tape, [memory.put([1])], state, memory.put(new Float32Array(3)), {
          gradients: memory.put(gradients),
          timetable,
          clipNorm,
        });
        await runOne(tape, state);
        const norm = Math.hypot(...gradients);
        const { t, rate, scale } = await readState(gpu, state);
        expect([t, rate]).toEqual([16, 0.25]);
        expectClose([scale], [clipNorm === undefined ? 1 : Math.min(1, clipNorm / (norm + 1e-6))], 1e-6);
        state.dispose();
      }
      memory.dispose();
    },
  );

  /** A tape that accounts one sum and gradients, and says where the state found a bad value. */
  async function watch(count: number) {
    const gpu = await sharedGpu();
    const memory = new Inputs(gpu);
    const [sums, losses, gradients, timetable] = [
      memory.put([1]),
      memory.put([0]),
      memory.put(new Float32Array(count)),
      memory.put([1, 0], [1, 2]),
    ];
    const state = makeState(gpu);
    const tape = makeTape(gpu);
    account(tape, [sums], state, losses, { gradients, timetable });
    const plan = await compile(tape);
    const badAt = async (values: Float32Array, loss = 1) => {
      writeTensor(gpu, sums, [loss]);
      writeTensor(gpu, gradients, values);
      writeState(gpu, state, { examples: 1 });
      await plan.run();
      return (await readState(gpu, state)).bad;
    };
    const dispose = () => {
      plan.dispose();
      memory.dispose();
      state.dispose();
    };
    return { badAt, dispose };
  }

  const bads = [NaN, Infinity, -Infinity];
  const badGradients = [...bads, tooLarge, -tooLarge, 3.4e38];

  // A workgroup looks at 4,096 values.
  it.each([4, 64, 252, 256, 4092, 4096, 4100, 8192, 12300])(
    'finds a value that is not finite or too large to be squared, anywhere among %i gradients',
    async (count) => {
      const { badAt, dispose } = await watch(count);
      const draw = new Draw(count);
      const finite = draw.floats(count);
      // The largest that passes.
      finite[0] = tooLarge * (1 - 2 ** -24);
      finite[count - 1] = -finite[0];
      expect(await badAt(finite)).toBe(noneBad);
      const edges = [0, 1, 2, 3, 255, 256, 4095, 4096, 8191, 8192, count - 2, count - 1].filter((i) => i < count);
      const places = [...edges, ...Array.from({ length: 8 }, () => draw.whole(0, count - 1))];
      for (const [i, place] of places.entries()) {
        const values = finite.slice();
        values[place] = badGradients[i % badGradients.length];
        expect(await badAt(values)).toBe(1 + place);
      }
      dispose();
    },
  );

  it('reports the first of several bad values', async () => {
    const count = 20000;
    const { badAt, dispose } = await watch(count);
    const draw = new Draw(1);
    for (let i = 0; i < 10; i++) {
      const places = Array.from({ length: 5 }, () => draw.whole(0, count - 1));
      const values = new Float32Array(count);
      for (const place of places) values[place] = draw.pick(badGradients);
      expect(await badAt(values)).toBe(1 + Math.min(...places));
    }
    expect(await badAt(new Float32Array(count).fill(NaN))).toBe(1);
    dispose();
  });

  it.each(bads)('reports 0 for a loss of %f, for any gradients', async (loss) => {
    const { badAt, dispose } = await watch(64);
    expect(await badAt(new Float32Array(64), loss)).toBe(0);
    expect(await badAt(new Float32Array(64).fill(NaN), loss)).toBe(0);
    dispose();
  });

  it('checks more values than a dimension has workgroups', async () => {
    const count = 4 * 2 ** 20 + 4;
    const { badAt, dispose } = await watch(count);
    const values = new Float32Array(count);
    expect(await badAt(values)).toBe(noneBad);
    values[count - 1] = NaN;
    expect(await badAt(values)).toBe(count);
    dispose();
  });
});

describe('advance', () => {
  it('advances through the batches of an epoch and to the next epoch, without a step of the optimizer', async () => {
    const gpu = await sharedGpu();
    const state = makeState(gpu);
    writeState(gpu, state, { examples: 10, batch: 4, seed: 3, epoch: 7, slot: 2, step: 5 });
    const tape = makeTape(gpu);
    advance(tape, state);
    const plan = await compile(tape);
    const seen = [];
    for (let i = 0; i < 4; i++) {
      await plan.run();
      const { step, slot, epoch, position } = await readState(gpu, state);
      seen.push([step, slot, epoch, position]);
    }
    expect(seen).toEqual([
      [5, 3, 7, 4],
      [5, 4, 7, 8],
      [5, 5, 8, 0],
      [5, 6, 8, 4],
    ]);
    expect(await readState(gpu, state)).toMatchObject({ examples: 10, batch: 4, seed: 3, bad: noneBad });
    plan.dispose();
    state.dispose();
  });

  it('ends an epoch whose last batch is full', async () => {
    const gpu = await sharedGpu();
    const state = makeState(gpu);
    writeState(gpu, state, { examples: 8, batch: 4, position: 4 });
    const tape = makeTape(gpu);
    advance(tape, state);
    await runOne(tape, state);
    expect(await readState(gpu, state)).toMatchObject({ step: 0, epoch: 1, position: 0 });
    state.dispose();
  });
});
