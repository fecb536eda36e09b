/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/optimizer',
  ['constant', 'own_step * given.logBeta1', 'own_step * given.logBeta2'],
  ['accumulator', 'rate * (g + given.beta1 * v)', 'rate * (given.beta1 * v)'],
  ['index', 'moments[quads + i] = v;', 'moments[i] = v;'],
  ['factor', 'rate * given.decay * w', 'given.decay * w'],
  ['factor', 'scale * gradients[i]', 'gradients[i]'],
  ['condition', 'if (state.bad != 0xffffffffu) {', 'if (false) {'],
  ['condition', 'state.halted = sizes.phase;', 'state.halted = 0u;', { test: 'models/adversarial', only: 'goes bad' }],
  [
    'index',
    'before[(m + 1u) * quads + i] = moments[m * quads + i];',
    'before[i] = moments[i];',
    { test: 'models/adversarial', only: 'goes bad' },
  ],
  ['bias', '(sqrt(s) + given.epsilon)', 'sqrt(s + given.epsilon)'],
  ['tail of a loop', 'n < ${optimizerStrip}u; n++', 'n < ${optimizerStrip - 1}u; n++'],
  ['condition', 'if (t == 0u) {', 'if (true) {'],
];
