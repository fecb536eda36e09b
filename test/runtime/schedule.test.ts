import { afterEach, describe, expect, it, vi } from 'vitest';
import { add } from '../../src/kernels/elementwise.ts';
import type { CommandPass } from '../../src/runtime/commands.ts';
import type { Gpu } from '../../src/runtime/device.ts';
import { openGpu } from '../../src/runtime/open.ts';
import { DeviceLostError } from '../../src/errors.ts';
import { compile } from '../../src/runtime/plan.ts';
import { Schedule } from '../../src/runtime/schedule.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { recording } from '../support/run.ts';

afterEach(() => void vi.restoreAllMocks());

const pass: CommandPass = { encode() {}, end() {} };

/**
 * A device on which a step takes so many milliseconds of a clock that nothing else moves; it does one submit after the other. The browser looks at
 * every multiple of `tickMs` whether one is done. With a clock of its own, the device tells that a step took `told`.
 */
function pretend(msPerStep: number, { tickMs = 0, told }: { tickMs?: number; told?: number } = {}) {
  let now = 0;
  let busyUntil = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const submits: number[] = [];
  let inFlight = 0;
  let mostInFlight = 0;
  let watches = 0;
  const gpu = {
    stopwatch() {
      if (told === undefined) return undefined;
      watches++;
      const watch = { steps: 0, read: (): number => watch.steps * told, release: () => void watches-- };
      return watch;
    },
    compute: async (encode: (pass: CommandPass) => number, watch?: { steps: number }) => {
      const steps = encode(pass);
      if (watch) watch.steps = steps;
      submits.push(steps);
      mostInFlight = Math.max(mostInFlight, ++inFlight);
      busyUntil = Math.max(busyUntil, now) + steps * msPerStep;
      const done = tickMs ? tickMs * Math.ceil(busyUntil / tickMs) : busyUntil;
      await new Promise((resolve) => setTimeout(resolve));
      now = Math.max(now, done);
      inFlight--;
    },
  } as unknown as Gpu;
  const encoding = (ms: number) => () => {
    now += ms;
    return 1;
  };
  return { gpu, submits, encoding, mostInFlight: () => mostInFlight, watches: () => watches };
}

const oneEach = () => 1;

describe('the number of steps in a submit', () => {
  it('is one at first, grows at most fourfold, and settles at the budget', async () => {
    const { gpu, submits } = pretend(1);
    expect(await new Schedule(gpu, 100).run(1000, oneEach)).toBe(1000);
    expect(submits[0]).toBe(1);
    submits.slice(1).forEach((count, i) => expect(count).toBeLessThanOrEqual(4 * submits[i]));
    expect(submits.slice(7, -1).every((count) => count === 100)).toBe(true);
    expect(submits.reduce((a, b) => a + b)).toBe(1000);
  });

  it('is limited by encoding, which blocks the page, to a twentieth of the budget', async () => {
    const { gpu, submits, encoding } = pretend(0.05);
    expect(await new Schedule(gpu, 100).run(10_000, encoding(2 ** -5))).toBe(10_000);
    expect(Math.max(...submits)).toBe(160);
    expect(submits.slice(10, -1).every((count) => count === 160)).toBe(true);
    expect(submits.reduce((a, b) => a + b)).toBe(10_000);
  });

  it('is one if that takes longer to encode', async () => {
    const { gpu, submits, encoding } = pretend(0.05);
    await new Schedule(gpu, 100).run(5, encoding(30));
    expect(submits).toEqual([1, 1, 1, 1, 1]);
  });

  it('keeps a device busy with short submits if the browser notices their end late', async () => {
    const { gpu, submits, mostInFlight, encoding } = pretend(0.05, { tickMs: 100, told: 0.05 });
    await new Schedule(gpu, 100).run(50_000, encoding(2 ** -5));
    expect(Math.max(...submits)).toBe(160);
    // 8 ms each: of two or three in flight the device would be done long before the browser looks again.
    expect(mostInFlight()).toBeGreaterThan(4);
  });

  it('stays one if a single step fills the budget', async () => {
    const { gpu, submits } = pretend(250);
    await new Schedule(gpu, 100).run(5, oneEach);
    expect(submits).toEqual([1, 1, 1, 1, 1]);
  });

  it('is at most the number of ready steps', async () => {
    const { gpu, submits } = pretend(1);
    const asked: number[] = [];
    const stepsFrom = (first: number) => {
      asked.push(first);
      return 7 - (first % 7);
    };
    expect(await new Schedule(gpu, 100).run(30, oneEach, { stepsFrom })).toBe(30);
    expect(submits).toEqual([1, 4, 2, 7, 7, 7, 2]);
    expect(asked).toEqual([0, 1, 5, 7, 14, 21, 28]);
  });

  it('is kept for the next run', async () => {
    const { gpu, submits } = pretend(1);
    const schedule = new Schedule(gpu, 50);
    await schedule.run(500, oneEach);
    expect(submits.at(-1)).toBeLessThan(12); // Few enough that four times as many would not fill the budget.
    submits.length = 0;
    await schedule.run(100, oneEach);
    expect(submits).toEqual([50, 50]);
  });

  it('never exceeds the remaining steps', async () => {
    const { gpu, submits } = pretend(0.001);
    expect(await new Schedule(gpu, 100).run(7, oneEach)).toBe(7);
    expect(submits).toEqual([1, 4, 2]);
  });

  it('shrinks when steps become slower', async () => {
    let msPerStep = 1;
    const { gpu, submits } = pretend(1);
    const slow = {
      stopwatch: () => undefined,
      compute: (encode: (pass: CommandPass) => number) => gpu.compute((commands) => encode(commands) * msPerStep),
    } as unknown as Gpu;
    await new Schedule(slow, 100).run(3000, oneEach, {
      onFinished: (steps) => void (msPerStep = steps > 1000 ? 10 : 1),
    });
    // Counted in milliseconds here: ten times as slow, so a tenth as many in each.
    expect(submits.slice(-3, -1)).toEqual([100, 100]);
  });

  it('follows the device’s clock if the browser notices the end of work late, and keeps the device busy until then', async () => {
    const { gpu, submits, mostInFlight, watches } = pretend(1, { tickMs: 100, told: 1 });
    await new Schedule(gpu, 12).run(2000, oneEach);
    expect(submits.slice(30, -1).every((count) => count === 12)).toBe(true);
    expect(mostInFlight()).toBe(8);
    expect(watches()).toBe(0);
  });

  it('follows the page’s clock if the device’s is wrong', async () => {
    const { gpu, submits } = pretend(300, { tickMs: 100, told: 1e-6 });
    await new Schedule(gpu, 100).run(10, oneEach);
    expect(submits).toEqual(Array.from({ length: 10 }, () => 1));
  });
});

