// npm run playground: serves a page on which visitors train autoencoders and watch them learn.
// `npm run playground -- --help` lists the options.
// Until setupBeforeChrome() has run, no package may be imported, since a fresh machine has none.
import { runMain } from './failure.mjs';
import { helpText, readOptions } from './playground/options.mjs';
import { setupBeforeChrome } from './setup.mjs';

await runMain(async () => {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    console.log(helpText());
    return;
  }
  await setupBeforeChrome();
  if (options.build) {
    const { buildSite } = await import('./playground/site.mjs');
    console.log(`The playground is in ${await buildSite(options.out)}; any web server can serve it, from any folder.`);
  } else if (options.record) {
    const { record } = await import('./playground/record.mjs');
    await record();
  } else if (options.picture) {
    const { takePicture } = await import('./playground/picture.mjs');
    console.log(`written: ${await takePicture()}`);
  } else if (options.smooth) {
    const { measureSmoothness } = await import('./playground/smooth.mjs');
    await measureSmoothness();
  } else {
    const { serveSite } = await import('./playground/site.mjs');
    const { url } = await serveSite(options.port);
    console.log(`The playground is at ${url}\nCtrl-C ends it.`);
  }
});
