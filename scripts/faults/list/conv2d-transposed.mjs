/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/conv2d',
  [
    'bound',
    'r >= in_class() || iy >= sizes.height || ix',
    'r >= in_class() || ix',
    { only: 'has the right gradients' },
  ],
  [
    'bias',
    '(class_ / stride_x + sizes.pad_top) % stride_y',
    '(class_ / stride_x) % stride_y',
    { only: 'has the right gradients' },
  ],
  ['stride', 'kx < kernel_width; kx += ${step_x}', 'kx < kernel_width; kx += 1u', { only: 'has the right gradients' }],
  ['stride', "['step_y', 'step_x']", "['stride_y', 'stride_x']", { only: 'with dilation' }],
  ['condition', '% stride != behind', '% stride != 0u', { only: 'with dilation' }],
  ['stride', 'columns * dilation_x / stride_x', 'columns / stride_x', { only: 'with dilation' }],
  ['stride', '(class_ / stride_x + sizes.pad_top)', '(class_ / stride_y + sizes.pad_top)', { only: 'fits float64' }],
  ['operand', 'i % class_rows()', 'i / class_rows()', { only: 'has the right gradients' }],
  ['sign', 'vec4u(pixel.column - tx)', 'vec4u(pixel.column + tx)', { only: 'has the right gradients' }],
];
