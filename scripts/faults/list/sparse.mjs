/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/sparse',
  ['bound', 'if (row + local.x < rows && column', 'if (column', { only: 'sparse way' }],
  [
    'index',
    'square[local.x * ${squareSide + 1}u + local.y]',
    'square[local.y * ${squareSide + 1}u + local.x]',
    { only: 'float64' },
  ],
  ['bias', 'sum += bias[o];', '', { only: 'float64' }],
  ['index', "inTurn('row * k', 'row * k + k'", "inTurn('0u', 'k'", { only: 'float64' }],
  ['gradient assigned', 'if (add_y) { sum += y[row * outs + o]; }', '', { only: 'adds' }],
  [
    'tail of a loop',
    'for (var i = 1u; i < ${lanesOfPlace}u; i++)',
    'for (var i = 1u; i < ${lanesOfPlace - 1}u; i++)',
    { only: 'sparse way' },
  ],
  ['gradient assigned', 'if (add_dx) { sum += dx[row * width + j]; }', '', { only: 'adds' }],
  ['bound', 'if (word < words && marked < width)', 'if (marked < width)', { only: 'sparse way' }],
  ['index', '(first + at / ${tileSide}u) * ${markedRows}u', 'first * ${markedRows}u', { only: 'sparse way' }],
  ['index', 'let to = c * width + j;', 'let to = j * columns + c;', { only: 'float64' }],
  ['gradient assigned', 'if (add_dw) { v += dw[to]; }', '', { only: 'adds' }],
];
