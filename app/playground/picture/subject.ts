import { presets } from '../presets.ts';
import type { Settings } from '../settings.ts';
import type { PictureSubject } from './name.ts';

/** Returns the subject of a figure's picture: the first model, or the further one on whose card the button is. */
export function pictureSubject(button: HTMLElement, { preset, seed }: Settings): PictureSubject {
  const { title = presets[preset].title, preset: model = preset } =
    button.closest<HTMLElement>('.compared')?.dataset ?? {};
  return { title, model, seed };
}
