/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/softmax',
  ['barrier', 'part[local] = largest;\n  workgroupBarrier();', 'part[local] = largest;'],
  ['barrier', 'part[local + half]); }\n    workgroupBarrier();', 'part[local + half]); }'],
  ['barrier', 'largest = part[0];\n  workgroupBarrier();', 'largest = part[0];'],
  ['barrier', 'part[local] = sum;\n  workgroupBarrier();', 'part[local] = sum;'],
  ['barrier', 'part[local] = dot;\n  workgroupBarrier();', 'part[local] = dot;'],
  ['max for min', 'max(part[local], part[local + half])', 'min(part[local], part[local + half])'],
  ['accumulator', 'var sum = 0.0;', 'var sum = largest;'],
  ['sign', '(dy[c] - dot)', '(dy[c] + dot)'],
  ['gradient assigned', 'if (add_dx) { v += dx[c]; }', ''],
];
