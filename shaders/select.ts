import { wgsl } from './wgsl.ts';

/** Invocations of a workgroup for selection, one for each value of a digit. */
export const selectGroup = 256;

/** Chunk `key_of(bits)`: an integer in the order of the floats. −0 equals 0, and NaN is the largest, so that it is selected and detected. */
export const keyOf = wgsl`
fn key_of(bits: u32) -> u32 {
  let magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) { return 0xffffffffu; }
  if (magnitude == 0u) { return 0x80000000u; }
  return bits ^ select(0x80000000u, 0xffffffffu, bits != magnitude);
}
`;

/** Chunk `key_in(bits, j)`: the key of a value in column j. With `among`, values of excluded columns come last. */
export const keyIn = (among: boolean): string => wgsl`
#if ${among}
fn key_in(bits: u32, j: u32) -> u32 { return select(0u, key_of(bits), among[j] != 0u); }
#else
fn key_in(bits: u32, j: u32) -> u32 { return key_of(bits); }
#endif
`;

/**
 * Chunk `is_kept(key, i, cut)`. A cut holds the least key that is kept and the complement of the last index kept with that key. Among equals, the
 * lowest indices are kept.
 */
export const isKept = wgsl`
fn is_kept(key: u32, i: u32, cut: vec4u) -> bool {
  return key > cut.x || (key == cut.x && ~i >= cut.y);
}
`;

/** Chunk: a workgroup's counts of each value of a digit. Runs of equal digits are counted together, because neighbours are often equal, such as 0. */
export const counting = wgsl`
var<workgroup> bins: array<atomic<u32>, ${selectGroup}>;
var<private> run_bin: u32;
var<private> run_length: u32;
fn count_in(bin: u32) {
  if (bin != run_bin) {
    end_run();
    run_bin = bin;
  }
  run_length++;
}
fn end_run() {
  if (run_length > 0u) { atomicAdd(&bins[run_bin], run_length); }
  run_length = 0u;
}
`;

/**
 * Chunk `choose(count, place, local)`: the digit of the place-th largest number, and its place among the numbers with that digit. Each invocation
 * passes the count of its own digit. All invocations of the workgroup must call it.
 */
export const choosing = wgsl`
var<workgroup> from_here: array<u32, ${selectGroup}>;
var<workgroup> chosen: vec2u;
fn choose(count: u32, place: u32, local: u32) -> vec2u {
  from_here[local] = count;
  workgroupBarrier();
  for (var step = 1u; step < ${selectGroup}u; step *= 2u) {
    let more = select(0u, from_here[min(local + step, ${selectGroup - 1}u)], local + step < ${selectGroup}u);
    workgroupBarrier();
    from_here[local] += more;
    workgroupBarrier();
  }
  let larger = from_here[local] - count;
  if (larger < place && place <= from_here[local]) { chosen = vec2u(local, place - larger); }
  workgroupBarrier();
  return chosen;
}
`;
