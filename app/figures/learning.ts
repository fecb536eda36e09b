import { drawImageGrid } from '../pictures/imageGrid.ts';
import { isWide } from '../pictures/look.ts';
import type { AnySubject } from '../subject.ts';
import type { Figure, Trained } from './figure.ts';

/** How samples get better: a row each time that some were taken. */
export async function learning({ snapshots, stepsPerEpoch, test }: Trained<AnySubject>): Promise<Figure> {
  const labels = snapshots.map(({ steps }) => moment(steps, stepsPerEpoch));
  const title = 'Samples while it learns';
  return {
    name: 'learning',
    title,
    caption:
      'What is made of the same ten draws from the prior before the training, then after more and more of it, from one row to the next.',
    draw: (look) => {
      const wide = isWide(look);
      const rows = snapshots.map(({ images }, i) => ({
        // Beside narrow rows there is no room: one line above them says what they are.
        label: wide
          ? labels[i]
          : i
            ? undefined
            : `from above: ${labels.join(', ').replace(/(?<=epoch .*)epoch /g, '')}`,
        images: wide ? images : images.subarray(0, images.length / 2),
      }));
      return drawImageGrid({ title, shape: test.shape, rows, columns: wide ? 10 : 5 }, look);
    },
  };
}

function moment(steps: number, stepsPerEpoch: number): string {
  if (!steps) return 'untrained';
  if (steps < stepsPerEpoch) return `step ${steps}`;
  return `epoch ${(steps / stepsPerEpoch).toLocaleString('en', { maximumFractionDigits: 1 })}`;
}
