import { margin, paper } from './canvas.ts';
import { font, type Look } from './look.ts';

/** A picture that is a part of another one. */
export interface Panel {
  heading?: string;
  picture: HTMLCanvasElement;
}

const headingHeight = 26;

/** One below the other. */
export function below(panels: Panel[], look: Look, title = ''): HTMLCanvasElement {
  const sizes = panels.map((panel) => sizeOf(panel, look));
  let y = 0;
  const places = sizes.map(({ height }) => ({ x: 0, y: (y += height) - height }));
  return laid(panels, places, { width: Math.max(...sizes.map(({ width }) => width)), height: y }, look, title);
}

/** Side by side. */
export function beside(panels: Panel[], look: Look, title = ''): HTMLCanvasElement {
  const sizes = panels.map((panel) => sizeOf(panel, look));
  let x = 0;
  const places = sizes.map(({ width }) => ({ x: (x += width) - width, y: 0 }));
  return laid(panels, places, { width: x, height: Math.max(...sizes.map(({ height }) => height)) }, look, title);
}

/** With its heading, in CSS pixels. */
function sizeOf({ heading, picture }: Panel, { density }: Look): { width: number; height: number } {
  return { width: picture.width / density, height: picture.height / density + (heading ? headingHeight : 0) };
}

function laid(
  panels: Panel[],
  places: { x: number; y: number }[],
  { width, height }: { width: number; height: number },
  look: Look,
  title: string,
): HTMLCanvasElement {
  const { canvas, context } = paper({ ...look, width }, height, title);
  context.font = font(13, 600);
  context.fillStyle = look.theme.ink;
  context.textBaseline = 'middle';
  context.imageSmoothingEnabled = false; // pixel on pixel
  panels.forEach(({ heading, picture }, i) => {
    const { x, y } = places[i];
    if (heading) context.fillText(heading, x + margin, y + headingHeight / 2 + 4);
    context.drawImage(
      picture,
      x,
      y + (heading ? headingHeight : 0),
      picture.width / look.density,
      picture.height / look.density,
    );
  });
  return canvas;
}
