import { adam, dataset, openGpu } from '../src/index.ts';
import { modelOf } from './ours.ts';
import { examples, models } from './models.ts';

/** The effects of a training on the frames of a page. */
export interface Frames {
  work: string;
  frameBudgetMs: number;
  submits: number;
  /** The longest time of a submit in milliseconds. */
  longestMs: number;
  medianMs: number;
  /** The number of submits that took more than 1.5 times the budget. */
  overrun: number;
  /** The animation frames per second during training and at rest. */
  framesPerSecond: { training: number; idle: number };
}

const seconds = 3;

/** Measures the effect of `frameBudgetMs`: the time of submits, and the frame rate of animations. */
export async function measureFrames(): Promise<Frames> {
  const frameBudgetMs = 8;
  const work = models.find(({ name }) => name === 'simple-32')!;
  const gpu = await openGpu();
  const model = await modelOf(gpu, work);
  const data = await dataset(gpu, examples(work), { shape: [...work.input] });
  const optimizer = adam();
  const fit = (signal?: AbortSignal) =>
    model.fit(data, { epochs: signal ? 1e6 : 4, batchSize: work.batch, optimizer, frameBudgetMs, signal });
  await fit();
  const idle = await framesPerSecond();
  const abort = new AbortController();
  const times = watchSubmits(gpu.device.queue);
  const training = fit(abort.signal).catch((reason: unknown) => {
    if ((reason as Error).name !== 'AbortError') throw reason;
  });
  const meanwhile = await framesPerSecond();
  abort.abort();
  await training;
  times.stop();
  gpu.close();
  const sorted = times.ms.toSorted((a, b) => a - b);
  return {
    work: work.title,
    frameBudgetMs,
    submits: sorted.length,
    longestMs: sorted.at(-1)!,
    medianMs: sorted[sorted.length >> 1],
    overrun: sorted.filter((ms) => ms > 1.5 * frameBudgetMs).length,
    framesPerSecond: { training: meanwhile, idle },
  };
}

async function framesPerSecond(): Promise<number> {
  let frames = 0;
  const end = performance.now() + 1000 * seconds;
  while (performance.now() < end) {
    await new Promise(requestAnimationFrame);
    frames++;
  }
  return frames / seconds;
}

/**
 * Measures the time of each submit. The queue executes them in order, so each begins when it was made, or when the
 * previous one was done.
 */
function watchSubmits(queue: GPUQueue): { ms: number[]; stop: () => void } {
  const ms: number[] = [];
  let free = 0;
  const submit = queue.submit.bind(queue);
  queue.submit = (commands) => {
    const begun = performance.now();
    submit(commands);
    void queue.onSubmittedWorkDone().then(() => {
      const now = performance.now();
      ms.push(now - Math.max(begun, free));
      free = now;
    });
  };
  return { ms, stop: () => (queue.submit = submit) };
}
