/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/pool',
  ['clamp', 'max(top, 0)', 'top'],
  ['clamp', 'min(left + i32(kernel_width), i32(width))', '(left + i32(kernel_width))'],
  ['bound', '(iy < height) & (ix < width)', '(iy < height)'],
  ['stride', 'ox * stride_x + kx', 'ox * stride_y + kx'],
  ['factor', 'sum += share(oy, ox) * dy', 'sum += dy'],
  ['bound', 'if (along < kx || ox >= out_width) { continue; }', 'if (along < kx) { continue; }'],
  ['gradient assigned', 'if (add_dx) { sum += dx[t]; }', ''],
];
