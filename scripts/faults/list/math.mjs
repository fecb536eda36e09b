/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'shaders/math',
  ['clamp', 'clamp(x, -104.0, 89.0)', 'x'],
  ['bias', 'floor(v * 1.4426950 + 0.5);\n  let half', 'floor(v * 1.4426950);\n  let half'],
  ['sign', 'select(far, -far, x < 0.0)', 'far'],
  ['comparison', 'select(1.0 - tail, tail, x < 0.0)', 'select(1.0 - tail, tail, x > 0.0)'],
  ['max for min', 'max(x, 0.0) + log1p', 'min(x, 0.0) + log1p'],
  ['factor', 'q * (0.13333132 +', 'q * (0.1333 +'],
];
