/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/mmd',
  ['condition', 'real && i != j', 'real'],
  ['condition', 'real && n > 1u', 'real'],
  ['bound', 'let real = i < n && j < n;', 'let real = i < n;'],
  ['sign', '- 2.0 * all * zp.x', '+ 2.0 * all * zp.x'],
  ['factor', 'let share = 4.0 * coefficient', 'let share = 4.0'],
  ['operand', 'p[i * columns + c] - pj', 'p[i * columns + c]'],
  ['clamp', 'max(1.0, f32(n) - 1.0)', 'f32(n)'],
  ['tail of a loop', 'j < rows; j++', 'j + 1u < rows; j++'],
  ['operand', 'far[i * rows + j] * (own - p[at])', 'far[i * rows + j] * (own - z[at])'],
  ['gradient assigned', 'if (add_dz) { d += dz[t]; }', ''],
];
