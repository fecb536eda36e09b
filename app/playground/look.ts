import { dark, light, type Theme } from '../pictures/look.ts';

export { rgb } from '../pictures/look.ts';

const query = matchMedia('(prefers-color-scheme: dark)');

/** Returns the theme that the visitor's system prefers. */
export const theme = (): Theme => (query.matches ? dark : light);

export const onTheme = (change: () => void): void => query.addEventListener('change', change);

export const reducedMotion = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** Returns a colour of the style sheet. */
export const styled = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** Returns the options that all axes of charts share, in the colours of the theme. */
export const axisLook = () => ({
  stroke: styled('muted'),
  grid: { stroke: styled('line'), width: 1 },
  ticks: { show: false },
  font: '12px system-ui',
  labelFont: '12px system-ui',
  labelSize: 18,
});

export function context2d(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser cannot draw on a canvas');
  return context;
}

/**
 * Returns a function that tells whether an element is in sight, and calls `onAppear` when it comes into sight, so that
 * only visible parts are computed.
 */
export function sighted(element: Element, onAppear: () => void): () => boolean {
  let inSight = false;
  new IntersectionObserver((entries) => {
    inSight = entries.at(-1)?.isIntersecting ?? false;
    if (inSight) onAppear();
  }).observe(element);
  return () => inSight;
}

/** Sets the size of a canvas to the device pixels of its CSS layout; returns true if it changed. */
export function fitted(canvas: HTMLCanvasElement): boolean {
  const { width, height } = canvas.getBoundingClientRect();
  const density = Math.min(devicePixelRatio, 2);
  const size = [Math.max(1, Math.round(width * density)), Math.max(1, Math.round(height * density))];
  if (canvas.width === size[0] && canvas.height === size[1]) return false;
  [canvas.width, canvas.height] = size;
  return true;
}
