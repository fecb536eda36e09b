import { Failure } from '../failure.mjs';
import { adapterName, launchChrome } from '../chrome.mjs';

/** @typedef {import('../../app/job.ts').JobOptions} JobOptions */
/** @typedef {import('../../app/job.ts').JobResult} JobResult */

/**
 * @typedef {object} Listener what the page reports while it works
 * @property {(start: import('../../app/job.ts').JobStart) => void} started
 * @property {(progress: import('../../app/job.ts').JobProgress) => void} progress
 * @property {() => void} trained
 */

/** Chrome with the job's page in it. */
export class Browser {
  /** @type {import('puppeteer').Browser} */ #chrome;
  /** @type {import('puppeteer').Page} */ #page;
  #running = false;
  /** What the page complained of before the job ran: of no interest if one clear reason turns up why it cannot. @type {string[]} */
  #troubles = [];

  /**
   * @param {import('puppeteer').Browser} chrome
   * @param {import('puppeteer').Page} page
   */
  constructor(chrome, page) {
    this.#chrome = chrome;
    this.#page = page;
    page.on('pageerror', (error) => this.#trouble(error instanceof Error ? error.message : String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warn') this.#trouble(message.text());
    });
  }

  /** @param {{ headed: boolean }} options */
  static async launch({ headed }) {
    const chrome = await launchChrome({ headless: !headed, signals: false });
    const [page] = await chrome.pages();
    return new Browser(chrome, page ?? (await chrome.newPage()));
  }

  /**
   * Opens the page; what comes back says which Chrome and which adapter it has.
   * @param {string} url
   * @param {Listener} listener
   */
  async open(url, listener) {
    await this.#page.exposeFunction('jobStarted', listener.started);
    await this.#page.exposeFunction('jobProgress', listener.progress);
    await this.#page.exposeFunction('jobTrained', listener.trained);
    await this.#page.goto(`${url}app/train.html`);
    const adapter = await adapterName(this.#page);
    if (!(await this.#page.evaluate(() => 'job' in window))) {
      throw new Error(`the page does not load: ${this.#troubles.join('; ') || 'no reason given'}`);
    }
    const version = (await this.#chrome.version()).replace('Headless', '').replace('/', ' ');
    return { version, path: this.#chrome.process()?.spawnfile, adapter };
  }

  /**
   * @param {JobOptions} options
   * @returns {Promise<JobResult>}
   */
  async run(options) {
    this.#running = true;
    for (const text of this.#troubles) this.#trouble(text);
    const outcome = await this.#page.evaluate((given) => window.job.run(given), options).catch((error) => {
      throw this.#chrome.connected ? error : new Failure('the browser was closed before the training was over', { cause: error });
    });
    if ('result' in outcome) return outcome.result;
    const { message, expected, stack } = outcome.failure;
    throw expected ? new Failure(message) : Object.assign(new Error(message), { stack: `in the page: ${stack}` });
  }

  /** Asks the training to end; `run` then goes on. If the page is gone, it is `run` that fails and says so. */
  stop() {
    this.#page.evaluate(() => window.job.stop()).catch(() => {});
  }

  async close() {
    await this.#chrome.close();
  }

  /** @param {string} text */
  #trouble(text) {
    if (this.#running) console.error(`page: ${text}`);
    else this.#troubles.push(text);
  }
}
