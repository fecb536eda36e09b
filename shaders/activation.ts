import { grid, groupSize, within } from './grid.ts';
import { math } from './math.ts';
import { shader, wgsl } from './wgsl.ts';

/** WGSL of y = f(z), f′ and f″. The derivatives read y or z, whichever the backward pass keeps. */
interface Formula {
  readonly value: string;
  readonly slope: string;
  readonly curvature: string;
  readonly saved: 'y' | 'z';
}

/** Returns z where z > 0, and slope · z elsewhere. */
const leakyRelu = (slope: string): Formula => ({
  value: `select(${slope} * z, z, z > 0.0)`,
  slope: `select(${slope}, 1.0, y > 0.0)`,
  curvature: '0.0',
  saved: 'y',
});

/** Returns z where z > 0, and α (e^z − 1) elsewhere, where the derivative is y + α. */
const elu = (alpha: string): Formula => ({
  value: `select(${alpha} * expm1(min(z, 0.0)), z, z > 0.0)`,
  slope: `select(y + ${alpha}, 1.0, y > 0.0)`,
  curvature: `select(y + ${alpha}, 0.0, y > 0.0)`,
  saved: 'y',
});

const formulas = {
  linear: { value: 'z', slope: '1.0', curvature: '0.0', saved: 'y' },
  relu: { value: 'max(z, 0.0)', slope: 'select(0.0, 1.0, y > 0.0)', curvature: '0.0', saved: 'y' },
  leakyRelu: leakyRelu('0.01'),
  elu: elu('1.0'),
  sigmoid: { value: 'sigmoid(z)', slope: 'y * (1.0 - y)', curvature: 'y * (1.0 - y) * (1.0 - 2.0 * y)', saved: 'y' },
  tanh: { value: 'accurate_tanh(z)', slope: '1.0 - y * y', curvature: '-2.0 * y * (1.0 - y * y)', saved: 'y' },
  softplus: { value: 'softplus(z)', slope: '-expm1(-y)', curvature: '-expm1(-y) * accurate_exp(-y)', saved: 'y' },
  gelu: {
    value: 'z * normal_cdf(z)',
    slope: 'normal_cdf(z) + z * normal_density(z)',
    curvature: '(2.0 - min(z * z, 400.0)) * normal_density(z)',
    saved: 'z',
  },
  silu: {
    value: 'z * sigmoid(z)',
    slope: 'sigmoid(z) * (1.0 + z * sigmoid(-z))',
    curvature: 'sigmoid(z) * sigmoid(-z) * (2.0 + z * (sigmoid(-z) - sigmoid(z)))',
    saved: 'z',
  },
} satisfies Record<string, Formula>;

/**
 * The names of activations. `gelu` is x Φ(x), not its tanh approximation (Hendrycks & Gimpel 2016); `elu` has α = 1 (Clevert et al. 2016);
 * `leakyRelu` has slope 0.01 below zero, PyTorch's default; `silu` is x σ(x) (Elfwing et al. 2018).
 */
export type ActivationName = keyof typeof formulas;
/** The names of all activations. */
export const activationNames = Object.keys(formulas) as ActivationName[];

/** The activations with a parameter ≥ 0: its name, its default, and the formula. */
export const parameters = {
  leakyRelu: ['slope', 0.01, leakyRelu],
  elu: ['alpha', 1, elu],
} as const;

/** An activation as shaders and labels name it, with its parameter in brackets unless that is the default. */
export type Activation = ActivationName | `${keyof typeof parameters}(${number})`;

function formulaOf(activation: Activation): Formula {
  const [name, parameter] = activation.split('(') as [keyof typeof parameters, string?];
  // The parameter still ends in its closing bracket.
  return parameter ? parameters[name][2](`f32(${parameter}`) : formulas[name];
}

/** Says whether f′ is computed from y or z. A matmul can include the activation only for `y`, as it stores no z. */
export const savedForSlope = (name: Activation): 'y' | 'z' => formulaOf(name).saved;

/** Chunk: `activate(z)` and `slope(s)`, each for four values. It includes the chunk `math` if a formula needs it or `withMath` is true. */
export const activation = (name: Activation, withMath = false): string => {
  const { value, slope, saved } = formulaOf(name);
  const words = (value + slope).split(/\b/);
  const needsMath = withMath || words.some((word) => math.includes(`fn ${word}(`));
  return wgsl`
#if ${needsMath}
${math}
#endif
fn activate_one(z: f32) -> f32 {
  return ${value};
}
fn slope_one(${saved}: f32) -> f32 {
  return ${slope};
}
fn activate(z: vec4f) -> vec4f {
  return vec4f(activate_one(z.x), activate_one(z.y), activate_one(z.z), activate_one(z.w));
}
fn slope(s: vec4f) -> vec4f {
  return vec4f(slope_one(s.x), slope_one(s.y), slope_one(s.z), slope_one(s.w));
}
`;
};

/** s = f′, from the saved y or z. The contractive penalty is computed from these slopes. */
export const slopeForward = (name: Activation) =>
  shader<'saved' | 's'>(
    `${name} slope`,
    wgsl`
@group(0) @binding(0) var<storage, read> saved: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> s: array<vec4f>;
@group(0) @binding(2) var<uniform> sizes: Sizes;
struct Sizes { quads: u32 }
${grid}
${activation(name)}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation(id, groups);
  if (i >= sizes.quads) { return; }
  s[i] = slope(saved[i]);
}
`,
  );

/** dz = ds f″, from the saved y or z */
export const slopeBackward = (name: Activation) => {
  const { curvature, saved } = formulaOf(name);
  return shader<'ds' | 'saved' | 'dz'>(
    `${name} slope backward`,
    wgsl`
@group(0) @binding(0) var<storage, read> ds: array<vec4f>;
@group(0) @binding(1) var<storage, read> saved: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dz: array<vec4f>;
@group(0) @binding(3) var<uniform> sizes: Sizes;
struct Sizes { size: u32 }
override add_dz = false;
${grid}
${within}
${math}
fn curvature_one(${saved}: f32) -> f32 {
  return ${curvature};
}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation(id, groups);
  if (4u * i >= sizes.size) { return; }
  let v = saved[i];
  var d = ds[i] * vec4f(curvature_one(v.x), curvature_one(v.y), curvature_one(v.z), curvature_one(v.w));
  if (add_dz) { d += dz[i]; }
  dz[i] = within(d, i, sizes.size);
}
`,
  );
};

/** y = f(z) */
export const activationForward = (name: Activation) =>
  shader<'z' | 'y'>(
    `${name} forward`,
    wgsl`
@group(0) @binding(0) var<storage, read> z: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(2) var<uniform> sizes: Sizes;
struct Sizes { quads: u32 }
${grid}
${activation(name)}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation(id, groups);
  if (i >= sizes.quads) { return; }
  y[i] = activate(z[i]);
}
`,
  );

/** dz = dy f′, with f′ from the saved y or z */
export const activationBackward = (name: Activation) =>
  shader<'dy' | 'saved' | 'dz'>(
    `${name} backward`,
    wgsl`
@group(0) @binding(0) var<storage, read> dy: array<vec4f>;
@group(0) @binding(1) var<storage, read> saved: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dz: array<vec4f>;
@group(0) @binding(3) var<uniform> sizes: Sizes;
struct Sizes { size: u32 }
override add_dz = false;
${grid}
${within}
${activation(name)}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation(id, groups);
  if (4u * i >= sizes.size) { return; }
  var v = dy[i] * slope(saved[i]);
  if (add_dz) { v += dz[i]; }
  dz[i] = within(v, i, sizes.size);
}
`,
  );
