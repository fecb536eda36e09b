import { GpuUnavailableError, OptionError } from '../errors.ts';
import type { Open, Opened } from './connection.ts';
import { Gpu } from './device.ts';
import { checkOptions, checkWord, shown } from './options.ts';
import { quadsHold } from './quads.ts';
import { within } from './within.ts';

/** Options of `openGpu`. */
export interface GpuOptions {
  /** An adapter of your own, or a function that requests one. */
  adapter?: GPUAdapter | (() => Promise<GPUAdapter | null>);
  /** A device of your own. `close()` leaves it open and frees only this library's buffers. */
  device?: GPUDevice;
  /**
   * Which GPU of a machine with two to use. Default `'high-performance'`, where a browser would choose the integrated
   * one. Chrome on Windows ignores it (crbug.com/369219127), so it is passed on there only if given; the system's
   * graphics settings decide.
   */
  powerPreference?: GPUPowerPreference;
  /**
   * How kernels are chosen. With `'measured'`, the default, training measures which of several kernels is fastest on
   * this adapter. Compiling and measuring take at most a tenth of each fit's time, and training does not wait for the
   * compiler; fits of less than a second measure nothing. The winners are remembered (in IndexedDB, or in
   * ~/.cache/latentgpu under Node). A kernel replaces the first one only if it is faster by more than the noise and has
   * the same results up to rounding. `'fixed'` uses the same kernels, hence the same bits, in every run on this
   * adapter.
   */
  tuning?: 'measured' | 'fixed';
}

/**
 * The timeout for an adapter and its device: a browser that starts its GPU process on a busy machine needs some
 * seconds.
 */
const openMs = 30_000;

/**
 * Opens the GPU.
 * @param options which adapter or device to use; without options, the browser's default
 * @returns the device that models and data sets are made on
 * @example
 * ```ts
 * import { GpuUnavailableError, openGpu } from 'latentgpu';
 *
 * try {
 *   const gpu = await openGpu({ powerPreference: 'high-performance' });
 *   console.log(gpu.info.vendor, gpu.info.architecture);
 * } catch (error) {
 *   if (!(error instanceof GpuUnavailableError)) throw error;
 *   document.body.append(error.message); // the missing feature, with advice
 * }
 * ```
 * @throws OptionError; GpuUnavailableError without `navigator.gpu`, an adapter, an answer within 30 s, or a limit that
 * the library needs; the message says which and what to do
 */
export async function openGpu(options: GpuOptions = {}): Promise<Gpu> {
  checkOptions('openGpu', options, ['adapter', 'device', 'powerPreference', 'tuning']);
  const { adapter, device, powerPreference, tuning = 'measured' } = options;
  checkWord('openGpu: tuning', tuning, ['measured', 'fixed']);
  if (powerPreference !== undefined)
    checkWord('openGpu: powerPreference', powerPreference, ['low-power', 'high-performance']);
  if (adapter !== undefined && typeof adapter !== 'function') checkAdapter(adapter);
  // Not by class, because outside browsers the classes of WebGPU may not be global.
  if (device !== undefined && typeof device?.createBuffer !== 'function')
    throw new OptionError(`openGpu: device must be a GPUDevice, not ${shown(device)}`);
  if (device) return fromDevice({ device, quads: await quadsHold(device) }, tuning, { owned: false });
  const open = () => openDevice(options);
  const message = `WebGPU did not answer within ${openMs / 1000} s: restart the browser or program`;
  const opened = await within(openMs, open(), (late) => late.device.destroy(), message);
  return fromDevice(opened, tuning, {
    owned: true,
    reopen: typeof options.adapter === 'object' ? undefined : open,
  });
}

