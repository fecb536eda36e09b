/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/conv2d',
  ['bias', '* sizes.stride_y) - i32(sizes.pad_top)', '* sizes.stride_y)'],
  ['bound', 'each >= vec4i(max(0, -left))', 'each >= vec4i(-0x8000000)'],
  ['bound', '& (u32(patch_.left + i32(kx)) < width)', ''],
  ['index', '(ky * run + kx * channels) / 4u', '(kx * run + ky * channels) / 4u'],
  ['stride', 'pixel % sizes.out_width * sizes.stride_x', 'pixel % sizes.out_width'],
  ['stride', 'sizes.out_width * sizes.stride_y', 'sizes.out_width * sizes.stride_x', { only: 'fits float64' }],
  ['stride', "'kx * dilation_x'] :", "'kx * dilation_y'] :", { only: 'with dilation' }],
  ['stride', '(sizes.dilation_x - 1u)', '(sizes.dilation_x)', { only: 'with dilation' }],
];
