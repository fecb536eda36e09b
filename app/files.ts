import type { Figure } from './figures/figure.ts';
import type { PictureFile } from './job.ts';
import { toPng } from './pictures/canvas.ts';
import { dark, light, narrow, wide } from './pictures/look.ts';

const looks = [
  { theme: light, size: 'wide' },
  { theme: dark, size: 'wide' },
  { theme: light, size: 'narrow' },
  { theme: dark, size: 'narrow' },
] as const;

/** Twice as many pixels as CSS asks for: sharp on the screens of phones and most notebooks. */
const density = 2;

export async function pictureFile(figure: Figure): Promise<PictureFile> {
  const file = figure.draw({ theme: light, width: wide, density, titled: true });
  const variants = looks.map(async ({ theme, size }) => {
    const canvas = figure.draw({ theme, width: size === 'wide' ? wide : narrow, density, titled: false });
    return {
      theme: theme === dark ? ('dark' as const) : ('light' as const),
      size,
      width: Math.round(canvas.width / density),
      height: Math.round(canvas.height / density),
      png: await base64(await toPng(canvas)),
    };
  });
  const { name, title, caption } = figure;
  return { name, title, caption, file: await base64(await toPng(file)), variants: await Promise.all(variants) };
}

export function base64(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve((reader.result as string).replace(/^[^,]*,/, ''));
    reader.onerror = () => reject(reader.error ?? new Error('a file cannot be written as base64'));
    reader.readAsDataURL(blob);
  });
}
