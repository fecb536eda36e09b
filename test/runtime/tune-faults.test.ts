/** What the tuner makes of clocks, kernels and compilers that are not what they should be. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { pretendTuner } from '../support/pretended-clock.ts';

afterEach(() => void vi.restoreAllMocks());

/** To a tenth of a millisecond, as Chrome has it. */
const rounded = (ms: number) => Math.floor(ms * 10) / 10;

/** Measures one dispatch with all the time in the world; tells the way it ends up with. */
async function tuned({ tuner, tunable }: ReturnType<typeof pretendTuner>, one = tunable()): Promise<string> {
  tuner.earn(1e6);
  await tuner.improve([one]);
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

  it('where dispatches are far shorter than the clock’s ticks', async () => {
    expect(await tuned(pretendTuner({ ms: { first: 0.006, other: 0.004 }, told: rounded }))).toBe('other');
  });

  it('whatever a hiccup of the machine makes of one measurement', async () => {
    const hiccup = (measurement: number) => (measurement === 3 ? 30 : 5);
    expect(await tuned(pretendTuner({ ms: { first: 8, other: hiccup }, told: rounded }))).toBe('other');
  });
});

describe('on a busy machine', () => {
  it('the way that is faster in each round wins, however much the rounds differ', async () => {
    const busy = (ms: number) => (measurement: number) =>
      ms * (1 + 9 * Math.abs(Math.sin(Math.floor(measurement / 2))));
    const ms = { first: busy(8), slower: busy(9), other: busy(6) };
    expect(await tuned(pretendTuner({ ms, told: rounded }))).toBe('other');
  });
});

describe('a clock that cannot be believed', () => {
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

  it('leaves the first way where the page’s is no better, as in a browser that looks only every 100 ms', async () => {
    const pretended = pretendTuner({ ms: { first: 5, other: 3 }, told: () => 0, idleMs: 100 });
    expect(await tuned(pretended)).toBe('first');
    expect(await pretended.stored()).toEqual({});
  });
});

describe('ways that are all but equal', () => {
  it('leave the first', async () => {
    const pretended = pretendTuner({ ms: { first: 0.02, other: 0.0199, last: 0.0201 }, told: rounded });
    expect(await tuned(pretended)).toBe('first');
    expect(await pretended.stored()).toEqual({ 'NT 1x1x1': 'first' });
  });

  it('take turns in being fastest by chance, which decides nothing', async () => {
    const noisy = (seed: number) => (measurement: number) => 5 + 2 * Math.abs(Math.sin(seed + 5 * measurement));
    expect(await tuned(pretendTuner({ ms: { first: noisy(1), other: noisy(2) }, told: rounded }))).toBe('first');
  });

  it('leave the first of those that beat the first', async () => {
    expect(await tuned(pretendTuner({ ms: { first: 9, other: 0.5, another: 0.499, last: 2 }, told: rounded }))).toBe(
      'other',
    );
  });
});

describe('a way that gives other results than the first', () => {
  it('does not win, and is told of', async () => {
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
  it('is not waited for, nor tried again for other sizes', async () => {
    const pretended = pretendTuner({ ms: { first: 5, stuck: 1, other: 3 }, told: rounded, stuck: ['stuck'] });
    expect(await tuned(pretended)).toBe('other');
    expect(await pretended.stored()).toEqual({ 'NT 1x1x1': 'other', 'NT stuck': 'slow' });
    expect(await tuned(pretended, pretended.tunable('NT 2x2x2'))).toBe('other');
    expect(pretended.compiled.filter((way) => way === 'stuck')).toHaveLength(1);
  });

  it('leaves no time for those behind it; they are tried on another day', async () => {
    let now = 0;
    const pretended = pretendTuner({ ms: { first: 5, second: 3, third: 1 }, told: rounded });
    vi.mocked(performance.now).mockImplementation(() => now);
    const one = pretended.tunable();
    const make = one.make.bind(one);
    one.make = (way) => {
      now += 1500;
      return make(way);
    };
    pretended.tuner.earn(1001);
    // A clock that stands still while the device works leaves the device's own.
    await pretended.tuner.improve([one]);
    expect(pretended.compiled).not.toContain('third');
    expect(await pretended.stored()).toEqual({});
  });
});
