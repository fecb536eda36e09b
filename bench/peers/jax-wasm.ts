/**
 * jax-js without a GPU: WebAssembly, on all cores if the page may share memory. It is the fallback of a page without
 * WebGPU.
 */
import type { Peer } from '../peer.ts';
import { modelOn, open, version } from './jax.ts';

export const peer: Peer = {
  name: 'jax-js Wasm',
  version,
  open: () => open('wasm'),
  model: modelOn('wasm'),
};
