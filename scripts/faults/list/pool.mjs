/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/pool',
  ['max for min', '(value > best)', '(value < best)'],
  ['comparison', '(value > best)', '(value >= best)'],
  ['bound', '(iy < height) & (ix < width)', '(iy < height)'],
  ['bound', 'if (down < ky || oy >= out_height) { continue; }', 'if (down < ky) { continue; }'],
  ['tail of a loop', '(height + pad_top + kernel_height - 1u) / kernel_height', '(height + pad_top) / kernel_height'],
  ['bias', '% out_height * stride_y) - i32(pad_top)', '% out_height * stride_y)'],
  ['stride', '% out_width * stride_x)', '% out_width * stride_y)'],
  ['gradient assigned', 'if (add_dx) { v += dx[t]; }', ''],
];
