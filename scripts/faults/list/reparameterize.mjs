/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/reparameterize',
  ['factor', 'mean + accurate_exp(0.5 * logvar)', 'mean + accurate_exp(logvar)'],
  ['clamp', 'held(head[(2u * row + 1u) * units + unit + c])', 'head[(2u * row + 1u) * units + unit + c]'],
  ['clamp', 'held(head[at_mean + units])', 'head[at_mean + units]'],
  ['condition', '> 0x7f800000u)', '> 0x7fffffffu)'],
  ['sign', '(expm1(logvar) - logvar)', '(expm1(logvar) + logvar)'],
  ['bound', 'select(0.0, sum${byWeight(weighted)}, row < batch_rows())', 'sum'],
  ['factor', 'sum${byWeight(weighted)}, row', 'sum, row', { test: 'kernels/row-weights' }],
  [
    'bound',
    'select(0.0, beta / f32(batch_rows())${byWeight(weighted)}, row < batch_rows())',
    'beta / f32(batch_rows())',
  ],
  ['factor', 'f32(batch_rows())${byWeight(weighted)}', 'f32(batch_rows())', { test: 'kernels/row-weights' }],
  ['constant', 'betas[state.slot]', 'betas[0u]'],
  ['seed or stream', 'normals(draw(quad, row))', 'normals(draw(quad, row + 1u))', { of: [2, 2] }],
  ['gradient assigned', 'dlogvar += dhead[at_mean + units];', ''],
  ['off by one', 'if (unit < units)', 'if (unit <= units)'],
];
