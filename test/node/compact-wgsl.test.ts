import { expect, test } from 'vitest';
import { compact } from '../../scripts/compact-wgsl.ts';

test('comments, indentation, spaces around signs and ends of lines go, code and the lines of conditions stay', () => {
  const text = `
/** What it does,
 *  at length. */
fn f(x: f32) -> f32 { // why
  // why not
  let half = x / 2.0 + 1.0;
  var y = half;
#if `;
  expect(compact(text)).toBe('\nfn f(x:f32)->f32{let half=x / 2.0+1.0;var y=half;\n#if ');
});

test('what stands beside a value of the template keeps its line, as the value may begin or end with a condition', () => {
  expect(compact(`;\n  a();\n  b();\n`)).toBe(';\na();b();\n');
  expect(compact(`\n#else\n  a();\n#endif\n  b(\n    c,\n  );\n`)).toBe('\n#else\na();\n#endif\nb(c,);\n');
});
