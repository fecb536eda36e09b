/** What the page and the command line of `npm run pictures` say to each other. Everything in here survives JSON. */
import type { Outcome } from '../outcome.ts';
import type { Opened } from '../reproduce/protocol.ts';
import type facts from './pictures.json';

/** One a guide: one entry in pictures.ts, and one, with what the command line must know, in pictures.json. */
export type PictureName = keyof typeof facts;

/** How long each model of a picture is trained. */
export interface Amount {
  epochs?: number;
  steps?: number;
}

/** Red, green, blue and opacity of each pixel, row by row from the top, as base64. */
export interface Drawn {
  width: number;
  height: number;
  rgba: string;
}

export interface Pictures {
  /** Opens the GPU and loads the data. `quick`: models are hardly trained, on a few images. */
  open(options: { quick: boolean }): Promise<Outcome<Pick<Opened, 'adapter'>>>;
  draw(name: PictureName): Promise<Outcome<Drawn>>;
}

declare global {
  interface Window {
    /** The job of this page, which guide.ts sets. */
    pictures: Pictures;
  }
}
