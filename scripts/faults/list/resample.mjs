/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/resample',
  ['clamp', 'clamp((f32(o) + 0.5) / f32(factor) - 0.5, 0.0, f32(side - 1u))', '(f32(o) + 0.5) / f32(factor) - 0.5'],
  ['bias', '(f32(o) + 0.5) / f32(factor) - 0.5', 'f32(o) / f32(factor)'],
  ['tail of a loop', 'min(iy + 2u, height) * factor_y', 'min(iy + 1u, height) * factor_y'],
  ['stride', 'line + ix * factor_x) * channels', 'line + ix * factor_y) * channels'],
  ['factor', '/ f32((bottom - top) * (right - left))', '/ f32(factor_y * factor_x)'],
  ['max for min', 'min(top + factor_y, height)', 'max(top + factor_y, height)'],
  ['gradient assigned', 'if (add_dx) { sum += dx[t]; }', ''],
];
