/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/cells',
  ['index', 'column.first_in + u32(blank)', 'column.first_in'],
  ['operand', 'select(cell, 1.0, blank)', 'cell'],
  ['index', 'column.size - 1u), column.size, blank)', 'column.size - 1u), column.size - 1u, blank)'],
  ['bound', 'if (t >= sizes.size) { return; }', 'if (t + 1u >= sizes.size) { return; }'],
  ['operand', 'var sum = bias[o];', 'var sum = bias[0];'],
  ['index', 'w[place.at * outs + o]', 'w[place.at * outs]'],
  ['bound', 'if (t >= columns * outs) { return; }', 'if (t + 1u >= columns * outs) { return; }'],
  ['condition', 'if (is_blank(cell)) { blanks += d; } else', ''],
  ['gradient assigned', 'sum += dw[at];', ''],
  ['gradient assigned', 'blanks += dw[at + outs];', ''],
  ['gradient assigned', 'if (!add_dw) {', 'if (true) {'],
  ['bound', 'p <= column.size; p++', 'p < column.size; p++'],
  ['operand', 'dw[at] += dy[row * outs + o];', 'dw[at] = dy[row * outs + o];'],
];
