/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/dead-latents',
  ['sign', '& 0x7fffffffu) != 0u', ') != 0u', { only: 'determine which latents are dead' }],
  [
    'index',
    "inTurn('j', 'real * columns', 'columns'",
    "inTurn('j', 'real * columns', '(columns + 1u)'",
    { only: 'determine which latents are dead' },
  ],
  ['bound', 'min(rows, batch_rows())', 'rows', { only: 'real rows' }],
  ['condition', 'if (state.bad == 0xffffffffu) {', 'if (true) {', { only: 'gone bad' }],
  ['bound', 'min(count + f32(real), most)', 'count + f32(real)', { only: 'stops where' }],
  ['order', 'kept[j] = count;', 'kept[j] = count + 1.0;', { only: 'determine which latents are dead' }],
  ['off by one', 'u32(count >= after)', 'u32(count > after)', { only: 'determine which latents are dead' }],
  ['condition', 'sum > 0u);', 'sum > 1u);', { only: 'determine which latents are dead' }],
  [
    'tail of a loop',
    'for (var j = local; j < columns; j += ${countGroup}u) { sum += dead[j]; }',
    'if (local < columns) { sum += dead[local]; }',
    { only: 'determine which latents are dead' },
  ],
  ['factor', 'f32(part[0]) * f32(batch_rows())', 'f32(part[0])', { only: 'determine which latents are dead' }],
  ['condition', 'x[i] - y[i], total[0] > 0.0)', 'x[i] - y[i], true)', { only: 'residual of' }],
  ['sign', 'x[i] - y[i]', 'y[i] - x[i]', { only: 'residual of' }],
];
