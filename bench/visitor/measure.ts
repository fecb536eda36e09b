/// <reference types="vite/client" />
import { batches, flops, models, type ModelWork } from '../models.ts';
import type { Peer } from '../peer.ts';

const peers = import.meta.glob<{ peer: Peer }>('../peers/latentgpu.ts');

/** The models that are small enough for a visitor to wait for, also on a CPU. */
const names = ['simple', 'deep', 'vae', 'hinton', 'conv'];
const rounds = 3;
const roundMs = 1000;

export interface Measured {
  title: string;
  /** The median over the rounds. */
  msPerStep: number;
  imagesPerSecond: number;
  gflops: number;
}

/** The works that are measured, in order. */
export const works: readonly ModelWork[] = models.filter(({ name }) => names.includes(name));

/** Opens this library, ready to train. @throws GpuUnavailableError without WebGPU */
export async function openLibrary(): Promise<Peer> {
  const { peer } = await peers['../peers/latentgpu.ts']();
  await peer.open();
  peer.settle?.();
  return peer;
}

/** Measures a model by training it for some seconds. */
export async function measure(peer: Peer, work: ModelWork): Promise<Measured> {
  const trained = (await peer.model?.(work))!;
  try {
    await trained.run(2 * batches);
    let msPerStep = await timed(() => trained.run(batches), batches);
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const steps = batches * Math.max(1, Math.round(roundMs / msPerStep / batches));
      msPerStep = await timed(() => trained.run(steps), steps);
      times.push(msPerStep);
    }
    const median = times.toSorted((a, b) => a - b)[rounds >> 1];
    return {
      title: work.title,
      msPerStep: median,
      imagesPerSecond: (1000 * work.batch) / median,
      gflops: flops(work) / median / 1e6,
    };
  } finally {
    await trained.dispose();
  }
}

async function timed(run: () => Promise<unknown>, steps: number): Promise<number> {
  const begun = performance.now();
  await run();
  return (performance.now() - begun) / steps;
}
