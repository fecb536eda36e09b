import type { Progress } from '../src/index.ts';
import type { JobProgress } from './job.ts';

/** Of a model's fit, whatever its losses are. */
export interface Reports {
  progressEveryMs: number;
  onProgress(progress: Progress): void;
  onEpochEnd(epoch: { loss: number; epoch: number }): void | Promise<void>;
}

/** The options of a fit that keep the command line informed. */
export function reporting(batch: number, report: (progress: JobProgress) => void): Reports {
  let latest: JobProgress | undefined;
  return {
    progressEveryMs: 250,
    onProgress: ({ examplesPerSecond, ...progress }) => {
      const imagesLeft = (progress.steps - progress.step) * batch;
      latest = {
        ...progress,
        imagesPerSecond: examplesPerSecond,
        secondsLeft: imagesLeft / examplesPerSecond,
        epochEnded: false,
      };
      report(latest);
    },
    onEpochEnd: ({ loss }) => {
      if (latest) report({ ...latest, loss, epochEnded: true });
    },
  };
}
