import { useEffect, useRef, useState } from 'react';
import { autoencoder, dense, openGpu, type Autoencoder, type Gpu, type Training } from 'latentgpu/worker';

type State = 'opening' | 'ready' | 'training' | 'trained' | 'failed';

/** An autoencoder that lives as long as the component: opened in a worker when it is mounted, closed when it goes. */
export function useTraining(data: Float32Array, features: number) {
  const model = useRef<Autoencoder | undefined>(undefined);
  const training = useRef<Training | undefined>(undefined);
  const [state, setState] = useState<State>('opening');
  const [losses, setLosses] = useState<number[]>([]);
  const [error, setError] = useState<string>();

  const fail = (reason: unknown) => {
    setState('failed');
    setError(String(reason));
  };

  useEffect(() => {
    // React mounts twice in development: what the first mount opens is closed again, whenever it is there.
    let gone = false;
    const opened: Promise<Gpu> = openGpu();
    opened
      .then((gpu) =>
        autoencoder(gpu, {
          input: features,
          encoder: [dense(32, 'tanh'), dense(2)],
          decoder: [dense(32, 'tanh'), dense(features, 'sigmoid')],
          loss: 'mse',
        }),
      )
      .then((made) => {
        if (gone) return;
        model.current = made;
        setState('ready');
      })
      .catch((reason: unknown) => gone || fail(reason));
    return () => {
      gone = true;
      void opened.then((gpu) => gpu.close());
    };
  }, [features]);

  const start = () => {
    setState('training');
    training.current = model.current!.fit(data, {
      epochs: 20,
      onEpochEnd: ({ loss }) => setLosses((before) => [...before, loss]),
    });
    training.current.then(() => setState('trained'), fail);
  };
  const stop = () => training.current?.stop();
  return { state, losses, error, start, stop };
}
