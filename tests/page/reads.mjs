// What people do with the page, in a headless Chromium: `node reads.mjs <server> <browser>`. Each promise is a function;
// those that are broken are named, with what was there instead.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";

const [server, browserPath] = process.argv.slice(2);
const [api, ui] = [`${server}/audit/api`, `${server}/audit/ui`];
const JANE = "user/jane user/jane group/nuvla-user group/nuvla-anon";
const ADMIN = "user/root user/root group/nuvla-admin group/nuvla-user";
const JOE = "user/joe user/joe group/nuvla-user group/nuvla-anon";
const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 390, height: 780 };
// Other work of the machine may keep the browser waiting.
const LIMIT = 30_000;
const PICTURES = new URL("pictures/", import.meta.url);
const HOSTILE = `<img src=x onerror="document.title='stolen'"><script>document.title='stolen'</script> \u202egpj.exe`;

// ---- What the server has

const by = (caller) => ({ "nuvla-authn-info": caller });

async function post(document, caller = JANE) {
  const headers = { ...by(caller), "content-type": "application/json" };
  const answer = await fetch(`${api}/event`, { method: "POST", headers, body: JSON.stringify(document) });
  assert.equal(answer.status, 201, await answer.clone().text());
  return (await answer.json())["resource-id"];
}

async function act(action) {
  const answer = await fetch(`${server}/${action}`, { method: "POST", headers: by(JANE) });
  await answer.arrayBuffer();
  return answer.headers.get("events-operation");
}

const seen = (number, more = {}) => ({
  "event-type": "run.seen",
  severity: "low",
  resource: { href: `run/${number}` },
  message: `run ${number} was seen`,
  acl: { owners: ["user/jane"] },
  ...more,
});

// ---- What is read

