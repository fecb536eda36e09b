/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/conv2d',
  ['bound', 'if (oy < sizes.out_height && ox < sizes.out_width)', 'if (oy < sizes.out_height)'],
  [
    'bound',
    'let known = inside & (column < sizes.out_width);',
    'let known = inside;',
    { only: 'has the right gradients' },
  ],
  [
    'off by one',
    'let top = y0 + sizes.pad_top - ${height - 1}u;',
    'let top = y0 + sizes.pad_top - ${height}u;',
    { only: 'has the right gradients' },
  ],
  ['index', 'w${ky * width + kx});`', 'w${kx * height + ky});`'],
  [
    'tail of a loop',
    'b < min(sizes.batch, (part + 1u) * share); b++',
    'b + 1u < min(sizes.batch, (part + 1u) * share); b++',
    { only: 'has the right gradients' },
  ],
  ['gradient assigned', 'if (add) { v += y[at]; }', '', { only: 'a single filter' }],
  ['stride', 'iy < sizes.height; iy += ${split}u', 'iy < sizes.height; iy += 1u', { only: 'fit float64, and add' }],
  ['off by one', 'p < ${split}u; p++', 'p < ${split - 1}u; p++', { only: 'fit float64, and add' }],
  ['order', '  workgroupBarrier();\n  for (var i', '  for (var i', { only: 'fit float64, and add' }],
  ['index', '(t - local) / ${split}u + i / ${count}u', 't / ${split}u', { only: 'fit float64, and add' }],
  [
    'bound',
    'b < min(sizes.batch, (part + 1u) * share); b++',
    'b < (part + 1u) * share; b++',
    { only: 'a single filter' },
  ],
];
