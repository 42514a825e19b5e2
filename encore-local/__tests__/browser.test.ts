import { expect, it, onTestFinished } from "vitest";
import { launchChromium, NO_CHROMIUM } from "./support/chromium";
import { appOf, EXPECTED, inBrowser, sessionModule } from "./support/client-sessions";
import { CommandLine } from "./support/command-line";
import { exploreShop } from "./support/explorer-page";
import { runApp } from "./support/running-app";

// One test for all that needs a browser, as it is the only one that may be left out.
it("the API explorer's page and the generated clients do in a real browser what they are for", {
  timeout: 300_000,
}, async ({ skip }) => {
  skip(NO_CHROMIUM !== undefined, NO_CHROMIUM);
  const browser = await launchChromium();
  onTestFinished(() => browser.close());
  const shop = await CommandLine.inCopyOf("shop");
  onTestFinished(() => shop.dispose());
  await exploreShop(browser, shop);

  for (const [name, expected] of EXPECTED) {
    const app = await runApp(appOf(name));
    try {
      expect(await inBrowser(browser, await sessionModule(name), app.url), `the client of ${name}`).toEqual(expected);
    } finally {
      expect(await app.stop()).toBe(0);
    }
  }
});