const browser = await chromium.launch({
  executablePath: browserPath,
  // Whoever tests as root has no sandbox; the others keep a browser from asking for things that no test needs.
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

/** A page of its own, whose mistakes are mistakes of the test. */
async function open(query = "", { caller = JANE, viewport = WIDE, colorScheme = "light", before } = {}) {
  const context = await browser.newContext({
    viewport,
    colorScheme,
    timezoneId: "Europe/Zurich",
    extraHTTPHeaders: caller ? by(caller) : {},
  });
  context.setDefaultTimeout(LIMIT);
  const page = await context.newPage();
  page.mistakes = [];
  page.on("pageerror", (error) => page.mistakes.push(error.message));
  page.on("console", (said) => {
    // The browser says of every answer of 4xx that it was none.
    if (said.type() === "error" && !said.text().startsWith("Failed to load resource")) page.mistakes.push(said.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(server)) page.mistakes.push(`it asks ${request.url()}`);
  });
  await before?.(page);
  await page.goto(ui + query);
  return page;
}

async function close(page) {
  assert.deepEqual(page.mistakes, []);
  await page.context().close();
}

const lines = (page) => page.locator("#rows .line");
const types = async (page) => (await lines(page).locator(".type").allTextContents()).join(" ");
const picture = (page, name) => page.screenshot({ path: new URL(`${name}.png`, PICTURES).pathname, animations: "disabled" });
const parameters = (page) => Object.fromEntries(new URL(page.url()).searchParams);
const visible = (page, selector) => page.locator(selector).waitFor({ state: "visible" });

/** Waits until something holds. */
async function until(what, holds) {
  const end = Date.now() + LIMIT;
  while (!(await holds())) {
    if (Date.now() > end) assert.fail(`it is not so in time: ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

const isLive = (page) => page.locator('#live[data-state="following"]').waitFor();

async function isRead(page) {
  await page.locator('#events[aria-busy="false"]').waitFor();
}

// ---- Promises

const promises = {
  async "it says that there are no events yet, and shows the first when it comes"() {
    const page = await open();
    await visible(page, '#state[data-state="nothing-yet"]');
    await picture(page, "nothing-yet");
    await isLive(page);
    await post(seen(0));
    await lines(page).first().waitFor();
    assert.equal(await page.locator("#count").textContent(), "1 event");
    assert.equal(await page.locator("#state").isVisible(), false);
    await close(page);
  },

  async "it lists the newest events, and the older ones when they are asked for"() {
    for (let number = 1; number <= 130; number++) await post(seen(number));
    await act("start");
    await act("stop");
    const page = await open();
    await isRead(page);
    assert.equal(await lines(page).count(), 100);
    // Those of one millisecond are in the order of their ids.
    assert.match(await types(page), /^deployment\.stop (deployment\.notify )?deployment\.start /);
    await picture(page, "light");
    await page.locator("#older").click();
    await until("the oldest is there", async () => (await lines(page).count()) > 100);
    assert.equal(await lines(page).last().locator(".resource").textContent(), "run/0");
    assert.equal(await page.locator("#older").isVisible(), false);
    await close(page);
  },

  async "a filter finds, and stands in the address"() {
    const page = await open();
    await isRead(page);
    await page.keyboard.press("/");
    await page.keyboard.type("resource/href='run/7'");
    await page.keyboard.press("Enter");
    await until("one is found", async () => (await lines(page).count()) === 1);
    assert.deepEqual(parameters(page), { filter: "resource/href='run/7'" });
    await page.reload();
    await until("one is found again", async () => (await lines(page).count()) === 1);
    assert.equal(await page.locator("#filter").inputValue(), "resource/href='run/7'");
    await page.goBack();
    await until("all are there", async () => (await lines(page).count()) === 100);
    await page.goto(`${ui}?filter=${encodeURIComponent("resource/href='run/none'")}`);
    await visible(page, '#state[data-state="nothing-found"]');
    await picture(page, "nothing-found");
    await page.locator("#state button").click();
    await until("all are there again", async () => (await lines(page).count()) === 100);
    await close(page);
  },

  async "a mistake in a filter is said as the server says it"() {
    const wrong = "category='missing end quote";
    const answer = await fetch(`${api}/event?filter=${encodeURIComponent(wrong)}`, { headers: by(JANE) });
    const { message } = await answer.json();
    const page = await open();
    await isRead(page);
    await page.fill("#filter", wrong);
    await page.keyboard.press("Enter");
    await visible(page, "#filter-error");
    assert.equal(await page.locator("#filter-error").textContent(), message);
    assert.match(message, /column 11:\n.*\n {10}\^\n/);
    const style = await page.locator("#filter-error").evaluate((error) => [getComputedStyle(error).fontFamily, getComputedStyle(error).whiteSpace]);
    assert.match(style[0], /mono/);
    assert.equal(style[1], "pre");
    assert.equal(await page.locator("#filter").getAttribute("aria-invalid"), "true");
    await picture(page, "error");
    await page.fill("#filter", "severity='low'");
    await page.keyboard.press("Enter");
    await page.locator("#filter-error").waitFor({ state: "hidden" });
    await lines(page).first().waitFor();
    await close(page);
  },

  async "an operation is a tree with durations and endings"() {
    const page = await open(`?filter=${encodeURIComponent("event-type='deployment.start.failed'")}`);
    await lines(page).first().click();
    const tree = page.locator("[role=tree] [role=treeitem]");
    await tree.first().waitFor();
    const told = await tree.evaluateAll((items) =>
      items.map((item) => [Number(item.ariaLevel), item.querySelector(".type").textContent, item.querySelector(".ending").textContent]),
    );
    assert.deepEqual(told, [
      [1, "deployment.start", "status 502"],
      [2, "deployment.check-api", "completed"],
      [2, "deployment.pull-image", "status 503"],
      [2, "deployment.notify", "completed"],
    ]);
    for (const took of await tree.locator(".took").allTextContents()) assert.match(took, /^\d+(\.\d)? m?s$/);
    assert.match(await page.locator("#detail").textContent(), /registry\.local|replicas/);
    await picture(page, "tree");
    await tree.nth(2).click();
    await page.locator("#detail h2", { hasText: "deployment.pull-image.failed" }).waitFor();
    assert.match(await page.locator("#detail .sentence").textContent(), /not to be had/);
    await page.goBack();
    await page.locator("#detail").waitFor({ state: "hidden" });
    await close(page);
  },

  async "an operation that is open is seen to end"() {
    const page = await open(`?filter=${encodeURIComponent("resource/href='deployment/7f3a'")}`);
    await isLive(page);
    const opening = await act("stop");
    await page.locator(`#rows [data-id="${opening}"]`).click();
    await page.locator("[role=treeitem] .ending", { hasText: "open" }).waitFor();
    await picture(page, "open");
    const ended = await fetch(`${api}/${opening}/complete`, { method: "POST", headers: by(ADMIN) });
    assert.equal(ended.status, 200, await ended.text());
    await page.locator("[role=treeitem] .ending", { hasText: "completed" }).waitFor();
    assert.match(await page.locator("[role=treeitem] .took").textContent(), /^\d+(\.\d)? m?s$/);
    await close(page);
  },

  async "what a limit cut is said to be incomplete"() {
    const page = await open(`?filter=${encodeURIComponent("event-type='deployment.start.failed'")}`, {
      before: (page) =>
        page.route("**/tree", async (route) => {
          const answer = await route.fetch();
          await route.fulfill({ response: answer, json: { ...(await answer.json()), cut: true } });
        }),
    });
    await lines(page).first().click();
    await page.locator(".cut", { hasText: "A limit of the server cut this" }).waitFor();
    await picture(page, "cut");
    await close(page);
  },

  async "a resource has a history"() {
    await post(seen(7, { message: "run 7 was seen again" }));
    const page = await open();
    await isRead(page);
    await lines(page).filter({ hasText: "run 7 was seen again" }).click();
    await page.locator("#detail dd a", { hasText: "run/7" }).click();
    await until("its history is there", async () => (await lines(page).count()) === 2);
    assert.deepEqual(parameters(page), { resource: "run/7" });
    assert.match(await page.locator("#history").textContent(), /History of run\/7/);
    await picture(page, "history");
    await page.goBack();
    await until("all are there", async () => (await lines(page).count()) === 100);
    await page.locator("#detail .facts").first().waitFor();
    await page.keyboard.press("h");
    await until("its history is there again", async () => (await lines(page).count()) === 2);
    // What leads to it by a link belongs to it.
    await page.goto(`${ui}?resource=${encodeURIComponent("job/41c0")}`);
    await lines(page).filter({ hasText: "deployment.start" }).first().waitFor();
    await page.locator("#history-end").click();
    await until("all are there again", async () => (await lines(page).count()) === 100);
    await close(page);
  },

  async "what happens arrives by itself, is paused, and goes on without a gap"() {
    const page = await open(`?filter=${encodeURIComponent("event-type='run.told'")}`);
    const told = (number) => post(seen(number, { "event-type": "run.told", message: `told ${number}` }));
    const messages = async () => (await lines(page).locator(".message").allTextContents()).join(",");
    const asked = [];
    page.on("request", (request) => request.url().includes("/event/tail") && asked.push(request.headers()["last-event-id"]));
    await isLive(page);
    await told(1);
    await until("the first arrives", async () => (await messages()) === "told 1");
    await page.keyboard.press("p");
    await page.locator('#live[data-state="paused"]').waitFor();
    await told(2);
    await told(3);
    await post(seen(1, { message: "not for this filter" }));
    assert.equal(await messages(), "told 1");
    await page.keyboard.press("p");
    await until("what was missed arrives", async () => (await messages()) === "told 3,told 2,told 1");
    assert.match(asked.at(-1), /^\d+$/);
    assert.equal(await page.locator("#count").textContent(), "3 events");
    await told(4);
    await until("it goes on", async () => (await messages()) === "told 4,told 3,told 2,told 1");
    await close(page);
  },

  async "a connection that breaks is made again, without a gap"() {
    let isBroken = false;
    const page = await open(`?filter=${encodeURIComponent("event-type='run.kept'")}`, {
      before: (page) => page.route("**/event/tail*", (route) => (isBroken ? route.abort() : route.continue())),
    });
    await isLive(page);
    await page.locator("#live").click();
    isBroken = true;
    await page.locator("#live").click();
    await page.locator('#live[data-state="lost"]').waitFor();
    await picture(page, "reconnecting");
    await post(seen(1, { "event-type": "run.kept" }));
    isBroken = false;
    await lines(page).first().waitFor();
    await isLive(page);
    await close(page);
  },

  async "a trail that cannot be read is not shown as followed"() {
    const body = "retry: 2000\nid: 1\n\n: the events cannot be read now\n\n";
    let asked = 0;
    let isUnreadable = true;
    const answer = (route) => {
      asked += 1;
      return isUnreadable ? route.fulfill({ contentType: "text/event-stream", body }) : route.continue();
    };
    const page = await open(`?filter=${encodeURIComponent("event-type='run.unread'")}`, {
      before: (page) => page.route("**/event/tail*", answer),
    });
    await page.locator('#live[data-state="lost"]').waitFor();
    await until("it has asked four times", () => asked >= 4);
    await page.locator('#live[data-state="lost"]').waitFor();
    isUnreadable = false;
    await isLive(page);
    await close(page);
  },

  async "who reads further down is not moved, and told of what is new"() {
    const page = await open();
    await isLive(page);
    await isRead(page);
    await page.locator("#list").evaluate((list) => (list.scrollTop = 600));
    const before = await lines(page).nth(25).evaluate((line) => [line.dataset.id, line.getBoundingClientRect().top]);
    await post(seen(3));
    await page.locator("#newer", { hasText: "1 new event" }).waitFor();
    const after = await page.locator(`#rows [data-id="${before[0]}"]`).evaluate((line) => line.getBoundingClientRect().top);
    assert.ok(Math.abs(after - before[1]) <= 1, `moved by ${after - before[1]}`);
    await page.locator("#newer").click();
    assert.equal(await page.locator("#newer").isVisible(), false);
    assert.equal(await page.locator("#list").evaluate((list) => list.scrollTop), 0);
    await close(page);
  },

  async "all of it works with the keyboard"() {
    const page = await open();
    await isRead(page);
    const focused = () => page.evaluate(() => document.activeElement.dataset.id ?? document.activeElement.id);
    const ids = await lines(page).evaluateAll((all) => all.map((line) => line.dataset.id));
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    assert.equal(await focused(), ids[2]);
    await page.keyboard.press("ArrowUp");
    assert.equal(await focused(), ids[1]);
    assert.match(await page.locator("#rows .line:focus").evaluate((line) => getComputedStyle(line).outlineStyle), /solid/);
    await page.keyboard.press("Enter");
    await page.locator("#detail .facts").first().waitFor();
    assert.equal(await focused(), "detail-title");
    assert.equal(parameters(page).event, ids[1]);
    await page.keyboard.press("j");
    await until("the next is open", () => parameters(page).event === ids[2]);
    await page.keyboard.press("Escape");
    await page.locator("#detail").waitFor({ state: "hidden" });
    assert.equal(await focused(), ids[2]);
    await page.keyboard.press("End");
    assert.equal(await focused(), ids.at(-1));
    await page.keyboard.press("Home");
    assert.equal(await focused(), ids[0]);
    await page.keyboard.press("/");
    assert.equal(await focused(), "filter");
    await page.keyboard.type("j/k?");
    assert.equal(await page.locator("#filter").inputValue(), "j/k?");
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("#filter").inputValue(), "");
    assert.equal(await focused(), ids[0]);
    await page.keyboard.press("?");
    await visible(page, "#keys");
    await page.keyboard.press("Escape");
    await page.locator("#keys").waitFor({ state: "hidden" });
    await close(page);
  },

  async "a narrow screen shows the list, then the event"() {
    const page = await open(`?filter=${encodeURIComponent("event-type^='deployment.'")}`, { viewport: NARROW });
    await lines(page).first().waitFor();
    const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth && document.getElementById("list").scrollWidth <= innerWidth);
    assert.ok(await fits());
    await picture(page, "narrow");
    await lines(page).filter({ hasText: "status 502" }).click();
    await page.locator("[role=treeitem]").first().waitFor();
    assert.equal(await page.locator("#list").isVisible(), false);
    assert.ok(await fits());
    await picture(page, "narrow-tree");
    await page.locator("#detail .close").click();
    await visible(page, "#list");
    await close(page);
  },

  async "it is light or dark as the reader wants, and legible in both"() {
    for (const colorScheme of ["light", "dark"]) {
      const page = await open(`?filter=${encodeURIComponent("event-type='deployment.start.failed'")}`, { colorScheme });
      await lines(page).first().click();
      await page.locator("[role=treeitem]").first().waitFor();
      const faint = await page.evaluate(contrasts);
      assert.deepEqual(faint, []);
      await picture(page, colorScheme === "dark" ? "dark" : "light-tree");
      await close(page);
    }
  },

  async "what events say stays text"() {
    await post(seen(1, {
      "event-type": "run.hostile",
      message: HOSTILE,
      tags: [HOSTILE],
      details: { [HOSTILE]: HOSTILE },
      payload: { told: HOSTILE },
    }));
    const page = await open(`?filter=${encodeURIComponent("event-type='run.hostile'")}`);
    await lines(page).first().click();
    await page.locator("#detail .facts").nth(1).waitFor();
    const shown = HOSTILE.replace("\u202e", "\\u{202e}");
    assert.equal(await lines(page).first().locator(".message").textContent(), shown);
    assert.equal(await page.locator("#detail .sentence").textContent(), shown);
    assert.equal(await page.locator("#detail img, #detail script, #rows img, #rows script").count(), 0);
    assert.equal(await page.title(), "Events");
    await picture(page, "hostile");
    // Not only the page sees to it.
    const refused = await page.evaluate(() => {
      try {
        document.body.innerHTML = "<b>x</b>";
        return "written";
      } catch {
        return "refused";
      }
    });
    assert.equal(refused, "refused");
    page.mistakes = page.mistakes.filter((mistake) => !mistake.includes("TrustedHTML"));
    await close(page);
  },

  async "who may not read is told so, and who may see little sees little"() {
    const nobody = await open("", { caller: "" });
    await visible(nobody, '#state[data-state="unauthorised"]');
    assert.match(await nobody.locator("#state").textContent(), /credentials required/);
    await picture(nobody, "unauthorised");
    await nobody.locator("#state a").click();
    await until("the way to sign in is shown", () => new URL(nobody.url()).pathname === "/login");
    assert.equal(parameters(nobody).from, "/audit/ui");
    await close(nobody);
    const joe = await open("", { caller: JOE });
    await lines(joe).first().click();
    await joe.locator("#detail .quiet").waitFor();
    assert.equal(await joe.locator("[role=tree]").count(), 0);
    await picture(joe, "partial");
    const other = `${ui}?event=${encodeURIComponent("event/01900000-0000-7000-8000-000000000000")}`;
    await joe.goto(other);
    await joe.locator("#detail .said", { hasText: "not found" }).waitFor();
    await close(joe);
  },

  async "a server that fails is said to, and asked again"() {
    let fails = true;
    const page = await open("", {
      before: (page) =>
        page.route(/\/event\?/, (route) =>
          fails ? route.fulfill({ status: 503, json: { status: 503, message: "the store cannot be read" } }) : route.continue(),
        ),
    });
    await visible(page, '#state[data-state="failed"]');
    assert.match(await page.locator("#state").textContent(), /the store cannot be read/);
    await picture(page, "failed");
    fails = false;
    await page.locator("#state button").click();
    await lines(page).first().waitFor();
    await close(page);
  },
};

/** Texts whose contrast is below 4.5, as WCAG 2.2 counts it. Runs in the page. */
function contrasts() {
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const parts = (color) => color.match(/[\d.]+/g).map(Number);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = parts(getComputedStyle(at).backgroundColor);
      if (color.length === 3 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const element of document.querySelectorAll("body *")) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!hasText || !element.checkVisibility() || element.classList.contains("unseen") || element.closest(".skip")) continue;
    const [one, other] = [light(parts(getComputedStyle(element).color)), light(ground(element))];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (contrast < 4.5) faint.push(`${element.className || element.localName}: ${contrast.toFixed(2)}`);
  }
  return [...new Set(faint)];
}

mkdirSync(PICTURES, { recursive: true });
let broken = 0;
for (const [promise, holds] of Object.entries(promises)) {
  try {
    await holds();
    console.log(`ok      ${promise}`);
  } catch (error) {
    broken += 1;
    console.log(`BROKEN  ${promise}\n${error.stack}`);
    for (const [number, page] of browser.contexts().flatMap((context) => context.pages()).entries()) {
      await picture(page, `broken-${broken}-${number}`).catch(() => {});
      if (page.mistakes.length) console.log(`        the page says: ${page.mistakes.join("; ")}`);
    }
    await Promise.all(browser.contexts().map((context) => context.close()));
  }
}
await browser.close();
process.exit(broken ? 1 : 0);
