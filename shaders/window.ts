import type { Epilogue, Tiling } from './tiles.ts';
import { wgsl } from './wgsl.ts';

// All three products of a convolution are matrix products with one operand that is never stored. Images are [batch, height, width, channels],
// weights [filters, kernel height, kernel width, channels]: a row of a patch and a row of a kernel are then each contiguous in memory.

export interface ConvVariant extends Epilogue {
  /** Channels, and filters, are whole vec4s. */
  readonly wideChannels: boolean;
  readonly wideFilters: boolean;
  /** Taps of the kernel are several pixels apart. */
  readonly dilated: boolean;
  readonly tiling: Tiling;
}

/** Chunk: the sizes of images, windows and outputs. `step_y` and `step_x` are the distances, in taps, between those that reach the same output. */
export const windowSizes = (dilated = false) => wgsl`
@group(0) @binding(3) var<uniform> sizes: Sizes;
struct Sizes {
  batch: u32,
  height: u32,
  width: u32,
  channels: u32,
  filters: u32,
  out_height: u32,
  out_width: u32,
  kernel_height: u32,
  kernel_width: u32,
  stride_y: u32,
  stride_x: u32,
  pad_top: u32,
  pad_left: u32,
#if ${dilated}
  dilation_y: u32,
  dilation_x: u32,
  step_y: u32,
  step_x: u32,
#endif
  parts: u32,
  slice: u32,
  add_y: u32,
  add_sums: u32
}
`;
