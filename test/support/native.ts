import { create, globals } from 'webgpu';

// Deno has WebGPU. Dawn's instance must outlive all that was made of it, so there is one for all files.
const kept = globalThis as { dawn?: GPU };
if (!('Deno' in globalThis) && !kept.dawn) {
  kept.dawn = create([]);
  Object.assign(globalThis, globals);
  Object.defineProperty(globalThis, 'navigator', { value: { gpu: kept.dawn }, configurable: true });
}
