import { autoencoder, conv2d, maxPool2d, upsample2d, type Gpu, type Matrix } from '../../src/index.ts';
import { asValues, firstOfEachClass } from '../figures/chosen.ts';
import { drawImageGrid, type ImageGrid } from '../pictures/imageGrid.ts';
import { below } from '../pictures/panels.ts';
import { quickly, seed, tenColumns, trained, type Picture } from './picture.ts';

const same = { padding: 'same' } as const;

/** The guide's first: its code is an image itself, small and of several channels. */
export const convolutional: Picture = async (work, amount) => {
  const model = await trained(work, 'a code of 7 × 7 × 8', await make(work.gpu), amount, {
    optimizer: quickly(work, amount),
  });
  const digits = firstOfEachClass(work.test, 1);
  const codes = await model.encode(digits);
  const { data: again } = await model.reconstruct(digits);
  model.dispose();
  const row = (label: string, images: ArrayLike<number>, shape: ImageGrid['shape'] = work.test.shape) => ({
    picture: drawImageGrid({ shape, rows: [{ label, images }], columns: 10 }, tenColumns),
  });
  const { images, shape } = mosaic(codes);
  return below([row('digit', asValues(digits)), row('code', images, shape), row('reconstruction', again)], tenColumns);
};

const make = (gpu: Gpu) =>
  autoencoder(gpu, {
    input: [28, 28, 1],
    encoder: [conv2d(16, 3, 'relu', same), maxPool2d(2), conv2d(8, 3, 'relu', same), maxPool2d(2)],
    decoder: [
      conv2d(8, 3, 'relu', same),
      upsample2d(2),
      conv2d(16, 3, 'relu', same),
      upsample2d(2),
      conv2d(1, 3, 'sigmoid', same),
    ],
    loss: 'bce',
    seed,
  });

const across = 2;
const cell = 7;
const gap = 14;

/** The channels of each code, two beside each other on white: 2 · 7 · 7 + 14 pixels are the 112 that a digit has on the device. */
function mosaic({ data, shape: [count, height, width, channels] }: Matrix): {
  images: Float32Array;
  shape: ImageGrid['shape'];
} {
  const [down, right] = [height * cell + gap, width * cell + gap];
  const size: ImageGrid['shape'] = [Math.ceil(channels / across) * down - gap, across * right - gap, 1];
  const most = data.reduce((a, b) => Math.max(a, b), 0) || 1;
  const images = Float32Array.from({ length: count * size[0] * size[1] }, (_, at) => {
    const [image, y, x] = [Math.floor(at / (size[0] * size[1])), Math.floor(at / size[1]) % size[0], at % size[1]];
    const channel = across * Math.floor(y / down) + Math.floor(x / right);
    const [row, column] = [Math.floor((y % down) / cell), Math.floor((x % right) / cell)];
    return row < height && column < width
      ? data[((image * height + row) * width + column) * channels + channel] / most
      : 1;
  });
  return { images, shape: size };
}
