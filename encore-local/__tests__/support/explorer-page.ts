import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { expect } from "vitest";
import { complaintsOf } from "./chromium";
import type { CommandLine } from "./command-line";
import { ExplorerClient } from "./explorer-client";

const SECRET = "the-value-of-a-secret";

/** A page that may talk to the explorer and to the app's streams, and to nobody else. */
async function openPage(
  browser: Browser,
  url: string,
): Promise<{ page: Page; asked: Set<string>; complaints: string[] }> {
  const page = await browser.newPage();
  page.setDefaultTimeout(20_000);
  const asked = new Set<string>();
  page.on("request", (request) => asked.add(new URL(request.url()).host));
  const complaints = complaintsOf(page);
  await page.goto(url);
  return { page, asked, complaints };
}

async function visit(page: Page, name: string): Promise<void> {
  await page.getByRole("link", { name, exact: true }).click();
}

/** The API explorer's page of the shop calls endpoints, opens streams, and shows live what the app does. */
export async function exploreShop(browser: Browser, cli: CommandLine): Promise<void> {
  await writeFile(path.join(cli.app, ".secrets.local.cue"), `Currency: "${SECRET}"\n`);
  const { app, explorer } = await ExplorerClient.serve(cli);
  const { page, asked, complaints } = await openPage(browser, explorer.url);
  const main = page.getByRole("main");

  // Requests of others are shown as they happen, with the reason for a failure.
  await main.getByText("Nothing was asked of the app yet").waitFor();
  await fetch(`${app.url}/orders/77`, { headers: { "user-agent": "till/1.0" } });
  const row = main.getByRole("row").filter({ hasText: "/orders/77" });
  await row.getByText("there is no order 77").waitFor();
  expect(await row.getByRole("cell").allInnerTexts()).toEqual([
    expect.stringMatching(/^\d\d:\d\d:\d\d\.\d{3}$/),
    "GET",
    expect.stringContaining("not_found there is no order 77"),
    "404",
    expect.stringMatching(/ms$/),
    "till",
  ]);

  // An endpoint is found by a word of its description, and called with the sample; the token is kept over a reload.
  await page.getByLabel("Find an endpoint").fill("takes an order");
  await visit(page, "POST /orders");
  await main.getByRole("button", { name: "Send" }).click();
  await main.getByText('"code": "unauthenticated"').waitFor();
  await page.getByLabel("Authorization (header)").fill("clerk-ada");
  await page.reload();
  await main.getByLabel("X-Priority").fill("high");
  await main.getByLabel("Body", { exact: true }).press("Control+Enter");
  await main.getByText('"clerk": "ada"').waitFor();
  expect(await main.getByRole("region", { name: "Answer" }).innerText()).toMatch(/200\s+OK/);

  // What was published, and what became of it.
  await visit(page, "Topics 1");
  const message = main.getByRole("group").filter({ hasText: "2 attempts" });
  await message.getByText("2 attempts").click();
  expect(await message.innerText()).toContain("pack, attempt 1: failed after");
  expect(await message.innerText()).toContain("the first box tears again in 10 ms");
  expect(await message.innerText()).toContain("pack, attempt 2: delivered");

  // A stream, as the same clerk.
  await visit(page, "WS /echo");
  await main.getByRole("button", { name: "Connect" }).click();
  await main.getByText("Connected.").waitFor();
  await main.getByLabel("Message", { exact: true }).fill('{"text":"hello"}');
  await main.getByRole("button", { name: "Send" }).click();
  await main.getByText('"text": "ada says hello"').waitFor();
  await main.getByRole("button", { name: "Close" }).click();
  await main.getByText("Closed (").waitFor();

  await visit(page, "Secrets 1 missing");
  expect(await main.getByRole("row").allInnerTexts()).toEqual([
    expect.anything(),
    expect.stringMatching(/^Currency\s+set/),
    expect.stringMatching(/^TaxNumber\s+missing/),
  ]);
  await visit(page, "Migrations 1");
  await main.getByRole("row").filter({ hasText: "1_create_orders.up.sql" }).getByText("applied").waitFor();

  // A private endpoint, by way of the cron job that calls it.
  await visit(page, "Cron jobs 1");
  await visit(page, "shop.takeStock");
  await main.getByRole("button", { name: "Send" }).click();
  await main.getByText('"taxed": false').waitFor();

  // A change that does not compile is told of, and is gone when it is mended.
  const source = path.join(cli.app, "shop/shop.ts");
  const text = await readFile(source, "utf8");
  await writeFile(source, `${text}\nexport const broken = (`);
  await page.getByText("The version from before the change is still served.").waitFor();
  await writeFile(source, text.replace("Says back what it hears.", "Repeats what it hears."));
  await page.getByText("The version from before the change is still served.").waitFor({ state: "hidden" });
  await visit(page, "WS /echo");
  await main.getByText("Repeats what it hears.").waitFor();

  expect(complaints).toEqual([]);
  expect([...asked]).toEqual([new URL(explorer.url).host]);
  expect(await page.content()).not.toContain(SECRET);
}
