/// <reference types="vite/client" />
import { Gpu } from '../../src/runtime/device.ts';
import { openGpu } from '../../src/runtime/open.ts';

let opened: Promise<Gpu> | undefined;

/** The one device that all test files share; opening one costs more than most tests. Nothing is measured on it, so that every run is the same. */
export const sharedGpu = (): Promise<Gpu> => (opened ??= openGpu({ tuning: 'fixed' }).then(forced));

/** `npm run test:tilings` runs all tests with every dispatch done in its n-th way, or its last where it has fewer. */
const forcedWay = Number(import.meta.env.VITE_FORCED_WAY ?? 0);

function forced(gpu: Gpu): Gpu {
  gpu.tuner.first = async ({ ways }) => ways[Math.min(forcedWay, ways.length - 1)];
  return gpu;
}

/** Another Gpu on the shared device. What the shared one has compiled serves it as well, since compiling is most of what tests take. */
export async function anotherGpu(changes: { device?: GPUDevice; info?: Gpu['info'] } = {}): Promise<Gpu> {
  const shared = await sharedGpu();
  const made = new Gpu(changes.device ?? shared.device, changes.info ?? shared.info, false, 'fixed');
  Object.defineProperty(made, 'pipelines', { get: () => shared.pipelines });
  return forced(made);
}

/** The same device, said to be a discrete GPU: small products then get small tiles, which compile in half the time. `takenFor` gives it both ways. */
export const smallTiles = (): Promise<Gpu> =>
  anotherGpu({ info: { vendor: 'test', architecture: 'test', description: '', isFallback: false } });

/** The same device, said to have no optional features. */
export async function withoutFeatures(): Promise<Gpu> {
  const { device } = await sharedGpu();
  const bare = new Proxy(device, {
    get: (target, key) => {
      const value: unknown = key === 'features' ? new Set() : Reflect.get(target, key, target);
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
    },
  });
  return anotherGpu({ device: bare });
}

/** The same device, said to allow so many bytes in one buffer. */
export async function withSmallBuffers(bytes: number): Promise<Gpu> {
  const { device } = await sharedGpu();
  const limits = new Proxy(device.limits, {
    get: (target, key): unknown =>
      key === 'maxBufferSize' || key === 'maxStorageBufferBindingSize' ? bytes : Reflect.get(target, key, target),
  });
  const small = new Proxy(device, {
    get: (target, key) => {
      const value: unknown = key === 'limits' ? limits : Reflect.get(target, key, target);
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
    },
  });
  return anotherGpu({ device: small });
}
