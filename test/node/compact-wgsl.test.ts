import { expect, test } from 'vitest';
import { compact } from '../../scripts/compact-wgsl.ts';

test('comments, indentation and spaces around signs go, code and the lines of conditions stay', () => {
  const text = `
/** What it does,
 *  at length. */
fn f(x: f32) -> f32 { // why
  // why not
  let half = x / 2.0 + 1.0;

#if `;
  expect(compact(text)).toBe('\nfn f(x:f32)->f32{\nlet half=x / 2.0+1.0;\n#if ');
});
