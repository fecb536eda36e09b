import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { compare, debtsOf, isNarrow, measure, targets, type Debts } from '../../scripts/isa/budget.mjs';
import { cards } from '../../scripts/isa/cards.mjs';
import { estimate } from '../../scripts/isa/model.mjs';
import type { DispatchRecord, PipelineRecord, Report, StepRecord } from '../../scripts/isa/report.ts';
import { turnsOf } from '../../scripts/isa/turns.mjs';
import { root } from '../support/root.ts';

const loop = { instructions: 118, multiplyAdds: 64 };
const pipeline = (number: number, more: Partial<PipelineRecord> = {}): PipelineRecord => ({
  number, label: 'matmul NT 4x4', wave: 64, registers: 56, spills: 0, waves: 18, workgroupMemory: 0, compileMs: 20, loop, ...more,
}); // prettier-ignore
const dispatch = (sizes: { m: number; n: number; k: number }, more: Partial<StepRecord> = {}): StepRecord => ({
  kernel: 'matmul NT 4x4', pipeline: 0, workgroups: 8, bytes: 0, writtenBytes: 0, buffers: ['a', 'b', 'y'], constants: sizes, loops: true, ...more,
}); // prettier-ignore
const small = dispatch({ m: 256, n: 32, k: 784 });
const report = (dispatches: StepRecord[], pipelines = [pipeline(0)]): Report => ({
  card: 'a card', names: ['simple'], driver: 'a driver', pipelines, works: [{ name: 'simple', kind: 'model', dispatches }],
}); // prettier-ignore

describe('the estimate', () => {
  const card = {
    ...cards[0],
    units: 10,
    lanes: 100,
    gigahertz: 2,
    gigabytes: 100,
    latencyNs: 150,
    cyclesPerInstruction: 1,
  };

  it('is the longest of chain, bytes and arithmetic', () => {
    const one = estimate(report([small]), small, card);
    // 196 turns of 150 ns and 118 instructions of half a nanosecond.
    expect(one.chain).toBeCloseTo((196 * (150 + 59)) / 1e3, 6);
    expect(one.arithmetic).toBeCloseTo((256 * 32 * 784 * (118 / 64)) / 2e6, 6);
    expect(one.all).toBe(one.chain);
    const heavy = { ...small, bytes: 10e6 };
    expect(estimate(report([heavy]), heavy, card)).toMatchObject({ bytes: 100, all: 100 });
    const large = dispatch({ m: 4096, n: 4096, k: 784 });
    const { arithmetic, all } = estimate(report([large]), large, card);
    expect(all).toBe(arithmetic);
  });

  it('counts the sums beside a product, in which one invocation reads all of k, eight loads at a time', () => {
    expect(turnsOf(small)).toEqual({ multiplying: 196, loading: 0 });
    expect(turnsOf({ ...small, buffers: ['a', 'b', 'y', 'sums'] })).toEqual({ multiplying: 196, loading: 98 });
  });

  it('divides a split convolution among its invocations', () => {
    const sizes = { batch: 128, parts: 64, height: 4, width: 4, channels: 8, filters: 8, out_height: 4, out_width: 4, kernel_height: 3, kernel_width: 3, stride_y: 1, stride_x: 1 }; // prettier-ignore
    const turns = (kernel: string) => turnsOf({ ...small, kernel, constants: sizes, buffers: ['a', 'x', 'y', 'sums'] });
    expect(turns('conv2d 4x4')).toEqual({ multiplying: 18, loading: 0 });
    expect(turns('conv2d 4x4 split in 4')).toEqual({ multiplying: 6, loading: 0 });
    expect(turns('conv2d transposed 4x4 split in 8')).toEqual({ multiplying: 4, loading: 0 });
    expect(turns('conv2d weights 4x4')).toEqual({ multiplying: 8, loading: 4 });
    expect(turns('conv2d weights 4x4 split in 4')).toEqual({ multiplying: 2, loading: 0 });
    expect(turns('conv2d of one filter, weights split in 2')).toEqual({ multiplying: 16, loading: 0 });
  });

  it('uses the longest of the sums of a step', () => {
    const constants = { x0: 0, rows0: 64, width0: 8, rows1: 128, width1: 4, rows2: 7 };
    expect(turnsOf({ ...small, kernel: 'partial sums', constants })).toEqual({ multiplying: 0, loading: 16 });
  });

  it('divides a split product among its invocations', () => {
    const split = { ...small, kernel: 'matmul NT 4x4 split in 16', buffers: ['a', 'b', 'y', 'sums'] };
    expect(turnsOf(split)).toEqual({ multiplying: 13, loading: 0 });
  });

  it('refuses a kernel with unknown loops', () => {
    const unknown: DispatchRecord = { ...small, kernel: 'rhubarb' };
    expect(() => turnsOf(unknown)).toThrow("scripts/isa/turns.mjs does not say how often the kernel 'rhubarb' goes");
    expect(turnsOf({ ...unknown, loops: false })).toEqual({ multiplying: 1, loading: 0 });
  });

  it('reaches the peak that each vendor publishes', () => {
    const peaks = cards.map(({ units, lanes, gigahertz }) => Math.round((2 * units * lanes * gigahertz) / 100) / 10);
    expect(peaks).toEqual([66.9, 15.1, 20.7, 3.6]);
  });
});

