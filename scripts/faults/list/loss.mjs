/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/loss',
  ['comparison', 'if (x > ${largestValue})', 'if (x < ${largestValue})'],
  ['factor', 'f32(sizes.columns) / max(', '1.0 / max('],
  ['operand', "unlessBlank('q', 'sizes.factor * l[0]', blankCell)", "unlessBlank('q', 'sizes.factor * l[0]', '0.0')"],
  ['sign', 'max(y, 0.0) - x * y', 'max(y, 0.0) + x * y'],
  ['sign', '2.0 * (x - y))', '2.0 * (y - x))', { test: 'kernels/rowSums' }],
  [
    'condition',
    "'vec3f(abs(y), sign(y), 0.0)'",
    "'vec3f(abs(y), select(-1.0, 1.0, y >= 0.0), 0.0)'",
    { test: 'kernels/rowSums' },
  ],
  [
    'condition',
    'sign(y - x), sign(x - y)',
    'select(-1.0, 1.0, y >= x), sign(x - y)',
    { test: 'kernels/element-losses' },
  ],
  ['clamp', 'clamp(d, -delta, delta)', 'd', { test: 'kernels/element-losses' }],
  ['factor', 'abs(d) - 0.5 * abs(slope)', 'abs(d) - abs(slope)', { test: 'kernels/element-losses' }],
  [
    'bound',
    'select(0.0, ${part}sizes.gradient_factor / f32(batch_rows())${byWeight(weighted)}, real)',
    'sizes.gradient_factor / f32(batch_rows())',
  ],
  ['factor', 'f32(batch_rows())${byWeight(weighted)}', 'f32(batch_rows())', { test: 'kernels/row-weights' }],
  ['bound', 'select(0.0, ${part}sizes.factor * sum${byWeight(weighted)}, real)', 'sizes.factor * sum'],
  ['factor', 'sizes.factor * sum${byWeight(weighted)}', 'sizes.factor * sum', { test: 'kernels/row-weights' }],
  ['factor', 'd *= slope(saved[at]);', ''],
  ['tail of a loop', 'c < width; c += strips', 'c + strips < width; c += strips'],
  ['gradient assigned', 'if (add_dx) { e += dx[at]; }', '', { test: 'kernels/rowSums' }],
];
