/** How a picture looks: its colours and its width. Every drawing function takes one, so that a page can ask for dark or for narrow. */

export interface Theme {
  paper: string;
  ink: string;
  /** The colour of less important text and of dashed lines. */
  muted: string;
  grid: string;
  /** The colours of two series, distinct for every kind of colour vision: Okabe and Ito's blue and vermilion, or lighter ones. */
  first: string;
  second: string;
  /** The colours of ten classes. They differ in lightness as well as in hue, so that every kind of colour vision separates them. */
  classes: string[];
}

export interface Look {
  theme: Theme;
  /** The width in CSS pixels; the canvas has `density` times as many. */
  width: number;
  density: number;
  /** Whether the title is inside the picture; a page writes its own. */
  titled: boolean;
}

export const light: Theme = {
  paper: '#ffffff',
  ink: '#1b1f24',
  muted: '#5c6570',
  grid: '#e6e9ed',
  first: '#0072b2',
  second: '#c04d00',
  classes: [
    '#6705a1',
    '#e705b8',
    '#0dc294',
    '#a50a49',
    '#2781d7',
    '#c896ec',
    '#8a742f',
    '#075006',
    '#0505fa',
    '#fa8e29',
  ],
};

export const dark: Theme = {
  paper: '#161a20',
  ink: '#e9edf2',
  muted: '#9aa5b1',
  grid: '#2a313a',
  first: '#56b4e9',
  second: '#f0a13c',
  classes: [
    '#72bca5',
    '#a47fc4',
    '#ed923c',
    '#b306b6',
    '#f10666',
    '#34fa81',
    '#6e6907',
    '#fafae4',
    '#eeb5fa',
    '#075afa',
  ],
};

export const wide = 760;
export const narrow = 380;

/** Tells whether there is room for labels beside the images, and for many columns. */
export const isWide = ({ width }: Look): boolean => width >= 600;

export function font(size: number, weight: 400 | 600 = 400): string {
  return `${weight} ${size}px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif`;
}

/** '#c04d00' is 192, 77, 0. */
export const rgb = (color: string): [number, number, number] =>
  [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16)) as [number, number, number];
