import { addUp, grid, groupSize, inTurn } from './grid.ts';
import { math } from './math.ts';
import { philox } from './philox.ts';
import { draws } from './random.ts';
import { batchRows, state } from './state.ts';
import { shader, unroll, wgsl } from './wgsl.ts';

/** Vectors that a workgroup of `quantize` processes: eight groups of four, with eight invocations for each group. */
export const quantizedTogether = 32;

/** Vectors that a workgroup of `tally` checks at once. */
export const talliedTogether = 256;

/** Chunk: `real_vectors()`, the number of vectors in real rows of the batch. Needs `vectors` among the sizes. */
const realVectors = () => wgsl`
${state()}
${batchRows}
fn real_vectors() -> u32 {
  return batch_rows() * (sizes.vectors / state.batch);
}
`;

/**
 * at[n] = argmin_k ‖z_n − e_k‖², the lowest k of equals;  y_n = e_at[n];  sums[n] = ‖z_n − y_n‖² · factor, and 0 in padding rows
 * (van den Oord et al. 2017)
 *
 * The distance is a sum of squared differences: ‖z‖² + ‖e‖² − 2 z·e would leave only rounding errors for close entries. An invocation compares four
 * vectors with every eighth group of four entries. A vector that is not finite keeps its values, so that it is detected.
 *
 * With `wide`, vectors are whole vec4s. With `twice`, the sums are also written to `drift`.
 */
export const quantizeShader = (wide: boolean, twice: boolean) =>
  shader<'z' | 'codebook' | 'state' | 'y' | 'at' | 'sums', 'drift'>(
    `quantize${wide ? ' wide' : ''}`,
    wgsl`
alias Part = ${wide ? 'vec4f' : 'f32'};
@group(0) @binding(0) var<storage, read> z: array<Part>;
@group(0) @binding(1) var<storage, read> codebook: array<Part>;
@group(0) @binding(2) var<storage, read> state: State;
@group(0) @binding(3) var<storage, read_write> y: array<Part>;
@group(0) @binding(4) var<storage, read_write> at: array<f32>;
@group(0) @binding(5) var<storage, read_write> sums: array<f32>;
@group(0) @binding(6) var<uniform> sizes: Sizes;
#if ${twice}
@group(0) @binding(7) var<storage, read_write> drift: array<f32>;
#endif
/** A vector has \`parts\` vec4s, or numbers. */
struct Sizes { vectors: u32, entries: u32, parts: u32, factor: f32 }
${realVectors()}
${grid}
var<workgroup> distances: array<vec4f, ${groupSize}>;
var<workgroup> nearest: array<vec4u, ${groupSize}>;
var<workgroup> chosen: array<u32, ${quantizedTogether}>;

fn square(v: Part) -> f32 {
  return ${wide ? 'dot(v, v)' : 'v * v'};
}

@compute @workgroup_size(${groupSize})
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let begin = (group.y * groups.x + group.x) * ${quantizedTogether}u;
  let vectors = sizes.vectors;
  let entries = sizes.entries;
  let parts = sizes.parts;
  if (begin >= vectors) { return; }
  let strip = local % 8u;
  // Rows past the last one read the last one again; their results are not stored.
  let n = min(begin + 4u * (local / 8u) + vec4u(0u, 1u, 2u, 3u), vec4u(vectors - 1u)) * parts;
  var least = vec4f(3.4028234e38);
  var best = vec4u();
  for (var entry = 4u * strip; entry < entries; entry += 32u) {
    let e = min(entry + vec4u(0u, 1u, 2u, 3u), vec4u(entries - 1u)) * parts;
    ${unroll(4, (i) => `var d${i} = vec4f();`)}
    for (var p = 0u; p < parts; p++) {
      ${unroll(4, (i) => `let z${i} = z[n[${i}] + p];`)}
      ${unroll(4, (i) => `let e${i} = codebook[e[${i}] + p];`)}
      ${unroll(4, (i) => `d${i} += vec4f(square(z0 - e${i}), square(z1 - e${i}), square(z2 - e${i}), square(z3 - e${i}));`)}
    }
    ${unroll(
      4,
      (i) => `
    best = select(best, vec4u(entry + ${i}u), d${i} < least);
    least = min(d${i}, least);`,
    )}
  }
  distances[local] = least;
  nearest[local] = best;
  workgroupBarrier();
  if (local < ${quantizedTogether}u && begin + local < vectors) {
    let first = local / 4u * 8u;
    var one = distances[first][local % 4u];
    var k = nearest[first][local % 4u];
    for (var s = 1u; s < 8u; s++) {
      let other = distances[first + s][local % 4u];
      let there = nearest[first + s][local % 4u];
      if (other < one || (other == one && there < k)) {
        one = other;
        k = there;
      }
    }
    let sum = select(0.0, one * sizes.factor, begin + local < real_vectors());
    chosen[local] = k;
    at[begin + local] = f32(k);
    sums[begin + local] = sum;
#if ${twice}
    drift[begin + local] = sum;
#endif
  }
  workgroupBarrier();
  for (var i = local; i < min(${quantizedTogether}u, vectors - begin) * parts; i += ${groupSize}u) {
    let here = begin * parts + i;
    let vector = i / parts;
    let exponents = bitcast<${wide ? 'vec4u' : 'u32'}>(z[here]) & ${wide ? 'vec4u(0x7f800000u)' : '0x7f800000u'};
    y[here] = select(codebook[chosen[vector] * parts + i - vector * parts], z[here], exponents == ${wide ? 'vec4u(0x7f800000u)' : '0x7f800000u'});
  }
}
`,
  );

