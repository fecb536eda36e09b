import { wgsl as preprocess } from 'wgsl-preprocessor/wgsl-preprocessor.js';

/** One resource of a shader, as its own text declares it. */
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
 * The bindings are read back from the text, so the text stays the only place that declares them.
 *
 * A number that differs from call to call is an `override` constant, and each value makes a pipeline of its own, compiled anew; or, where
 * compiling takes long, a member of `struct Sizes`, bound as `var<uniform> sizes: Sizes`: one pipeline then serves all values.
 */
export interface Shader<Required extends string = string, Optional extends string = never> {
  readonly label: string;
  readonly code: string;
  readonly bindings: readonly Binding[];
  /** Names of the `override` constants. */
  readonly overrides: ReadonlySet<string>;
  /** In the order in which they lie in the uniform, four bytes each. */
  readonly sizes: readonly Size[];
  /** Carries the names in the type only. */
  readonly names?: [Required, Optional];
}

/** Any of them. */
export type AnyShader = Shader<string, string>;

const bindingPattern =
  /@group\((\d+)\)\s*@binding\((\d+)\)\s*var<(?:storage,\s*(read|read_write)>\s*(\w+)|uniform>\s*(sizes))\s*:/g;
const overridePattern = /override\s+(\w+)\s*[:=]/g;
const sizesPattern = /struct Sizes\s*\{([^}]*)\}/;

/**
 * Names a shader's text and reads its interface back from it. The label shows up in profiles and compiler messages. Where the text is long, `rest` makes
 * all of it that declares nothing of the interface, when it is compiled: a step is recorded at once, but compiled in spells.
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
    throw new Error(`shader ${label}: a binding that is neither a storage buffer nor the uniform 'sizes'`);
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
      if (!name) throw new Error(`shader ${label}: '${member.trim()}' is no member that Sizes may have`);
      return { name, type: type as Size['type'] };
    }),
  };
}

/** The text, once it is seen that it declares nothing that would have to stand in a shader's head. */
function withoutInterface(label: string, rest: string): string {
  const declared = [/@binding\(/, overridePattern, sizesPattern].find((pattern) => rest.search(pattern) >= 0);
  if (declared) throw new Error(`shader ${label}: what is declared by ${declared.source} belongs into its head`);
  return rest;
}

/**
 * The same shader for the same variant, made once: a long text takes longer than all else that is recorded of a kernel. A maker that is
 * wrapped at the top of a file is marked as pure there, or a bundle would have it without need.
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
 * wgsl-preprocessor's tag: `#if ${flag}`, `#elif ${flag}`, `#else`, `#endif`, and `${chunk}`. What the tag itself lets pass in silence
 * throws here: a condition that is no boolean, anything after a condition on its line (`#if ${a} && ${b}` would test only `a`),
 * and values whose text is not what it looks like (`undefined`, `NaN`, `2.0` which becomes `2`).
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
