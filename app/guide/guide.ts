/** The page of `npm run pictures`: the command line opens it and calls `window.pictures`. */
import { base64 } from '../files.ts';
import { outcomeOf } from '../outcome.ts';
import { contextOf } from '../pictures/canvas.ts';
import { openWork, type Work } from '../reproduce/row.ts';
import facts from './pictures.json';
import { pictures } from './pictures.ts';
import type { Drawn } from './protocol.ts';

let work: Work | undefined;

window.pictures = {
  open: (asked) =>
    outcomeOf(async () => {
      work = await openWork(asked, { train: 512, test: 256 });
      return { adapter: { ...work.gpu.info } };
    }),
  draw: (name) =>
    outcomeOf(async () => {
      if (!work) throw new Error('call open before draw');
      const canvas = await pictures[name](work, work.machine.quick ? { steps: 2 } : facts[name].training);
      document.getElementById('pictures')!.append(canvas);
      return pixelsOf(canvas);
    }),
};

async function pixelsOf(canvas: HTMLCanvasElement): Promise<Drawn> {
  const { width, height } = canvas;
  const { data } = contextOf(canvas).getImageData(0, 0, width, height);
  return { width, height, rgba: await base64(new Blob([data])) };
}
