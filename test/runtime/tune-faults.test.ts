/** What the tuner makes of clocks, kernels and compilers that are not what they should be. */
import { afterEach, describe, expect, it, vi } from 'vitest';
// Loaded here, so that the tuner has it at once when it asks for it.
import '../../src/runtime/measure.ts';
import type { Tuning } from '../../src/runtime/tune.ts';
import { pretendTuner } from '../support/pretended-clock.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** To a tenth of a millisecond, as Chrome has it. */
const rounded = (ms: number) => Math.floor(ms * 10) / 10;

/** Measures one dispatch with all the time in the world; tells the way it ends up with. */
async function tuned({ tuner, tunable }: ReturnType<typeof pretendTuner>, one = tunable()): Promise<string> {
  tuner.eager = true;
  await tuner.improve(tuner.begin([one]));
  return one.way;
}

describe('the fastest way wins', () => {
  it.each([
    ['by the device’s clock', rounded],
    ['by the page’s where the device has none', undefined],
  ])('%s, and is remembered', async (_, told) => {
    const pretended = pretendTuner({ ms: { first: 3, other: 2, last: 2.5 }, told });
    expect(await tuned(pretended)).toBe('other');
    expect(await pretended.stored()).toEqual({ 'NT 1x1x1': 'other' });
    expect(pretended.warnings).not.toHaveBeenCalled();
  });

  it('with dispatches far shorter than the clock’s ticks', async () => {
    expect(await tuned(pretendTuner({ ms: { first: 0.006, other: 0.004 }, told: rounded }))).toBe('other');
  });

  it('despite a delay of the machine in one measurement', async () => {
    const hiccup = (measurement: number) => (measurement === 3 ? 30 : 5);
    expect(await tuned(pretendTuner({ ms: { first: 8, other: hiccup }, told: rounded }))).toBe('other');
  });
});

describe('on a busy machine', () => {
  it('the way that is faster in each round wins, even if the rounds differ', async () => {
    const busy = (ms: number) => (measurement: number) =>
      ms * (1 + 9 * Math.abs(Math.sin(Math.floor(measurement / 2))));
    const ms = { first: busy(8), slower: busy(9), other: busy(6) };
    expect(await tuned(pretendTuner({ ms, told: rounded }))).toBe('other');
  });
});

