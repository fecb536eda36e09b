/** npm passes the terminal's Ctrl-C on to a child that already had it: two signals, a moment apart, are one key press. */
const onePress = 500;

/**
 * Every signal ends the process by `process.exit`, because only then does Puppeteer end Chrome as well. The first Ctrl-C is spared
 * while there is an `onFirst`: it is called instead.
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
