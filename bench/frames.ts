import { adam, dataset, openGpu } from '../src/index.ts';
import { modelOf } from './ours.ts';
import { examples, models } from './models.ts';

/** What a page notices of a training that leaves it room. */
export interface Frames {
  work: string;
  frameBudgetMs: number;
  submits: number;
  /** milliseconds that submits took, from the one before or from their own start */
  longestMs: number;
  medianMs: number;
  /** submits of more than 1.5 times the budget */
  overrun: number;
  /** animation frames a second, while it trains and while nothing happens */
  framesPerSecond: { training: number; idle: number };
}

const seconds = 3;

/** `frameBudgetMs` at work: how long submits get, and whether animation goes on. */
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

/** The queue works off submits one after the other, so each takes from when the one before it was done, or from when it was made. */
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
