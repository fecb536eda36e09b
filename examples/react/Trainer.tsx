import { useState } from 'react';
import { useTraining } from './useTraining';

/** Points on a curve in 16 dimensions: one number is enough to describe each of them. */
function curve(rows: number): Float32Array {
  return Float32Array.from(
    { length: rows * 16 },
    (_, i) => 0.5 + 0.4 * Math.sin(Math.floor(i / 16) * 7 + (i % 16) / 3),
  );
}

export function Trainer() {
  const [data] = useState(() => curve(1000));
  const { state, losses, error, start, stop } = useTraining(data, 16);
  const last = losses.at(-1);
  return (
    <main>
      <button onClick={start} disabled={state !== 'ready'}>
        Train
      </button>
      <button onClick={stop} disabled={state !== 'training'}>
        Stop
      </button>
      <p id="state" role="status">
        {error ??
          `${state}${last === undefined ? '' : `, epoch ${losses.length}: loss ${last.toFixed(5)}, at first ${losses[0].toFixed(5)}`}`}
      </p>
    </main>
  );
}
