/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/sparse',
  [
    'index',
    'y[(column + ${i & 3}u) * rows + row + ${i >> 2}u]',
    'y[(column + ${i >> 2}u) * rows + row + ${i & 3}u]',
    { only: 'bits' },
  ],
  ['bound', 'min(columns, column + ${blockSide}u)', 'column + ${blockSide}u', { only: 'bits' }],
  ['bias', 'sum += bias[o];', '', { only: 'float64' }],
  ['bound', 'if (o >= outs) { return; }', '', { only: 'bits' }],
  ['index', 'place = row * k; place < row * k + k;', 'place = 0u; place < k;', { only: 'float64' }],
  ['gradient assigned', 'if (add_y) { sum += y[row * outs + o]; }', '', { only: 'adds' }],
  ['tail of a loop', 'if (o + ${i}u < outs) {', 'if (o + ${i + 1}u < outs) {', { only: 'bits' }],
  ['gradient assigned', 'if (add_dx) { sum += dx[row * width + j]; }', '', { only: 'adds' }],
  ['bound', 'if (c >= columns) { return; }', '', { only: 'bits' }],
  ['index', 'let to = c * width + j;', 'let to = j * columns + c;', { only: 'float64' }],
  ['gradient assigned', 'if (add_dw) { v += dw[to]; }', '', { only: 'adds' }],
];
