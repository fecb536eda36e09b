import { expect, it } from 'vitest';
import { Notice } from '../../src/runtime/notice.ts';

/** A device of a browser that looks at it only when something is submitted. */
function pretendedQueue() {
  const waiting: (() => void)[] = [];
  const queue = {
    submits: 0,
    submit() {
      queue.submits++;
      if (queue.submits % 3 === 0) waiting.splice(0).forEach((resolve) => resolve());
    },
  };
  const work = () => new Promise<void>((resolve) => waiting.push(resolve));
  return { queue, work, asQueue: queue as unknown as GPUQueue };
}

const aWhile = () => new Promise((resolve) => setTimeout(resolve, 30));

it('submits for all waits together until they end, and no longer', async () => {
  const { queue, work, asQueue } = pretendedQueue();
  const notice = new Notice(asQueue, true);
  await Promise.all([notice.inTime(work()), notice.inTime(work())]);
  expect(queue.submits).toBe(3);
  await aWhile();
  expect(queue.submits).toBe(3);
  expect(await notice.inTime(work().then(() => 'done'))).toBe('done');
  expect(queue.submits).toBe(6);
});

it('ends with a failure', async () => {
  const { queue, asQueue } = pretendedQueue();
  await expect(new Notice(asQueue, true).inTime(Promise.reject(new Error('lost')))).rejects.toThrow('lost');
  const before = queue.submits;
  await aWhile();
  expect(queue.submits).toBe(before);
});

it('submits nothing if the browser notices by itself', async () => {
  const { queue, asQueue } = pretendedQueue();
  await new Notice(asQueue, false).inTime(aWhile());
  expect(queue.submits).toBe(0);
});