/** dz = dy + 2 (z − y) · pull / batch_rows in real rows, and dy in padding rows: the straight-through estimator and the commitment loss */
export const quantizeBackward = () =>
  shader<'z' | 'y' | 'dy' | 'state' | 'dz'>(
    'quantize backward',
    wgsl`
@group(0) @binding(0) var<storage, read> z: array<f32>;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read> state: State;
@group(0) @binding(4) var<storage, read_write> dz: array<f32>;
@group(0) @binding(5) var<uniform> sizes: Sizes;
struct Sizes { vectors: u32, entries: u32, size: u32, pull: f32 }
override add_dz = false;
${realVectors()}
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation(id, groups);
  if (i >= sizes.size) { return; }
  let real = i / (sizes.size / sizes.vectors) < real_vectors();
  var v = dy[i] + select(0.0, 2.0 * sizes.pull / f32(batch_rows()) * (z[i] - y[i]), real);
  if (add_dz) { v += dz[i]; }
  dz[i] = v;
}
`,
  );

/**
 * For each stretch of the real vectors: counts[stretch,k] = the number of vectors whose nearest entry is k, and totals[stretch,k] = Σ z over them
 *
 * A workgroup processes one entry in one stretch: it lists the vectors nearest to the entry, in their order, and adds them up.
 */
