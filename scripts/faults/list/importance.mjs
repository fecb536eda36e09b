/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/importance',
  ['factor', 'accurate_exp(0.5 * logvar) * noise[c]', 'accurate_exp(logvar) * noise[c]'],
  ['sign', 'noise[c] * noise[c] + logvar - value * value', 'noise[c] * noise[c] - logvar - value * value'],
  ['tail of a loop', 'unit < units; unit += 4u', 'unit + 4u < units; unit += 4u'],
  ['seed or stream', 'quad + sample * ((sizes.units + 3u) / 4u)', 'quad'],
  ['sign', 'let a = ratio[j] - loss;', 'let a = ratio[j] + loss;'],
  ['operand', 'accurate_exp(weights[j] - most)', 'accurate_exp(weights[j])'],
  ['factor', 'log_of_unit(sum / k)', 'log_of_unit(sum)'],
  ['condition', 'select(total, -most - log_of_unit(sum / k), finite)', '-most - log_of_unit(sum / k)'],
  ['bound', 'select(0.0, weights[j] / sum${byWeight}, real)', 'weights[j] / sum'],
  ['factor', 'weights[j] / sum${byWeight}', 'weights[j] / sum', { test: 'kernels/row-weights' }],
  ['sign', 'divergence -= ratio[j];', 'divergence += ratio[j];'],
  ['off by one', 'j < (row + 1u) * samples; j++', 'j + 1u < (row + 1u) * samples; j++'],
  ['operand', 'dz[j * units + unit + c] + w * z[j * units + unit + c]', 'dz[j * units + unit + c]'],
  ['operand', '(d * deviation[c] * noise[c] - w)', '(d * deviation[c] * noise[c])'],
  ['factor', 'sizes.pull / f32(batch_rows())', '1.0 / f32(batch_rows())'],
];
