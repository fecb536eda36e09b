import { describe, expect, it } from 'vitest';
import { once, shader, unroll, wgsl } from '../../shaders/wgsl.ts';

/** As `wgsl` with values that types would not let through. */
const tag = wgsl as (strings: TemplateStringsArray, ...values: unknown[]) => string;
const lines = (text: string) => text.split('\n').filter((line) => line.trim());

describe('wgsl', () => {
  const chosen = (a: boolean, b: boolean) =>
    lines(wgsl`
#if ${a}
one
#elif ${b}
two
#else
three
#endif
`);

  it('includes the branch whose condition is true', () => {
    expect(chosen(true, true)).toEqual(['one']);
    expect(chosen(true, false)).toEqual(['one']);
    expect(chosen(false, true)).toEqual(['two']);
    expect(chosen(false, false)).toEqual(['three']);
  });

  it('nests conditions', () => {
    const nested = (a: boolean, b: boolean) =>
      lines(wgsl`
#if ${a}
#if ${b}
both
#else
first
#endif
#else
none
#endif
`);
    expect(nested(true, true)).toEqual(['both']);
    expect(nested(true, false)).toEqual(['first']);
    expect(nested(false, true)).toEqual(['none']);
  });

  it('inserts chunks and whole numbers', () => {
    expect(wgsl`let x = ${3}; ${'// a chunk'}`).toBe('let x = 3; // a chunk');
    expect(wgsl`${-2}${0}`).toBe('-20');
  });

  it.each([undefined, 1, 0, 'true', null])('refuses %s as a condition', (value) => {
    expect(
      () => tag`
#if ${value}
#endif
`,
    ).toThrow(TypeError);
    expect(
      () => tag`
#if ${true}
#elif ${value}
#endif
`,
    ).toThrow(`#if takes a boolean, not ${value}`);
  });

  it('refuses text after a condition, which would be ignored', () => {
    expect(
      () => tag`
#if ${true} && ${false}
#endif
`,
    ).toThrow(SyntaxError);
    expect(
      () => tag`
#if ${true} // why
#endif
`,
    ).toThrow('nothing may follow');
    expect(
      () => tag`#if ${true} \t
#endif`,
    ).not.toThrow();
  });

  it.each([undefined, null, NaN, Infinity, 0.5, true, {}])('refuses %s as text', (value) => {
    expect(() => tag`let x = ${value};`).toThrow(TypeError);
  });

  it('refuses an #if without its end', () => {
    expect(
      () => tag`
#if ${true}
`,
    ).toThrow('Mismatched #if/#endif count');
  });
});

describe('shader', () => {
  const code = `
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y : array<f32>;
override n: u32;
override on = false;`;

  it('reads bindings and constants from its text', () => {
    const { label, bindings, overrides } = shader('named', code);
    expect(label).toBe('named');
    expect(bindings).toEqual([
      { name: 'x', access: 'read' },
      { name: 'y', access: 'read_write' },
    ]);
    expect([...overrides]).toEqual(['n', 'on']);
  });

  it('reads the members of its sizes', () => {
    const { bindings, sizes } = shader(
      'sized',
      `${code}
@group(0) @binding(2) var<uniform> sizes: Sizes;
struct Sizes { rows: u32, scale: f32 }`,
    );
    expect(bindings[2]).toEqual({ name: 'sizes', access: 'uniform' });
    expect(sizes).toEqual([
      { name: 'rows', type: 'u32' },
      { name: 'scale', type: 'f32' },
    ]);
    expect(shader('unsized', code).sizes).toEqual([]);
    expect(() => shader('s', `${code}\nstruct Sizes { v: vec4f }`)).toThrow(
      "the member 'v: vec4f' of Sizes must be a u32 or an f32",
    );
  });

  it('refuses bindings that are not numbered from 0 in order', () => {
    expect(() => shader('s', code.replace('binding(1)', 'binding(2)'))).toThrow(
      'shader s: y should be @group(0) @binding(1)',
    );
    expect(() => shader('s', code.replace('binding(0)', 'binding(1)'))).toThrow('x should be');
    expect(() => shader('s', code.replace('group(0)', 'group(1)'))).toThrow('x should be');
  });

  it('refuses other resources', () => {
    expect(() => shader('s', code.replace('var<storage, read_write> y', 'var<uniform> y'))).toThrow(
      "shader s: each binding must be a storage buffer or the uniform 'sizes'",
    );
  });

  it('makes the rest of its text on request, and only once', () => {
    let made = 0;
    const long = shader('long', code, () => `\nfn main${made++}() {}`);
    expect(long.bindings).toHaveLength(2);
    expect(made).toBe(0);
    expect(long.code).toBe(`${code}\nfn main0() {}`);
    expect(long.code).toBe(`${code}\nfn main0() {}`);
  });

  it.each(['@group(0) @binding(2) var<storage, read> z: array<f32>;', 'override m: u32;', 'struct Sizes { m: u32 }'])(
    'refuses in the rest what belongs into the head: %s',
    (declared) => {
      expect(() => shader('long', code, () => declared).code).toThrow(
        /^shader long: '.*' must be declared in its head$/,
      );
    },
  );
});

it('unroll repeats a line with its number', () => {
  expect(unroll(3, (i) => `f(${i});`)).toBe('f(0);\n  f(1);\n  f(2);');
  expect(unroll(0, () => 'f();')).toBe('');
});

describe('once', () => {
  it('makes a shader once for each variant', () => {
    let made = 0;
    const make = once(({ wide, tiling }: { wide: boolean; tiling: { rows: number } }) =>
      shader(`${wide} ${tiling.rows} ${made++}`, ''),
    );
    const first = make({ wide: true, tiling: { rows: 4 } });
    expect(make({ wide: true, tiling: { rows: 4 } })).toBe(first);
    expect(make({ wide: true, tiling: { rows: 8 } }).label).toBe('true 8 1');
    expect(make({ wide: false, tiling: { rows: 4 } }).label).toBe('false 4 2');
    expect(made).toBe(3);
  });
});
