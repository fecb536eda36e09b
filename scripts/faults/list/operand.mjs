/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/matmul',
  ['comparison', '(each < vec4u(columns))', '(each <= vec4u(columns))'],
  ['bound', 'vec4<bool>(i < rows)', 'vec4<bool>(true)'],
  ['stride', '(i * columns + j) / 4u', '(i * rows + j) / 4u'],
  ['index', "inTurn('begin', ", "inTurn('0u', ", { test: 'kernels/conv2d', only: 'has the right gradients' }],
  ['bound', 'if (column >= m) { return; }', ''],
  ['gradient assigned', 'if (sizes.add_sums != 0u) { one += sums[place]; }', ''],
];
