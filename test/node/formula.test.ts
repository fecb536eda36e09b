import { describe, expect, it } from 'vitest';
import { OptionError } from '../../src/errors.ts';
import { checkFormula } from '../../src/models/parts/formula.ts';

const check = (wgsl: unknown, derivative: unknown = '1.0') =>
  checkFormula('elementwise', { name: 'mine', wgsl, derivative } as never);

describe('an expression of y and x', () => {
  it.each([
    'y', 'x', '0', '(y - x) * (y - x)', 'log(cosh(y - x))', ' y\n  * x ', '1.5e-3f * y', '.5 * y', '2. * y', 'select(y, -x, y >= x && !(x != y))',
    'pow(abs(y), 1.5) % 3.0', 'vec2f(y, x).x', 'vec2f(y, x)[1]', 'f32(i32(y) << 2u | 0x1Fi)', 'max(y, x) / (x + 1e-6)', 'dot(vec3f(y), vec3f(x, 0, 1).zyx)',
  ])('is one: %s', (text) => {
    expect(() => check(text)).not.toThrow();
    expect(() => check('y', text)).not.toThrow();
  }); // prettier-ignore

  it.each([
    ['', 'it is empty'],
    [' \n', 'it is empty'],
    [undefined, 'it is not a string'],
    [3, 'it is not a string'],
    [['y'], 'it is not a string'],
    ['y; x', "it must not have ';'"],
    ['y = x', "it must not have '='"],
    ['return y', 'return is neither y nor x'],
    ['{ y }', "it must not have '{'"],
    ['y } fn f() { ', "it must not have '}'"],
    ['#if y', "it must not have '#'"],
    ['@id(0) y', "it must not have '@'"],
    ['y "x"', "it must not have '\"'"],
    ['y × x', "it must not have '×'"],
    ['y 😀', "it must not have '😀'"],
    ['y // x', 'it has a comment'],
    ['y /* x */', 'it has a comment'],
    ['(y - x', "a ')' is missing"],
    ['abs(vec2f(y, x)[0)', "a ')' closes nothing"],
    ['y) * (x', "a ')' closes nothing"],
    ['y, x', 'it has a comma outside of a call'],
    ['z - x', 'z is neither y nor x'],
    ['rows', 'rows is neither y nor x'],
    ['sums[0]', 'sums is neither y nor x'],
    ['constructor', 'constructor is neither y nor x'],
    ['y - target', 'target is neither y nor x'],
  ])('is none: %s', (text, why) => {
    for (const [wgsl, derivative, part] of [
      [text, 'y', 'wgsl'],
      ['y', text, 'derivative'],
    ]) {
      if (derivative === undefined) continue; // `check` fills it in.
      expect(() => check(wgsl, derivative)).toThrow(OptionError);
      expect(() => check(wgsl, derivative)).toThrow(
        `elementwise: ${part as string} of 'mine' must be an expression in WGSL`,
      );
      expect(() => check(wgsl, derivative)).toThrow(why);
    }
  });

  it.each([[''], [undefined], [7]])('needs a name: %s', (name) => {
    expect(() => checkFormula('elementwise', { name, wgsl: 'y', derivative: '1' } as never)).toThrow(
      'elementwise: name must be a non-empty string, not',
    );
  });
});