describe('the budget', () => {
  const product = { kernel: 'NT', problem: 'NT 256x32x784', way: '4x4 by 64' };
  const way = (name: string, at: number) => ({ ...small, way: name, pipeline: at });

  it('counts spills in every way, and uses the best way without spills for a large product', () => {
    const others = [way('8x8 by 64', 1), way('16x16 by 64', 2)];
    const large = dispatch({ m: 4096, n: 4096, k: 784 }, { product: { ...product, others }, workgroups: 4096 });
    const pipelines = [
      pipeline(0),
      pipeline(1, { label: 'matmul NT 8x8', loop: { instructions: 300, multiplyAdds: 256 }, compileMs: 600 }),
      pipeline(2, { label: 'matmul NT 16x16', loop: { instructions: 256, multiplyAdds: 256 }, spills: 176 }),
    ];
    const measured = measure(report([large], pipelines));
    expect(measured['instructions a multiply-add']).toEqual({ NT: 1.17 });
    expect(debtsOf(measured)).toEqual({
      'registers spilled': { 'NT as 16x16 by 64': 176 },
      'milliseconds to compile': { 'matmul NT 8x8': 600 },
    });
  });

  it('classes a dispatch with few workgroups and much work as narrow', () => {
    expect(isNarrow(report([small]), small)).toBe(true);
    expect(isNarrow(report([small]), { ...small, workgroups: 128 })).toBe(false);
    expect(isNarrow(report([small]), dispatch({ m: 8, n: 8, k: 8 }))).toBe(false);
    const split = { ...way('4x4 split in 16 by 64', 0), kernel: 'matmul NT 4x4 split in 16', workgroups: 128 };
    const another = { ...small, product: { ...product, others: [split] } };
    const measured = measure(report([small, another]));
    expect(measured['dispatches too narrow at first']).toEqual({ simple: 2 });
    expect(measured['dispatches too narrow in every way']).toEqual({ simple: 1 });
  });

  it('is a ratchet: no number may rise, and a lower one has to be recorded', () => {
    const measured = (debts: Debts) =>
      Object.fromEntries(
        Object.keys(targets).map((kind) => [kind, debts[kind as keyof Debts] ?? {}]),
      ) as Required<Debts>;
    const now = (spilled: number) => measured({ 'registers spilled': { NT: spilled } });
    const listed = { 'registers spilled': { NT: 176 } };
    expect(compare(listed, now(176))).toEqual({ worse: [], better: [] });
    expect(compare(listed, now(177)).worse).toEqual([
      'NT: registers spilled 176 in the list, 177 now, 0 at most in the end',
    ]);
    for (const spilled of [175, 0]) expect(compare(listed, now(spilled)).better).toHaveLength(1);
    expect(compare(listed, measured({})).better).toEqual([
      'NT: registers spilled 176 in the list, none now, 0 at most in the end',
    ]);
    expect(compare({}, now(1)).worse).toHaveLength(1);
    expect(compare({}, now(0))).toEqual({ worse: [], better: [] });
  });

  it('is the same in docs/GPU.md and docs/results/isa.json', () => {
    const text = (file: string) => readFileSync(path.join(root, 'docs', file), 'utf8');
    const { driver, debts } = JSON.parse(text('results/isa.json')) as { driver: string; debts: Debts };
    const page = text('GPU.md');
    expect(page).toContain(driver);
    const rows = [...page.matchAll(/^\| ([^|]+?) +\| +([^|]+?) \| +([\d.]+) \| +([\d.]+) \|$/gm)];
    const inPage = rows.filter(([, kind]) => kind in targets).map(([, kind, name, now]) => [kind, name, Number(now)]);
    const inList = Object.entries(debts).flatMap(([kind, names]) =>
      Object.entries(names).map(([name, now]) => [kind, name, now]),
    );
    expect(inPage).toEqual(inList);
  });
});
