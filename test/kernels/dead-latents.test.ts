import { describe, expect, it } from 'vitest';
import { deadLatents, resampleLatents, residual } from '../../src/kernels/dead-latents.ts';
import { mostCounted } from '../../src/kernels/shapes.ts';
import { countIdle, latentOfRow, resampled } from '../reference/dead-latents.ts';
import { expectClose } from '../support/close.ts';
import { Draw } from '../support/random.ts';
import { run, recording } from '../support/run.ts';

interface Case {
  code?: ArrayLike<number>;
  idle: ArrayLike<number>;
  after: number;
  real?: number;
  bad?: boolean;
  keeps?: boolean;
}

async function count({ code, idle, after, real, bad = false, keeps = true }: Case) {
  const columns = idle.length;
  const rows = code ? code.length / columns : 1;
  const { memory, tape, state } = await recording({ batch: rows, examples: real ?? rows, ...(bad && { bad: 1 }) });
  const counts = memory.put(idle);
  const kept = code && keeps ? memory.poisoned([columns]) : undefined;
  const given = code && memory.put(code, [rows, columns]);
  const { dead, total } = deadLatents(tape, { idle: counts, after, state, code: given, kept });
  const [found, all, moved, before] = await run(tape, [dead, total, counts, ...(kept ? [kept] : [])]);
  return { dead: [...found], total: all[0], idle: [...moved], kept: before && [...before] };
}

/** A code of which most numbers are 0, and some columns all; of either sign of 0. */
const sparse = (rows: number, columns: number) => {
  const draw = new Draw(rows * columns);
  const values = draw.floats(rows * columns);
  const chance = draw.floats(rows * columns, 0, 1);
  return values.map((value, i) => (i % columns && chance[i] < 1 / rows ? value : i % 2 ? -0 : 0));
};

describe.each([
  [1, 1],
  [3, 7],
  [7, 64],
  [8, 65],
  [9, 300],
  [33, 130],
  [2, 20_000],
])('the examples since a latent was active, %i rows of %i', (rows, columns) => {
  const code = sparse(rows, columns);
  const idle = Array.from({ length: columns }, (_, j) => (j * 13) % 50);
  const wanted = countIdle(idle, code);

  it('are counted, and determine which latents are dead', async () => {
    const found = await count({ code, idle, after: 40 });
    expect(found.idle).toEqual([...wanted]);
    const dead = [...wanted].map((each) => Number(each >= 40));
    expect(found.dead).toEqual(dead);
    expect(found.total).toBe(rows * dead.reduce((a, b) => a + b, 0));
    expect(found.kept).toEqual(idle);
  });

  it('keep their counts after a step has gone bad, equal to those kept from the step before', async () => {
    const found = await count({ code, idle, after: 40, bad: true });
    expect(found.idle).toEqual(idle);
    expect(found.kept.every(Number.isNaN)).toBe(true);
  });

  it('keep their counts if no code is given', async () => {
    const found = await count({ idle, after: 13 });
    expect(found.idle).toEqual(idle);
    expect(found.dead).toEqual(idle.map((each) => Number(each >= 13)));
  });
});

it('counts only real rows', async () => {
  const code = [0, 0, 1, 0, 0, 0, 0, 1, 0];
  expect((await count({ code, idle: [4, 5, 6], after: 7, real: 2 })).idle).toEqual([6, 7, 0]);
  const { dead, total } = await count({ code, idle: [4, 5, 6], after: 7, real: 2, keeps: false });
  expect([dead, total]).toEqual([[0, 1, 0], 2]);
});

it('stops where float32 can no longer count', async () => {
  const { idle } = await count({ code: [0, 0, 0, 0], idle: [mostCounted - 1, mostCounted], after: 5 });
  expect(idle).toEqual([mostCounted, mostCounted]);
});

it('counts every value other than 0 as active', async () => {
  expect((await count({ code: [Infinity, -Infinity, 1e-40], idle: [9, 9, 9], after: 5 })).idle).toEqual([0, 0, 0]);
});

describe.each([
  [1, 1],
  [5, 13],
  [70, 3],
])('the residual of a reconstruction of [%i, %i]', (rows, columns) => {
  const draw = new Draw(9);
  const [x, y] = [0, 1].map(() => draw.floats(rows * columns));

  it.each([0, 3])('is computed if latents are dead: %i', async (number) => {
    const { memory, tape } = await recording();
    const put = (values: Float32Array) => memory.put(values, [rows, columns]);
    const e = residual(tape, put(x), put(y), { dead: memory.put([1]), total: memory.put([number * rows]) });
    const [found] = await run(tape, [e]);
    expect([...found]).toEqual([...x].map((value, i) => (number ? Math.fround(value - y[i]) : 0)));
  });
});

