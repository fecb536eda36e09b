/**
 * The milliseconds within which two signals are one key press: npm passes the terminal's Ctrl-C on to a child that has
 * received it already.
 */
const onePress = 500;

/**
 * Makes every signal end the process by `process.exit`, because only then Puppeteer ends Chrome as well. For the first
 * Ctrl-C, `onFirst` is called instead if it is set.
 */
export function handleSignals() {
  /** @type {{ onFirst?: () => void }} */
  const interrupt = {};
  /** @type {number | undefined} */
  let first;
  process.on('SIGINT', () => {
    const now = performance.now();
    if (first !== undefined && now - first < onePress) return;
    if (first !== undefined || !interrupt.onFirst) process.exit(130);
    first = now;
    interrupt.onFirst();
  });
  process.on('SIGTERM', () => process.exit(143));
  process.on('SIGHUP', () => process.exit(129));
  return interrupt;
}
