/** npm passes the terminal's Ctrl-C on to a child that already had it: two signals, a moment apart, are one key press. */
const onePress = 500;

/**
 * The first Ctrl-C calls `stop`, a second one ends the process, and Chrome with it: Puppeteer kills it when the process exits.
 * Before and after the two are bound by this, Ctrl-C ends the process at once, as everywhere.
 * @param {() => void} stop
 * @returns {() => void} ends it
 */
export function onFirstInterrupt(stop) {
  /** @type {number | undefined} */
  let first;
  const handle = () => {
    if (first === undefined) {
      first = performance.now();
      stop();
    } else if (performance.now() - first > onePress) {
      process.exit(130);
    }
  };
  process.on('SIGINT', handle);
  return () => process.off('SIGINT', handle);
}

/** A signal that ends Node by itself leaves Chrome running; `process.exit` takes it along. */
export function exitOnSignals() {
  const codes = /** @type {const} */ ({ SIGTERM: 143, SIGHUP: 129 });
  for (const [signal, code] of Object.entries(codes)) process.once(signal, () => process.exit(code));
}
