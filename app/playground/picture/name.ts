/** The model in a picture, with the seed of its initial weights. */
export interface PictureSubject {
  /** The model in the title, such as 'Variational, 2 numbers'. */
  title: string;
  /** The model in the name of the file, such as 'variational'. */
  model: string;
  seed: number;
}

/** Returns the file name of a picture, such as 'latentgpu-variational-latent-map-seed-0.png'. */
export function pictureName(shows: string, { model, seed }: PictureSubject): string {
  return `${['latentgpu', model, shows, 'seed', `${seed}`].map(plain).filter(Boolean).join('-')}.png`;
}

/** Returns the title of a picture, such as 'Latent map: Variational, 2 numbers, seed 0'. */
export const pictureTitle = (shows: string, { title, seed }: PictureSubject): string =>
  `${shows[0].toUpperCase()}${shows.slice(1)}: ${title}, seed ${seed}`;

/** Returns words as letters and digits with hyphens between them, which every file system accepts. */
const plain = (words: string): string =>
  words
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
