/** The page of `npm run pictures`: the command line opens it and calls `window.pictures`. */
import { openGpu } from '../../src/index.ts';
import { testSet, trainSet } from '../data.ts';
import { base64 } from '../files.ts';
import { outcomeOf } from '../outcome.ts';
import { contextOf } from '../pictures/canvas.ts';
import { makeWork, onDevice, type Work } from '../reproduce/row.ts';
import facts from './pictures.json';
import { pictures } from './pictures.ts';
import type { Drawn } from './protocol.ts';

let work: Work | undefined;

window.pictures = {
  open: ({ quick }) =>
    outcomeOf(async () => {
      const gpu = await openGpu();
      const [train, test] = await Promise.all([trainSet(), testSet()]);
      const machine = { quick, software: gpu.info.isFallback };
      work = makeWork(
        gpu,
        machine,
        await onDevice(gpu, train, quick ? 512 : train.count),
        await onDevice(gpu, test, quick ? 256 : test.count),
      );
      return { adapter: { ...gpu.info } };
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
