import type { FitOptions } from '../src/index.ts';
import type { JobProgress } from './job.ts';

/** The options of a fit that keep the command line informed. */
export function reporting(batch: number, report: (progress: JobProgress) => void): Pick<FitOptions, 'progressEveryMs' | 'onProgress' | 'onEpochEnd'> {
  let latest: JobProgress | undefined;
  return {
    progressEveryMs: 250,
    onProgress: ({ examplesPerSecond, ...progress }) => {
      const imagesLeft = (progress.steps - progress.step) * batch;
      latest = { ...progress, imagesPerSecond: examplesPerSecond, secondsLeft: imagesLeft / examplesPerSecond, epochEnded: false };
      report(latest);
    },
    onEpochEnd: ({ loss }) => {
      if (latest) report({ ...latest, loss, epochEnded: true });
    },
  };
}