interface Resampling {
  rows: number;
  real?: number;
  latents: number;
  features: number;
  biases?: ('encoderBias' | 'decoderBias')[];
  bad?: boolean;
  seed?: number;
  which?: number;
  /** Makes the error of this row 0. */
  exact?: number;
}

const limit = 40;

/** Resamples random weights, two of three latents of which were inactive for long, beside float64. */
async function resample(given: Resampling) {
  const { rows, real = rows, latents, features, biases = ['encoderBias', 'decoderBias'], bad = false } = given;
  const { seed = 3, which = 2, exact = -1 } = given;
  const draw = new Draw(latents + features);
  const step = 5;
  const at = { batch: rows, examples: real, seed, step, ...(bad && { bad: 1 }) };
  const { memory, tape, state } = await recording(at);
  const values = {
    encoder: draw.floats(latents * features),
    decoder: draw.floats(features * latents),
    ...(biases.includes('encoderBias') && { encoderBias: draw.floats(latents) }),
    ...(biases.includes('decoderBias') && { decoderBias: draw.floats(features) }),
    idle: Float32Array.from({ length: latents }, (_, j) => (j % 3 === 1 ? limit - 1 : limit)),
  };
  const e = draw.floats(rows * features).map((value, i) => (Math.floor(i / features) === exact ? 0 : value));
  const { encoderBias, decoderBias } = values;
  const tensors = {
    encoder: memory.put(values.encoder, [latents, features]),
    decoder: memory.put(values.decoder, [features, latents]),
    encoderBias: encoderBias && memory.put(encoderBias),
    decoderBias: decoderBias && memory.put(decoderBias),
  };
  const idle = memory.put(values.idle);
  resampleLatents(tape, tensors, memory.put(e, [rows, features]), { idle, limit }, { state, which });
  const names = (['encoder', 'decoder', 'encoderBias', 'decoderBias', 'idle'] as const).filter((name) => values[name]);
  const read = await run(
    tape,
    names.map((name) => ({ ...tensors, idle })[name]!),
  );
  const in64 = Object.fromEntries(Object.entries(values).map(([name, each]) => [name, Float64Array.from(each)]));
  const before = in64 as unknown as Parameters<typeof resampled>[0];
  const wanted = bad ? before : resampled(before, e.slice(0, real * features), limit, { seed, step, which });
  const moved = values.idle.filter((count, j) => wanted.idle[j] !== count).length;
  return { found: Object.fromEntries(names.map((name, i) => [name, read[i]])), wanted, moved };
}

async function expectResampled(given: Resampling) {
  const { found, wanted, moved } = await resample(given);
  for (const [name, values] of Object.entries(found)) expectClose(values, wanted[name as 'idle'], 1e-5, name);
  return moved;
}

describe('latents that were inactive for long', () => {
  it.each([
    [1, 1, 1],
    [3, 7, 5],
    [9, 4, 70],
    [5, 64, 64],
    [4, 200, 130],
  ])('take the direction of an error, %i rows, %i latents of %i numbers', async (rows, latents, features) => {
    let moved = 0;
    for (const which of [2, 3, 4]) moved += await expectResampled({ rows, latents, features, which });
    expect(moved).toBeGreaterThan(0);
  });

  it.each<[string, ('encoderBias' | 'decoderBias')[]]>([
    ['neither bias', []],
    ['a bias of the encoder alone', ['encoderBias']],
    ['a bias of the decoder alone', ['decoderBias']],
  ])('take it with %s', async (_, biases) => {
    expect(await expectResampled({ rows: 9, latents: 8, features: 3, biases })).toBe(5);
  });

  it('take it only from real rows', async () => {
    expect(await expectResampled({ rows: 9, real: 3, latents: 6, features: 5 })).toBeGreaterThan(0);
  });

  it('keep their weights where the error is 0', async () => {
    expect(await expectResampled({ rows: 4, latents: 4, features: 5, exact: 2 })).toBe(2);
  });

  it('keep their weights after a step has gone bad', async () => {
    expect(await expectResampled({ rows: 4, latents: 4, features: 5, bad: true })).toBe(0);
  });

  it('wait for other rows than those of one draw', () => {
    const draws = Array.from({ length: 40 }, (_, step) => latentOfRow(1, 4, 20, { step }));
    expect(new Set(draws)).toEqual(new Set([5, 6, 7, 8, 9]));
  });
});
