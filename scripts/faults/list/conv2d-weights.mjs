/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/conv2d',
  ['bound', 'b < min(batch, (part + 1u) * share); b++', 'b < (part + 1u) * share; b++', { only: 'a last part' }],
  ['stride', 'left0 + ${c} * stride_x', 'left0 + ${c}', { only: 'has the right gradients' }],
  ['stride', 'i32(oy) * stride_y', 'i32(oy) * stride_x', { only: 'has the right gradients' }],
  ['stride', 'each / run * sizes.dilation_y', 'each / run * sizes.dilation_x', { only: 'with dilation' }],
  [
    'bias',
    'let top = i32(oy) * stride_y - pad_top;',
    'let top = i32(oy) * stride_y;',
    { only: 'has the right gradients' },
  ],
  [
    'bound',
    "load('a', { wide: wideFilters, fill: ragged })",
    "load('a', { wide: wideFilters, fill: false })",
    { only: 'has the right gradients' },
  ],
  ['factor', 'part * share * places,', 'part * share,', { only: 'has the right gradients' }],
  [
    'operand',
    'total, filters, row / part_rows())',
    'total, filters, row % part_rows())',
    { only: 'fit float64, and add' },
  ],
];
