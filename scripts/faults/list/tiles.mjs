/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/matmul',
  ['bound', 'if (i >= m || j >= n) { return; }', 'if (i >= m) { return; }'],
  ['bias', 'v += bias[j / 4u];', ''],
  ['index', 'one += bias[j + c];', 'one += bias[j];'],
  ['bound', 'let count = min(4u, n - j);', 'let count = 4u;'],
  ['factor', 'v *= slope(saved[at]);', ''],
  ['operand', 'let row = first_row + right * ${ownRows}u;', 'let row = first_row + lower * ${ownRows}u;'],
  ['operand', 'quadSwapX(a${i})', 'quadSwapY(a${i})'],
  ['operand', 'fma(b${i % vectors}[${c}]', 'fma(b${i % vectors}[0]'],
  ['tail of a loop', 'm / ${rows}u + u32(m % ${rows}u > 0u);', 'm / ${rows}u;'],
  ['clamp', 'min(${band}u, down - band_start)', '${band}u'],
  ['index', '(tile - band_start * across) / band_height', 'tile / band_height'],
  ['bound', 'return (count + ${rows - 1}u) / ${rows}u', 'return count / ${rows}u', { test: 'kernels/conv2d' }],
  ['gradient assigned', 'if (add) { v += y[at]; }', ''],
  ['gradient assigned', 'if (add) { one += y[at]; }', ''],
];
