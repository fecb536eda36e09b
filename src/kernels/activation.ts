import {
  activationBackward,
  activationForward,
  activationNames,
  parameters,
  savedForSlope,
  slopeBackward,
  slopeForward,
  type Activation as ActivationWord,
  type ActivationName,
} from '../../shaders/activation.ts';
import { OptionError } from '../errors.ts';
import { checkNumber, checkOptions, shown } from '../runtime/options.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { quadsOf } from './shapes.ts';

export type { ActivationName, ActivationWord };
export { activationNames };

/** An activation: its name, or its name and a parameter, such as `['leakyRelu', { slope: 0.2 }]`. */
export type Activation =
  ActivationName | readonly ['leakyRelu', { readonly slope?: number }] | readonly ['elu', { readonly alpha?: number }];

/**
 * The name of an activation in shaders and tables, such as `leakyRelu(0.2)`.
 * @throws OptionError for an unknown name or parameter
 */
export function activationWord(where: string, given: Activation): ActivationWord {
  const [name, options = {}] = [given].flat() as [keyof typeof parameters, Record<string, number>?];
  if (!activationNames.includes(name))
    throw new OptionError(`${where}: there is no activation ${shown(name)}; there are ${activationNames.join(', ')}`);
  const [parameter, usual] = parameters[name] ?? [''];
  checkOptions(where, options, [parameter]);
  const { [parameter]: value = usual } = options;
  if (value === usual) return name;
  return `${name}(${checkNumber(`${where}: ${parameter}`, value, { least: 0 })})`;
}

/** Applies an activation elementwise: y = f(z). dz = dy f′(z). @throws OptionError */
export function activate(tape: Tape, z: Tensor, activation: Activation): Tensor {
  return recordActivation(tape, z, activationWord('activate', activation));
}

function recordActivation(tape: Tape, z: Tensor, name: ActivationWord): Tensor {
  if (name === 'linear') return z;
  const y = tape.tensor(z.shape, 'f32', name);
  tape.run(activationForward(name), { z, y }, { constants: { quads: quadsOf(z) }, threads: quadsOf(z) });
  activationRule(tape, name, z, y);
  return y;
}

/**
 * Declares the backward pass of y = f(z), wherever y was computed. A consumer of y may use the fold instead and pass
 * its gradient straight to z; then this rule does nothing.
 */
export function activationRule(tape: Tape, name: ActivationWord, z: Tensor, y: Tensor): void {
  const saved = savedForSlope(name) === 'y' ? y : z;
  tape.offerFold(y, { activation: name, saved, preactivation: z });
  tape.backward(y, () => {
    const size = { constants: { size: z.size }, threads: quadsOf(z) };
    tape.run(activationBackward(name), { dy: tape.grad(y), saved, dz: tape.grad(z) }, size);
  });
}

/** The slope of an activation at `saved`, which a product's result is multiplied by. */
export interface Gate {
  /** The activation, by its name in shaders. */
  readonly activation: ActivationWord;
  /** The tensor that the slope is computed from. */
  readonly saved: Tensor;
}

/**
 * Records y = f(z) for a product z that `forward` records into the given tensor: in the same dispatch where f′ follows
 * from y, otherwise f is one dispatch more. `backward` receives dz.
 */
export function activated(
  tape: Tape,
  shape: readonly number[],
  f: ActivationWord,
  forward: (y: Tensor, f: ActivationWord) => void,
  backward: (dz: Tensor) => void,
): Tensor {
  const fused = f !== 'linear' && savedForSlope(f) === 'y';
  const z = tape.tensor(shape, 'f32', 'preactivation');
  const y = fused ? tape.tensor(shape, 'f32', f) : z;
  forward(y, fused ? f : 'linear');
  tape.backward(z, () => backward(tape.grad(z)));
  if (!fused) return recordActivation(tape, z, f);
  activationRule(tape, f, z, y);
  return y;
}

/** Where a product's gradient with respect to x goes: if x = f(z) offers it, straight to z, times f′. */
export function foldedInto(tape: Tape, x: Tensor): { y: Tensor; slope?: Gate } {
  const fold = tape.fold(x);
  if (!fold) return { y: tape.grad(x) };
  return {
    y: tape.grad(fold.preactivation),
    slope: { activation: fold.activation as ActivationWord, saved: fold.saved },
  };
}

/**
 * Records s = f′(z) for a tensor y = f(z) of a kernel with an activation, or s = 1 without one. It has y's size, in a
 * shape of your choice. dz = ds f″(z), so that the gradient of a slope is an operation like all others.
 */
export function slope(tape: Tape, y: Tensor, shape = y.shape): Tensor {
  const s = tape.tensor(shape, 'f32', 'slope');
  const fold = tape.fold(y);
  const name = (fold?.activation ?? 'linear') as ActivationWord;
  const saved = fold?.saved ?? y;
  tape.run(slopeForward(name), { saved, s }, { constants: { quads: quadsOf(s) }, threads: quadsOf(s) });
  if (fold) {
    tape.backward(s, () => {
      tape.run(
        slopeBackward(name),
        { ds: tape.grad(s), saved, dz: tape.grad(fold.preactivation) },
        { constants: { size: s.size }, threads: quadsOf(s) },
      );
    });
  }
  return s;
}

/* @__NO_SIDE_EFFECTS__ */
function named(name: ActivationName) {
  return (tape: Tape, z: Tensor): Tensor => activate(tape, z, name);
}

/** y = z */
export const linear = named('linear');
/** y = max(z, 0) */
export const relu = named('relu');
/** y = z above zero, 0.01 z below */
export const leakyRelu = named('leakyRelu');
/** y = z above zero, e^z − 1 below (Clevert et al. 2016, α = 1) */
export const elu = named('elu');
/** y = z Φ(z), exactly, not by tanh (Hendrycks & Gimpel 2016) */
export const gelu = named('gelu');
/** y = z σ(z) (Elfwing et al. 2018) */
export const silu = named('silu');
/** y = 1 / (1 + e^−z) */
export const sigmoid = named('sigmoid');
/** y = tanh z */
export const tanh = named('tanh');
/** y = log(1 + e^z) */
export const softplus = named('softplus');
