// Chrome is found or installed by scripts/chrome.mjs, on machines without Puppeteer's download host too.
module.exports = { skipDownload: true };