async function openDevice(options: GpuOptions): Promise<Opened> {
  const adapter = await findAdapter(options);
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const wanted: GPUFeatureName[] = ['timestamp-query', 'subgroups'];
  try {
    const device = await adapter.requestDevice({
      label: 'latentgpu',
      requiredLimits: { maxBufferSize, maxStorageBufferBindingSize },
      requiredFeatures: wanted.filter((feature) => adapter.features.has(feature)),
    });
    return { device, info: adapter.info, quads: await quadsHold(device) };
  } catch (cause) {
    throw new GpuUnavailableError(
      'the GPU adapter gave no device: an adapter makes only one, so request a new adapter',
      { cause },
    );
  }
}

/** Checks an adapter. @throws OptionError */
function checkAdapter(adapter: Partial<GPUAdapter> | undefined | null): void {
  if (typeof adapter?.requestDevice !== 'function')
    throw new OptionError(
      `openGpu: adapter must be a GPUAdapter or a function that returns one, not ${shown(adapter)}`,
    );
}

async function findAdapter({ adapter, powerPreference }: GpuOptions): Promise<GPUAdapter> {
  if (typeof adapter === 'object') return adapter;
  const { gpu, userAgentData } = (globalThis.navigator ?? {}) as Partial<Browser>;
  // Chrome on Windows ignores the option and warns on the console.
  powerPreference ??= userAgentData?.platform === 'Windows' ? undefined : 'high-performance';
  if (adapter === undefined && !gpu) {
    const insecure = globalThis.isSecureContext === false;
    throw new GpuUnavailableError(
      insecure
        ? 'this page cannot use WebGPU: it needs a secure context (https or localhost)'
        : `WebGPU is not available: ${
            inBrowser()
              ? 'it needs Chrome or Edge 113, Safari 26 or Firefox 141 or newer (Chrome on Linux: --enable-unsafe-webgpu)'
              : 'in Node, the package `webgpu` has an adapter for the option `adapter`; Deno has WebGPU in newer versions'
          }`,
    );
  }
  let cause: unknown;
  const refused = (error: unknown): null => ((cause = error), null); // As Chrome does while its GPU process restarts.
  const found = await (adapter === undefined ? gpu!.requestAdapter({ powerPreference }).catch(refused) : adapter?.());
  if (found) checkAdapter(found);
  else
    throw new GpuUnavailableError(
      `WebGPU found no GPU adapter: ${
        inBrowser()
          ? 'the driver may be blocked (see chrome://gpu or about:support), or graphics acceleration is switched off'
          : 'it needs a driver for Vulkan, Metal or Direct3D 12'
      }`,
      { cause },
    );
  return found;
}

/** Whether this is a browser: Node, Deno and Bun name themselves in `navigator.userAgent`, if they have it. */
const inBrowser = (): boolean => !!(globalThis.navigator as Navigator | undefined)?.userAgent?.startsWith('Mozilla');

/** What Chromium provides beside WebGPU. */
interface Browser extends Navigator {
  userAgentData: { platform: string };
}

/** The names of software adapters, not all of which report that they are a fallback. */
const processors = /swiftshader|llvmpipe|lavapipe|basic render|warp/i;

function fromDevice(
  { device, info: adapterInfo, quads }: Opened,
  tuning: GpuOptions['tuning'],
  { owned, reopen }: { owned: boolean; reopen?: Open },
): Gpu {
  const needed = { maxStorageBuffersPerShaderStage: 8, maxComputeInvocationsPerWorkgroup: 64 };
  for (const [limit, least] of Object.entries(needed)) {
    const has = device.limits[limit as keyof typeof needed];
    if (has >= least) continue;
    if (owned) device.destroy();
    throw new GpuUnavailableError(`the device's ${limit} is ${has}, but must be at least ${least}`);
  }
  const info = adapterInfo ?? device.adapterInfo;
  // Browsers from before 2025 lack some of these.
  const {
    vendor = '',
    architecture = '',
    description = '',
    isFallbackAdapter = false,
  } = (info ?? {}) as Partial<GPUAdapterInfo>;
  const isFallback = isFallbackAdapter || processors.test(`${architecture} ${description}`);
  return new Gpu(device, { vendor, architecture, description, isFallback }, owned, tuning, reopen, quads);
}
