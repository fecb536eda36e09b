import { wgsl as preprocess } from 'wgsl-preprocessor/wgsl-preprocessor.js';

/** One resource of a shader, as declared in its text. */
export interface Binding {
  readonly name: string;
  readonly access: 'read' | 'read_write' | 'uniform';
}

/** A member of the uniform `sizes`. */
export interface Size {
  readonly name: string;
  readonly type: 'u32' | 'f32';
}

/**
 * A compute shader with entry point `main`. `Required` and `Optional` are the names of its storage buffers; a variant may lack optional ones.
 * The bindings are read from the text, so only the text declares them.
 *
 * A number that differs between calls is an `override` constant, for which each value needs its own compiled pipeline. Where compiling takes long,
 * it is a member of `struct Sizes`, bound as `var<uniform> sizes: Sizes`: one pipeline then serves all values.
 */
export interface Shader<Required extends string = string, Optional extends string = never> {
  readonly label: string;
  readonly code: string;
  readonly bindings: readonly Binding[];
  /** Names of the `override` constants. */
  readonly overrides: ReadonlySet<string>;
  /** The members of the uniform in order, four bytes each. */
  readonly sizes: readonly Size[];
  /** Exists only in the type, to carry the names. */
  readonly names?: [Required, Optional];
}

/** A shader with any bindings. */
export type AnyShader = Shader<string, string>;

const bindingPattern =
  /@group\((\d+)\)\s*@binding\((\d+)\)\s*var<(?:storage,\s*(read|read_write)>\s*(\w+)|uniform>\s*(sizes))\s*:/g;
const overridePattern = /override\s+(\w+)\s*[:=]/g;
const sizesPattern = /struct Sizes\s*\{([^}]*)\}/;

/**
 * Makes a shader from its label and text, and reads its interface from the text. The label appears in profiles and compiler messages. For a long
 * text, `rest` returns the part without declarations of the interface when the shader is compiled, so that recording a step is fast.
 */
export function shader<Required extends string, Optional extends string = never>(
  label: string,
  head: string,
  rest?: () => string,
): Shader<Required, Optional> {
  const bindings = [...head.matchAll(bindingPattern)].map(
    ([, group, binding, access = 'uniform', buffer, uniform], i) => {
      const name = buffer ?? uniform;
      if (group !== '0' || Number(binding) !== i)
        throw new Error(`shader ${label}: ${name} should be @group(0) @binding(${i})`);
      return { name, access: access as Binding['access'] };
    },
  );
  if (bindings.length !== (head.match(/@binding\(/g) ?? []).length)
    throw new Error(`shader ${label}: each binding must be a storage buffer or the uniform 'sizes'`);
  const sizes = (sizesPattern.exec(head)?.[1] ?? '').split(',').filter((member) => member.trim());
  let whole = rest ? undefined : head;
  return {
    label,
    get code() {
      return (whole ??= head + withoutInterface(label, rest!()));
    },
    bindings,
    overrides: new Set([...head.matchAll(overridePattern)].map((match) => match[1])),
    sizes: sizes.map((member) => {
      const [, name, type] = /^\s*(\w+)\s*:\s*(u32|f32)\s*$/.exec(member) ?? [];
      if (!name) throw new Error(`shader ${label}: the member '${member.trim()}' of Sizes must be a u32 or an f32`);
      return { name, type: type as Size['type'] };
    }),
  };
}

/** Returns the rest of a shader's text, after checking that it declares nothing that belongs in the head. */
function withoutInterface(label: string, rest: string): string {
  for (const pattern of [/@binding\([^;]*/, overridePattern, sizesPattern]) {
    const [declared] = rest.match(pattern) ?? [];
    if (declared) throw new Error(`shader ${label}: '${declared}' must be declared in its head`);
  }
  return rest;
}

/**
 * Caches the shader of each variant, because making a long text takes longer than the rest of recording a kernel. Calls at the top level of a file
 * are marked as pure, so that bundlers can remove unused ones.
 */
export function once<V extends object, S extends AnyShader>(make: (variant: V) => S): (variant: V) => S {
  const made = new Map<string, S>();
  return (variant) => {
    const key = JSON.stringify(variant);
    if (!made.has(key)) made.set(key, make(variant));
    return made.get(key)!;
  };
}

/**
 * The tag of wgsl-preprocessor: `#if ${flag}`, `#elif ${flag}`, `#else`, `#endif`, and `${chunk}`. It throws for mistakes that the package
 * ignores: a condition that is not a boolean, text after a condition on its line (`#if ${a} && ${b}` would test only `a`), and values
 * whose text differs from the source (`undefined`, `NaN`, or `2.0`, which becomes `2`).
 */
export function wgsl(strings: TemplateStringsArray, ...values: (string | number | boolean)[]): string {
  values.forEach((value, i) => {
    if (/#(if|elif)\s*$/.test(strings[i])) {
      if (typeof value !== 'boolean') throw new TypeError(`wgsl: #if takes a boolean, not ${String(value)}`);
      if (!/^[ \t]*(\r?\n|$)/.test(strings[i + 1]))
        throw new SyntaxError('wgsl: nothing may follow the condition of an #if on its line');
    } else if (typeof value !== 'string' && !Number.isInteger(value)) {
      throw new TypeError(`wgsl: \${${String(value)}} is neither text nor a whole number`);
    }
  });
  return preprocess(strings, ...values);
}

/** `count` copies of a line, unrolled in the text: an array indexed by a loop variable would leave the registers. */
export function unroll(count: number, line: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => line(i)).join('\n  ');
}