export const tallyShader = (totals: boolean) =>
  shader<'at' | 'state' | 'counts', 'z' | 'totals'>(
    `tally${totals ? ' with totals' : ''}`,
    wgsl`
@group(0) @binding(0) var<storage, read> at: array<f32>;
@group(0) @binding(1) var<storage, read> state: State;
@group(0) @binding(2) var<storage, read_write> counts: array<f32>;
@group(0) @binding(3) var<uniform> sizes: Sizes;
#if ${totals}
@group(0) @binding(4) var<storage, read> z: array<f32>;
@group(0) @binding(5) var<storage, read_write> totals: array<f32>;
#endif
struct Sizes { vectors: u32, entries: u32, stretch: u32, stretches: u32${totals ? ', columns: u32' : ''} }
${realVectors()}
var<workgroup> found: array<atomic<u32>, ${talliedTogether / 32}>;
#if ${totals}
var<workgroup> list: array<u32, ${talliedTogether}>;
#endif

/** The number of vectors found before a place. */
fn found_before(place: u32) -> u32 {
  var before = 0u;
  for (var word = 0u; word < place / 32u; word++) { before += countOneBits(atomicLoad(&found[word])); }
  return before + countOneBits(atomicLoad(&found[place / 32u]) & ((1u << (place % 32u)) - 1u));
}

@compute @workgroup_size(${groupSize})
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = group.y * groups.x + group.x;
  let entries = sizes.entries;
  if (t >= entries * sizes.stretches) { return; }
  let part = t / entries;
  let entry = t - part * entries;
  let first = part * sizes.stretch;
  let end = min(first + sizes.stretch, sizes.vectors);
  let real = min(end, real_vectors());
  var count = 0u;
#if ${totals}
  let columns = sizes.columns;
  for (var c = local; c < columns; c += ${groupSize}u) { totals[t * columns + c] = 0.0; }
#endif
  for (var begin = first; begin < end; begin += ${talliedTogether}u) {
    workgroupBarrier();
    if (local < ${talliedTogether / 32}u) { atomicStore(&found[local], 0u); }
    workgroupBarrier();
    for (var place = local; place < ${talliedTogether}u; place += ${groupSize}u) {
      if (begin + place < real && at[begin + place] == f32(entry)) { atomicOr(&found[place / 32u], 1u << (place % 32u)); }
    }
    workgroupBarrier();
    let here = found_before(${talliedTogether - 1}u) + (atomicLoad(&found[${talliedTogether / 32 - 1}]) >> 31u);
    count += here;
#if ${totals}
    for (var place = local; place < ${talliedTogether}u; place += ${groupSize}u) {
      if (((atomicLoad(&found[place / 32u]) >> (place % 32u)) & 1u) == 1u) { list[found_before(place)] = begin + place; }
    }
    workgroupBarrier();
    for (var c = local; c < columns; c += ${groupSize}u) {
      var sum = totals[t * columns + c];
      ${inTurn('0u', 'here', '1u', (at) => `z[list[${at}] * columns + c]`)}
      totals[t * columns + c] = sum;
    }
#endif
  }
  if (local == 0u) { counts[t] = f32(count); }
}
`,
  );

/** An entry is dead if its size is below this fraction of an even share of the batch's vectors. */
const dead = '0.01';

/** The size of a restarted entry, as a fraction of an even share. */
const anew = '0.1';

/**
 * Moves each entry towards the mean of its nearest vectors (van den Oord et al. 2017, appendix A.1), with n their number and s their sum:
 *
 * size = decay size + (1 − decay) n,  sum = decay sum + (1 − decay) s,  entry = sum / size
 *
 * An entry whose size falls below a hundredth of an even share restarts at a vector of the batch. In the first step most entries do, except those
 * nearest to many vectors. Nothing changes if a step has gone bad. With `keeps`, the previous entries, sizes and sums are written to `kept`, in this
 * order. A workgroup processes one entry.
 */
export const moveEntries = (keeps: boolean) =>
  shader<'z' | 'state' | 'counts' | 'totals' | 'codebook' | 'cluster_size' | 'cluster_sum', 'kept'>(
    'move entries',
    wgsl`
@group(0) @binding(0) var<storage, read> z: array<f32>;
@group(0) @binding(1) var<storage, read> state: State;
@group(0) @binding(2) var<storage, read> counts: array<f32>;
@group(0) @binding(3) var<storage, read> totals: array<f32>;
@group(0) @binding(4) var<storage, read_write> codebook: array<f32>;
@group(0) @binding(5) var<storage, read_write> cluster_size: array<f32>;
@group(0) @binding(6) var<storage, read_write> cluster_sum: array<f32>;
@group(0) @binding(7) var<uniform> sizes: Sizes;
#if ${keeps}
@group(0) @binding(8) var<storage, read_write> kept: array<f32>;
#endif
struct Sizes { vectors: u32, columns: u32, stretches: u32, decay: f32, which: u32 }
/** A constant, because compilers round the division by a constant differently from other divisions. */
override entries: u32;
override stream: u32;
${realVectors()}
${philox}
@compute @workgroup_size(${groupSize})
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let k = group.y * groups.x + group.x;
  let columns = sizes.columns;
  let stretches = sizes.stretches;
  let decay = sizes.decay;
  if (k >= entries || state.bad != 0xffffffffu) { return; }
  let real = real_vectors();
  let share = f32(real) / f32(entries);
  var count = 0.0;
  for (var part = 0u; part < stretches; part++) { count += counts[part * entries + k]; }
  let before = cluster_size[k];
  let moved = decay * before + (1.0 - decay) * count;
  let revived = moved < ${dead} * share;
  let size = select(moved, ${anew} * share, revived);
  // Evenly spaced through the batch, from a random vector on, so that no two entries take the same one.
  let offset = philox(vec4u(0u, 0u, state.step, sizes.which), vec2u(state.seed, stream)).x % real;
  let taken = (offset + k * max(1u, real / entries)) % real;
  storageBarrier();
  if (local == 0u) {
#if ${keeps}
    kept[entries * columns + k] = before;
#endif
    cluster_size[k] = size;
  }
  for (var c = local; c < columns; c += ${groupSize}u) {
    let i = k * columns + c;
    var total = 0.0;
    for (var part = 0u; part < stretches; part++) { total += totals[part * entries * columns + i]; }
    let sum = select(decay * cluster_sum[i] + (1.0 - decay) * total, size * z[taken * columns + c], revived);
#if ${keeps}
    kept[i] = codebook[i];
    kept[entries * (columns + 1u) + i] = cluster_sum[i];
#endif
    cluster_sum[i] = sum;
    codebook[i] = sum / size;
  }
}
`,
  );

