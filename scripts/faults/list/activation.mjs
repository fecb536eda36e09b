/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/activation',
  ['sign', "curvature: '-2.0 * y * (1.0 - y * y)'", "curvature: '2.0 * y * (1.0 - y * y)'"],
  ['sign', "slope: '-expm1(-y)'", "slope: '-expm1(y)'"],
  [
    'comparison',
    "relu: { value: 'max(z, 0.0)', slope: 'select(0.0, 1.0, y > 0.0)'",
    "relu: { value: 'max(z, 0.0)', slope: 'select(0.0, 1.0, y >= 0.0)'",
  ],
  ['condition', 'select(${slope}, 1.0, y > 0.0)', 'select(${slope}, 1.0, true)'],
  ['factor', '${alpha} * expm1', 'expm1'],
  ['max for min', 'expm1(min(z, 0.0))', 'expm1(max(z, 0.0))'],
  ['clamp', '(2.0 - min(z * z, 400.0))', '(2.0 - z * z)'],
  ['factor', 'y * (1.0 - y) * (1.0 - 2.0 * y)', 'y * (1.0 - y) * (1.0 - y)'],
  ['off by one', 'if (i >= sizes.quads) { return; }\n  s[i]', 'if (i + 1u >= sizes.quads) { return; }\n  s[i]'],
  ['bound', 'dz[i] = within(v, i, sizes.size);', 'dz[i] = v;', { test: 'kernels/elementwise' }],
  ['gradient assigned', 'if (add_dz) { v += dz[i]; }', ''],
  ['gradient assigned', 'if (add_dz) { d += dz[i]; }', ''],
];
