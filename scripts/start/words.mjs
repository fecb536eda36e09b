/** Numbers as people read them. */

/** @param {number} value */
export function whole(value) {
  return Math.round(value).toLocaleString('en');
}

/** @param {number} value */
export function loss(value) {
  return value >= 10 ? value.toFixed(2) : value.toFixed(4);
}

/** 75 seconds are 1:15. @param {number} seconds */
export function clock(seconds) {
  const all = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60].map((n) => `${n}`);
  return hours === '0' ? `${minutes}:${rest?.padStart(2, '0')}` : `${hours}:${minutes?.padStart(2, '0')}:${rest?.padStart(2, '0')}`;
}

/** @param {number} seconds */
export function duration(seconds) {
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const all = Math.round(seconds);
  const [hours, minutes] = [Math.floor(all / 3600), Math.floor(all / 60) % 60];
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${all % 60} s`;
}

/** @param {number} count @param {string} one */
export function counted(count, one) {
  return `${whole(count)} ${one}${count === 1 ? '' : 's'}`;
}

/** What openGpu says of an adapter. @param {{ vendor: string, architecture: string, description: string, isFallback: boolean }} info */
export function adapter({ vendor, architecture, description, isFallback }) {
  const name = description || [vendor, architecture].filter(Boolean).join(' ') || 'unnamed';
  return isFallback ? `${name} (software: no GPU)` : name;
}