it('numbers the steps one by one', async () => {
  const { gpu } = pretend(1);
  const seen: number[] = [];
  await new Schedule(gpu, 10).run(50, (_, i) => seen.push(i));
  expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => i));
});

it('prepares one submit while another runs, and no more', async () => {
  const { gpu, mostInFlight } = pretend(1);
  await new Schedule(gpu, 10).run(200, oneEach);
  expect(mostInFlight()).toBe(2);
});

it('reports the finished steps after each submit', async () => {
  const { gpu, submits } = pretend(1);
  const seen: number[] = [];
  await new Schedule(gpu, 10).run(60, oneEach, { onFinished: (steps) => void seen.push(steps) });
  let sum = 0;
  expect(seen).toEqual(submits.map((count) => (sum += count)));
  expect(seen.at(-1)).toBe(60);
});

it('does nothing for no steps', async () => {
  const { gpu, submits } = pretend(1);
  expect(await new Schedule(gpu, 10).run(0, oneEach)).toBe(0);
  expect(submits).toEqual([]);
});

describe('goOn', () => {
  it('ends the run if it returns false, after the submitted work has finished', async () => {
    const { gpu, submits } = pretend(1);
    let asked = 0;
    let finished = 0;
    const steps = await new Schedule(gpu, 10).run(1000, oneEach, {
      goOn: () => ++asked <= 4,
      onFinished: (count) => void (finished = count),
    });
    expect(submits).toHaveLength(4);
    expect(steps).toBe(submits.reduce((a, b) => a + b));
    expect(finished).toBe(steps);
  });

  it('ends the run with its own error, after the submitted work has finished', async () => {
    const { gpu, submits } = pretend(1);
    let finished = 0;
    const reason = new Error('aborted');
    const goOn = async () => {
      if (submits.length === 3) throw reason;
      return true;
    };
    await expect(
      new Schedule(gpu, 10).run(1000, oneEach, { goOn, onFinished: (count) => void (finished = count) }),
    ).rejects.toBe(reason);
    expect(finished).toBe(submits.reduce((a, b) => a + b));
  });

  it('may pause the run', async () => {
    const { gpu, submits } = pretend(1);
    let resume!: () => void;
    const paused = new Promise<void>((resolve) => (resume = resolve));
    const running = new Schedule(gpu, 10).run(30, oneEach, {
      goOn: () => (submits.length === 2 ? paused.then(() => true) : true),
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(submits).toHaveLength(2);
    resume();
    expect(await running).toBe(30);
  });

  it('may be pending when the device is lost: the run then ends with the loss, without unhandled rejections', async () => {
    const unhandled = vi.fn();
    window.addEventListener('unhandledrejection', unhandled);
    const gpu = await openGpu();
    const schedule = new Schedule(gpu, 1000);
    let asked = 0;
    const goOn = async () => {
      if (++asked < 3) return true;
      gpu.close();
      await new Promise((resolve) => setTimeout(resolve, 50));
      return true;
    };
    await expect(schedule.run(1000, () => 0, { goOn })).rejects.toThrow(DeviceLostError);
    await new Promise((resolve) => setTimeout(resolve));
    window.removeEventListener('unhandledrejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

it('makes each submit in turn with others on request', async () => {
  const { gpu, submits } = pretend(1);
  const turns: number[] = [];
  const inTurn = async (submit: () => void) => {
    turns.push(submits.length);
    await Promise.resolve();
    submit();
  };
  expect(await new Schedule(gpu, 10).run(30, oneEach, { inTurn })).toBe(30);
  expect(turns).toEqual(submits.map((_, i) => i));
});

it('counts every dispatch on a device, and makes as few submits as the pace allows', async () => {
  const { gpu, memory, tape } = await recording();
  const x = memory.put([1, 2, 3, 4]);
  tape.keep(add(tape, add(tape, x, x), x));
  const plan = forThisTest(await compile(tape));
  const before = gpu.counters();
  await new Schedule(gpu, 1e9).run(2000, (encoder) => plan.encode(encoder));
  const after = gpu.counters();
  expect(after.dispatches - before.dispatches).toBe(4000);
  expect(after.readbacks).toBe(before.readbacks);
  // 1, 4, 4, 16, 16, 64, 64, 256, 256, 1024, and the rest.
  expect(after.submits - before.submits).toBeLessThanOrEqual(11);
});
