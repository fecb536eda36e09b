import { dark, light, type Theme } from '../pictures/look.ts';

export { rgb } from '../pictures/look.ts';

const query = matchMedia('(prefers-color-scheme: dark)');

/** The theme that the visitor's system asks for. */
export const theme = (): Theme => (query.matches ? dark : light);

export const onTheme = (change: () => void): void => query.addEventListener('change', change);

export const reducedMotion = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** A colour of the style sheet. */
export const styled = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

export function context2d(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser draws on no canvas');
  return context;
}

/** Says whether an element is where one can see it: what no one sees need not be computed, and is when it appears. */
export function sighted(element: Element, onAppear: () => void): () => boolean {
  let inSight = false;
  new IntersectionObserver((entries) => {
    inSight = entries.at(-1)?.isIntersecting ?? false;
    if (inSight) onAppear();
  }).observe(element);
  return () => inSight;
}

/** Device pixels of a canvas as CSS lays it out; true where they changed. */
export function fitted(canvas: HTMLCanvasElement): boolean {
  const { width, height } = canvas.getBoundingClientRect();
  const density = Math.min(devicePixelRatio, 2);
  const size = [Math.max(1, Math.round(width * density)), Math.max(1, Math.round(height * density))];
  if (canvas.width === size[0] && canvas.height === size[1]) return false;
  [canvas.width, canvas.height] = size;
  return true;
}
