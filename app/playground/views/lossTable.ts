/** The loss chart in words and figures, for those who do not see it. */
import { figure, h, tableOf } from '../dom.ts';
import type { History } from '../protocol.ts';

/** How far a loss has come, in a sentence. */
export function fallen(what: string, { epochs, steps }: History, scale: number): string | undefined {
  const last = epochs.at(-1) ?? steps.at(-1);
  const first = steps[0] ?? epochs[0];
  return (
    last &&
    first &&
    `${what} fell from ${figure(scale * first.loss)} to ${figure(scale * last.loss)} in ${last.at.toFixed(1)} epochs.`
  );
}

/** The last epochs, part by part, the latest first. */
export function tableFor({ epochs, heldOut }: History, scale: number, caption: string | undefined): (Node | string)[] {
  const scaled = (value: number | undefined, digits?: number) =>
    figure(value === undefined ? undefined : scale * value, digits);
  const rows = epochs
    .slice(-20)
    .toReversed()
    .map(({ at, loss, reconstruction, kl, penalty }) => [
      `${Math.round(at + 0.5)}`,
      scaled(loss, 4),
      scaled(reconstruction, 4),
      scaled(kl),
      scaled(penalty),
    ]);
  const table = tableOf(['epoch', 'loss', 'reconstruction', 'divergence', 'penalty'], rows);
  if (caption) table.createCaption().append(caption);
  const held = heldOut.at(-1);
  return [table, held ? h('p', {}, `Held out, after ${held.at.toFixed(1)} epochs: ${scaled(held.loss, 4)}`) : ''];
}
