import { presets } from '../presets.ts';
import type { Settings } from '../settings.ts';
import type { PictureSubject } from './name.ts';

/** What the picture of a figure is of: the first model, or the one beside it on whose card the button stands. */
export function pictureSubject(button: HTMLElement, { preset, seed }: Settings): PictureSubject {
  const { title = presets[preset].title, preset: model = preset } =
    button.closest<HTMLElement>('.compared')?.dataset ?? {};
  return { title, model, seed };
}
