import type { Reports } from '../../progress.ts';
import type { Generator } from './members.ts';

/**
 * Trains for as many whole epochs as fit into a time, by what the last one took, and for one at least. What comes before the first epoch counts with it.
 * @returns how many, and how long all of it took
 */
export async function trainFor(
  minutes: number,
  { begin, epoch }: Pick<Generator, 'begin' | 'epoch'>,
  reports: Reports,
): Promise<{ epochs: number; minutes: number }> {
  const start = performance.now();
  const past = () => (performance.now() - start) / 60_000;
  await begin?.(reports);
  for (let epochs = 1; ; epochs++) {
    const before = past();
    const onProgress: Reports['onProgress'] = (progress) => reports.onProgress({ ...progress, epoch: epochs });
    await epoch({ ...reports, onProgress }, minutes ? Math.min(1, before / minutes) : 0);
    if (2 * past() - before > minutes) return { epochs, minutes: past() };
  }
}
