/** jax-js without a GPU: WebAssembly, on all cores where the page may share memory. What a page falls back to that finds no WebGPU. */
import type { Peer } from '../peer.ts';
import { modelOn, open, version } from './jax.ts';

export const peer: Peer = {
  name: 'jax-js Wasm',
  version,
  open: () => open('wasm'),
  model: modelOn('wasm'),
};
