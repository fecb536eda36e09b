import { rgb, type Theme } from './look.ts';

/**
 * Colours of signed values, each on the scale from minus to plus the largest of them: nothing is the paper's own shade; below it lies the theme's first
 * colour, above it the second. Returns a channel of one value's colour, from 0 to 255.
 */
export function signedColors(values: ArrayLike<number>, theme: Theme): (at: number, channel: number) => number {
  const [zero, below, above] = [theme.grid, theme.first, theme.second].map(rgb);
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return (at, channel) => {
    const share = values[at] / (most || 1);
    return zero[channel] + Math.abs(share) * ((share < 0 ? below : above)[channel] - zero[channel]);
  };
}
