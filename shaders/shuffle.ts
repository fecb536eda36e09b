import { grid, groupSize } from './grid.ts';
import { philox } from './philox.ts';
import { state } from './state.ts';
import { shader, wgsl } from './wgsl.ts';

export interface ShuffleVariant {
  readonly shuffled: boolean;
  /** Uses the examples listed in `subset`; if false, all examples. */
  readonly subset: boolean;
}

/**
 * order[i] = subset[π(i)], with another permutation π for each (seed, epoch)
 *
 * π is an eight-round Feistel network on the smallest even number of bits that holds every index, repeated until the result
 * is an index (Black & Rogaway 2002, "Ciphers with arbitrary finite domains"). Each invocation computes its own entry without sorting or waiting.
 */
export const shuffleShader = ({ shuffled, subset }: ShuffleVariant) =>
  shader<'state' | 'order', 'subset'>(
    'shuffle',
    wgsl`
@group(0) @binding(0) var<storage, read> state: State;
@group(0) @binding(1) var<storage, read_write> order: array<u32>;
@group(0) @binding(2) var<uniform> sizes: Sizes;
struct Sizes { examples: u32, half_bits: u32 }
#if ${subset}
@group(0) @binding(3) var<storage, read> subset: array<u32>;
#endif
override stream: u32;
${grid}
${state()}
${philox}

/** MurmurHash3's finalizer. */
fn mix(word: u32) -> u32 {
  var w = word;
  w = (w ^ (w >> 16u)) * 0x85ebca6bu;
  w = (w ^ (w >> 13u)) * 0xc2b2ae35u;
  return w ^ (w >> 16u);
}

fn feistel(value: u32, keys: vec4u, more_keys: vec4u) -> u32 {
  let half_bits = sizes.half_bits;
  let mask = (1u << half_bits) - 1u;
  var left = value >> half_bits;
  var right = value & mask;
  for (var round = 0u; round < 8u; round++) {
    let key = select(keys[round & 3u], more_keys[round & 3u], round > 3u);
    let next = left ^ (mix(right ^ key) & mask);
    left = right;
    right = next;
  }
  return (left << half_bits) | right;
}

@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation(id, groups);
  if (i >= sizes.examples) { return; }
  var at = i;
#if ${shuffled}
  let keys = philox(vec4u(state.epoch, 0u, 0u, 0u), vec2u(state.seed, stream));
  let more_keys = philox(vec4u(state.epoch, 1u, 0u, 0u), vec2u(state.seed, stream));
  at = feistel(at, keys, more_keys);
  while (at >= sizes.examples) { at = feistel(at, keys, more_keys); }
#endif
#if ${subset}
  at = subset[at];
#endif
  order[i] = at;
}
`,
  );
