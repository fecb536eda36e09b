import { grid, groupSize } from './grid.ts';
import { math } from './math.ts';
import { batchRows, state } from './state.ts';
import { shader, wgsl } from './wgsl.ts';

/** The kernels that the maximum mean discrepancy can use. */
export type MmdKernel = 'imq' | 'rbf';

/** The scales of the inverse multiquadratic kernels whose sum is used (the code of Tolstikhin et al. 2018). */
export const imqScales = [0.1, 0.2, 0.5, 1, 2, 5, 10] as const;

/**
 * k and its derivative with respect to the squared distance q, with C = `width`:
 *
 * imq  k = Σ_s sC / (sC + q),  k' = −Σ_s sC / (sC + q)²        rbf  k = e^{−q / C},  k' = −k / C
 */
const kernelOf = (kernel: MmdKernel): string =>
  kernel === 'imq'
    ? wgsl`
fn k_and_slope(q: f32) -> vec2f {
  var sum = vec2f();
${imqScales.map((scale) => `  { let c = ${scale.toFixed(1)} * width; let k = c / (c + q); sum += vec2f(k, -k / (c + q)); }`).join('\n')}
  return sum;
}
`
    : wgsl`
${math}
fn k_and_slope(q: f32) -> vec2f {
  let k = accurate_exp(-q / width);
  return vec2f(k, -k / width);
}
`;

/**
 * pairs[i,j] = [i ≠ j] (k(z_i, z_j) + k(p_i, p_j)) / (n − 1) − 2 k(z_i, p_j) / n      for the n > 1 real rows, else 0
 *
 * With `gradient` it also writes the factors of z_i − z_j and z_i − p_j in the gradient of the mean over i, times `coefficient`:
 * near[i,j] = [i ≠ j] 4 k'(z_i, z_j) / (n (n − 1)) and far[i,j] = −4 k'(z_i, p_j) / n². With n = 1 there is no estimate of the terms [i ≠ j], so all is 0.
 */
export const mmdPairs = (kernel: MmdKernel, gradient: boolean) =>
  shader<'z' | 'p' | 'state' | 'pairs', 'near' | 'far'>(
    `mmd ${kernel}${gradient ? ' with gradient' : ''}`,
    wgsl`
@group(0) @binding(0) var<storage, read> z: array<f32>;
@group(0) @binding(1) var<storage, read> p: array<f32>;
@group(0) @binding(2) var<storage, read> state: State;
@group(0) @binding(3) var<storage, read_write> pairs: array<f32>;
#if ${gradient}
@group(0) @binding(4) var<storage, read_write> near: array<f32>;
@group(0) @binding(5) var<storage, read_write> far: array<f32>;
override coefficient: f32;
#endif
override rows: u32;
override columns: u32;
override width: f32;
${grid}
${state()}
${batchRows}
${kernelOf(kernel)}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  if (t >= rows * rows) { return; }
  let i = t / rows;
  let j = t % rows;
  let n = batch_rows();
  // Squared distances of z_i and z_j, of p_i and p_j, and of z_i and p_j.
  var q = vec3f();
  for (var c = 0u; c < columns; c++) {
    let zi = z[i * columns + c];
    let pj = p[j * columns + c];
    let off = vec3f(zi - z[j * columns + c], p[i * columns + c] - pj, zi - pj);
    q += off * off;
  }
  let zz = k_and_slope(q.x);
  let pp = k_and_slope(q.y);
  let zp = k_and_slope(q.z);
  let real = i < n && j < n;
  let others = select(0.0, 1.0 / max(1.0, f32(n) - 1.0), real && i != j);
  let all = select(0.0, 1.0 / f32(n), real && n > 1u);
  pairs[t] = others * (zz.x + pp.x) - 2.0 * all * zp.x;
#if ${gradient}
  let share = 4.0 * coefficient / f32(n);
  near[t] = share * others * zz.y;
  far[t] = -share * all * zp.y;
#endif
}
`,
  );

/** dz_i = Σ_j near[i,j] (z_i − z_j) + far[i,j] (z_i − p_j) */
export const mmdBackward = () =>
  shader<'z' | 'p' | 'near' | 'far' | 'dz'>(
    'mmd backward',
    wgsl`
@group(0) @binding(0) var<storage, read> z: array<f32>;
@group(0) @binding(1) var<storage, read> p: array<f32>;
@group(0) @binding(2) var<storage, read> near: array<f32>;
@group(0) @binding(3) var<storage, read> far: array<f32>;
@group(0) @binding(4) var<storage, read_write> dz: array<f32>;
override add_dz = false;
override rows: u32;
override columns: u32;
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  if (t >= rows * columns) { return; }
  let i = t / columns;
  let c = t % columns;
  let own = z[t];
  var d = 0.0;
  for (var j = 0u; j < rows; j++) {
    let at = j * columns + c;
    d += near[i * rows + j] * (own - z[at]) + far[i * rows + j] * (own - p[at]);
  }
  if (add_dz) { d += dz[t]; }
  dz[t] = d;
}
`,
  );