describe('an unreliable clock', () => {
  it.each([
    ['stands still', () => 0],
    ['runs backwards', (ms: number) => -ms],
    ['runs too fast', (ms: number) => 1000 * ms],
    ['hardly runs', (ms: number) => 1e-6 * ms],
    ['says nothing that is a number', () => NaN],
    ['runs backwards for one way only', (ms: number) => (ms % 5 ? ms : -ms)],
  ])('gives way to the page’s where it %s: that is told, and what it finds is not remembered', async (_, told) => {
    const pretended = pretendTuner({ ms: { first: 5, slowest: 7, other: 3 }, told });
    expect(await tuned(pretended)).toBe('other');
    expect(await pretended.stored()).toEqual({});
    expect(pretended.warnings).toHaveBeenCalledOnce();
    expect(pretended.warnings.mock.calls[0][0]).toMatch(/^latentgpu: this device's clock says (-?[\d.e-]+|NaN) ms /);
  });

  it('keeps the first way if the page’s is no better, as in a browser that checks only every 100 ms', async () => {
    const pretended = pretendTuner({ ms: { first: 5, other: 3 }, told: () => 0, idleMs: 100 });
    expect(await tuned(pretended)).toBe('first');
    expect(await pretended.stored()).toEqual({});
  });
});

describe('nearly equal ways', () => {
  it('keep the first', async () => {
    const pretended = pretendTuner({ ms: { first: 0.02, other: 0.0199, last: 0.0201 }, told: rounded });
    expect(await tuned(pretended)).toBe('first');
    expect(await pretended.stored()).toEqual({ 'NT 1x1x1': 'first' });
  });

  it('are fastest in turn by chance, which decides nothing', async () => {
    const noisy = (seed: number) => (measurement: number) => 5 + 2 * Math.abs(Math.sin(seed + 5 * measurement));
    expect(await tuned(pretendTuner({ ms: { first: noisy(1), other: noisy(2) }, told: rounded }))).toBe('first');
  });

  it('keep the first of those that beat the first', async () => {
    expect(await tuned(pretendTuner({ ms: { first: 9, other: 0.5, another: 0.499, last: 2 }, told: rounded }))).toBe(
      'other',
    );
  });
});

describe('a way with other results than the first', () => {
  it('does not win, and is reported', async () => {
    const pretended = pretendTuner({ ms: { first: 5, wrong: 1, other: 3 }, told: rounded, wrong: ['wrong'] });
    expect(await tuned(pretended)).toBe('other');
    expect(pretended.warnings.mock.calls).toEqual([
      [
        'latentgpu: NT 1x1x1 gives other results as wrong than as first: call gpu.selfTest() to learn which is wrong here',
      ],
    ]);
    // Nor for other sizes, though it was measured for none of them.
    expect(await pretended.tuner.first(pretended.tunable('NT 2x2x2', ['wrong', 'other']).choice)).toBe('other');
  });
});

describe('a way that takes long to compile', () => {
  it('is not awaited, nor tried again for other sizes', async () => {
    const pretended = pretendTuner({ ms: { first: 5, stuck: 1, other: 3 }, told: rounded, stuck: ['stuck'] });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const way = tuned(pretended);
    await vi.waitFor(() => expect(pretended.compiled).toContain('stuck'));
    await vi.advanceTimersByTimeAsync(2000);
    expect(await way).toBe('other');
    vi.useRealTimers();
    expect(await pretended.stored()).toEqual({ 'NT 1x1x1': 'other', 'NT stuck': 'slow' });
    expect(await tuned(pretended, pretended.tunable('NT 2x2x2'))).toBe('other');
    expect(pretended.compiled.filter((way) => way === 'stuck')).toHaveLength(1);
  });
});

describe('during a fit', () => {
  /** One more turn between submits, after which whatever could be compiled is. */
  const between = async ({ tuner, compiled }: ReturnType<typeof pretendTuner>, fit: Tuning, ms = 0) => {
    const { leftMs } = fit;
    await tuner.improve(fit, ms);
    // The tuner imports what compares the ways before it compiles the first of them.
    await new Promise((resolve) => setTimeout(resolve, compiled.length ? 0 : 20));
    return fit.leftMs - leftMs;
  };
  /** What the fit has trained until the way that comes next is compiled. */
  const trainUntil = async (pretended: ReturnType<typeof pretendTuner>, fit: Tuning, done: () => boolean) => {
    let trained = 0;
    for (; !done(); trained += 100) {
      await between(pretended, fit, 100);
      expect(trained).toBeLessThan(1e5);
    }
    return trained;
  };

  it('compiles a way only if a tenth of the training time covers it, and waits for none', async () => {
    const pretended = pretendTuner({ ms: { first: 0.5, other: 0.3, last: 0.4 }, told: rounded, compileMs: 400 });
    const one = pretended.tunable();
    const fit = pretended.tuner.begin([one]);
    // The first is expected to take 100 ms, on one more turn, as what compares has to be loaded; each later one what the one before has taken.
    expect(await trainUntil(pretended, fit, () => pretended.compiled.length === 1)).toBe(1100);
    expect(fit.leftMs).toBe(110 - 400);
    expect(await trainUntil(pretended, fit, () => pretended.compiled.length === 2)).toBe(6900);
    expect(fit.leftMs).toBe(400 - 400);
    expect(await trainUntil(pretended, fit, () => pretended.compiled.length === 3)).toBe(4000);
    expect(one.way).toBe('first');
    // Three ways of 30 ms.
    expect(await trainUntil(pretended, fit, () => one.way === 'other')).toBe(900);
    await vi.waitFor(async () => expect(await pretended.stored()).toEqual({ 'NT 1x1x1': 'other' }));
  });

  it('continues training if a compiler never returns', async () => {
    const pretended = pretendTuner({ ms: { first: 5, stuck: 1, other: 3 }, told: rounded, stuck: ['stuck'] });
    const fit = pretended.tuner.begin([pretended.tunable()]);
    await trainUntil(pretended, fit, () => pretended.compiled.length === 2);
    for (let i = 0; i < 5; i++) expect(await between(pretended, fit, 1e5)).toBe(1e4);
    expect(pretended.compiled).toEqual(['first', 'stuck']);
  });

  it('spends only its own share, even after much training', async () => {
    const pretended = pretendTuner({ ms: { first: 5, other: 3 }, told: rounded, compileMs: 50 });
    const long = pretended.tuner.begin([pretended.tunable('NT 2x2x2')]);
    await trainUntil(pretended, long, () => long.tunables[0].way === 'other');
    await between(pretended, long, 1e6);
    const short = pretended.tuner.begin([pretended.tunable()]);
    const compiled = pretended.compiled.length;
    for (let i = 0; i < 20; i++) await between(pretended, short, 20);
    expect(pretended.compiled).toHaveLength(compiled);
  });

  it('stops a measurement that takes longer than its share, and tries again later', async () => {
    const pretended = pretendTuner({ ms: { first: 500, other: 300 }, told: rounded });
    const one = pretended.tunable();
    const fit = pretended.tuner.begin([one]);
    await trainUntil(pretended, fit, () => pretended.compiled.length === 2);
    const spent = [];
    for (let i = 0; i < 1000 && one.way === 'first'; i++) {
      const before = fit.leftMs;
      const change = (await between(pretended, fit, 500)) - 50;
      if (change < 0) spent.push([before + 50, -change]);
    }
    expect(one.way).toBe('other');
    expect(spent.length).toBeGreaterThan(1);
    // A measurement that has begun comes to its end: two dispatches.
    for (const [had, took] of spent) expect(took).toBeLessThanOrEqual(had + 2 * 500);
  });
});
