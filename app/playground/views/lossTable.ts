/** The loss chart in words and figures, for people who cannot see it. */
import { figure, h, tableOf } from '../dom.ts';
import type { History, LossPoint } from '../protocol.ts';
import { partWords, scaleOfPart, type LossPart } from './lossLines.ts';

/** Returns a sentence on the progress of a loss. */
export function fallen(what: string, { epochs, steps }: History, scale: number): string | undefined {
  const last = epochs.at(-1) ?? steps.at(-1);
  const first = steps[0] ?? epochs[0];
  return (
    last &&
    first &&
    `${what} fell from ${figure(scale * first.loss)} to ${figure(scale * last.loss)} in ${last.at.toFixed(1)} epochs.`
  );
}

const parts = Object.keys(partWords) as LossPart[];

/** Returns a table of the last epochs with all parts of the loss, the latest first. `loss` is the name of the loss. */
export function tableFor(
  { epochs, heldOut }: History,
  scale: number,
  caption: string | undefined,
  loss: string,
): (Node | string)[] {
  const reported = parts.filter((part) => part === 'loss' || epochs.some((epoch) => epoch[part] !== undefined));
  const scaled = (point: LossPoint, part: LossPart) => {
    const value = point[part];
    const digits = part === 'loss' || part === 'reconstruction' ? 4 : undefined;
    return figure(value === undefined ? undefined : scaleOfPart(part, scale) * value, digits);
  };
  const rows = epochs
    .slice(-20)
    .toReversed()
    .map((epoch) => [`${Math.round(epoch.at + 0.5)}`, ...reported.map((part) => scaled(epoch, part))]);
  const names = reported.map((part) => (part === 'loss' ? loss : partWords[part]));
  const table = tableOf(['epoch', ...names], rows);
  if (caption) table.createCaption().append(caption);
  const held = heldOut.at(-1);
  // A discriminator's loss is not a part of the model's loss.
  const ofSides = (['loss', 'discriminator'] as const).filter((part) => held?.[part] !== undefined);
  const figures = held && ofSides.map((part) => `${part === 'loss' ? loss : partWords[part]} ${scaled(held, part)}`);
  return [table, held ? h('p', {}, `Held out, after ${held.at.toFixed(1)} epochs: ${figures!.join(', ')}`) : ''];
}