/** dcodebook = 2 (n e − Σ z) · pull / batch_rows, with n the number of vectors whose nearest entry is e */
export const codebookBackward = () =>
  shader<'codebook' | 'state' | 'counts' | 'totals' | 'dcodebook'>(
    'codebook backward',
    wgsl`
@group(0) @binding(0) var<storage, read> codebook: array<f32>;
@group(0) @binding(1) var<storage, read> state: State;
@group(0) @binding(2) var<storage, read> counts: array<f32>;
@group(0) @binding(3) var<storage, read> totals: array<f32>;
@group(0) @binding(4) var<storage, read_write> dcodebook: array<f32>;
@group(0) @binding(5) var<uniform> sizes: Sizes;
struct Sizes { vectors: u32, entries: u32, columns: u32, stretches: u32, pull: f32 }
override add_dcodebook = false;
${realVectors()}
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation(id, groups);
  let entries = sizes.entries;
  let columns = sizes.columns;
  let stretches = sizes.stretches;
  if (i >= entries * columns) { return; }
  let entry = i / columns;
  var count = 0.0;
  var total = 0.0;
  for (var part = 0u; part < stretches; part++) {
    count += counts[part * entries + entry];
    total += totals[part * entries * columns + i];
  }
  var v = 2.0 * sizes.pull / f32(batch_rows()) * (count * codebook[i] - total);
  if (add_dcodebook) { v += dcodebook[i]; }
  dcodebook[i] = v;
}
`,
  );

/** sum = batch_rows · e^H,  H = −Σ_k p_k ln p_k, where p_k is the fraction of the real vectors whose nearest entry is k */
export const perplexityShader = () =>
  shader<'counts' | 'state' | 'sum'>(
    'perplexity',
    wgsl`
@group(0) @binding(0) var<storage, read> counts: array<f32>;
@group(0) @binding(1) var<storage, read> state: State;
@group(0) @binding(2) var<storage, read_write> sum: array<f32>;
@group(0) @binding(3) var<uniform> sizes: Sizes;
struct Sizes { vectors: u32, entries: u32, stretches: u32 }
${realVectors()}
${addUp}
${math}
${draws}
@compute @workgroup_size(${groupSize})
fn main(@builtin(local_invocation_index) local: u32) {
  let entries = sizes.entries;
  let stretches = sizes.stretches;
  let real = f32(real_vectors());
  var entropy = 0.0;
  for (var k = local; k < entries; k += ${groupSize}u) {
    var count = 0.0;
    for (var part = 0u; part < stretches; part++) { count += counts[part * entries + k]; }
    let p = count / real;
    if (count > 0.0) { entropy -= p * log_of_unit(p); }
  }
  let all = add_up(entropy, local);
  if (local == 0u) { sum[0] = accurate_exp(all) * f32(batch_rows()); }
}
`,
  );
