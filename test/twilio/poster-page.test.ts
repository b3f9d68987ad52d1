import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { parseEvent } from '../../src/rating/parse-event';
import { languages, type RatingEvent } from '../../src/rating/rating-event';
import { type PosterView, posterViews, writeCode, writePoster } from '../../src/twilio/poster-page';
import { chromiumArguments, describeWith } from '../requires';

const number = '+15550100000';
const titles = [
  'Opening keynote',
  `${'W'.repeat(60)} ${'Long words in a title '.repeat(3)}`.slice(0, 120),
  '機械学習'.repeat(30),
  'الكلمة الافتتاحية: مستقبل التعلم الآلي',
  'Tom & <b>"Jerry"</b>',
];

function readEvent(language: string): RatingEvent {
  const keywords = ['KEYNOTE', 'W'.repeat(20), '基調講演', 'PANEL', 'JERRY'];
  const sessions = titles.map((title, index) => ({ keyword: keywords[index], title }));
  const parsed = parseEvent(JSON.stringify({ id: 'event', title: 'Tom & Jerry 2026', language, sessions }));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.event;
}

const write = (event: RatingEvent, view: PosterView) =>
  writePoster({ event, sessions: event.sessions, number, view });

test.each(languages)(
  'a poster in %s says whom to text, what it costs, HELP and STOP, and no markup of a title',
  (language) => {
    const page = write(readEvent(language), 'a4');
    expect(page.match(/<section class="sheet">/g)).toHaveLength(titles.length);
    for (const word of ['KEYNOTE 5', '+1 555 010 0000', 'HELP', 'STOP']) expect(page).toContain(word);
    expect(page).toContain('Tom &amp; &lt;b&gt;&quot;Jerry&quot;&lt;/b&gt;');
    expect(page).not.toContain('<b>');
    expect(page).not.toMatch(/<script|\sstyle=|\son\w+=/);
  },
);

test('its link opens the texting app of iOS and Android with the keyword written', () => {
  const page = write(readEvent('en'), 'a4');
  expect(page).toContain('href="sms:+15550100000?&amp;body=KEYNOTE%20"');
});

describeWith('Chromium', 'a poster', (executablePath) => {
  let browser: Browser;
  let server: Server;
  let page: Page;
  let url: string;
  let html: string;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: chromiumArguments });
    const css = readFileSync(path.join(__dirname, '..', '..', 'assets', 'poster.css'));
    server = createServer((request, response) => {
      const isStyle = request.url === '/poster.css';
      response.setHeader('content-type', isStyle ? 'text/css' : 'text/html').end(isStyle ? css : html);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  });
  afterAll(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
  });

  const sizes: Record<PosterView, [width: number, height: number]> = {
    a4: [595, 842],
    letter: [612, 792],
    slide: [960, 540],
  };
  test.each(posterViews.flatMap((view) => languages.map((language) => [view, language] as const)))(
    'prints as %s in %s on one sheet for each session, nothing cut off',
    async (view, language) => {
      html = write(readEvent(language), view);
      await page.goto(url);
      const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
      const boxes = [...pdf.matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)].map(([, width, height]) => [
        Math.round(Number(width)),
        Math.round(Number(height)),
      ]);
      expect(boxes).toEqual(
        titles.map(() => [expect.closeTo(sizes[view][0], -0.5), expect.closeTo(sizes[view][1], -0.5)]),
      );
      await page.emulateMedia({ media: 'print' });
      const cut = await page.evaluate(`[...document.querySelectorAll('.content')].flatMap((content, index) =>
        content.scrollHeight > content.clientHeight + 1 || content.scrollWidth > content.clientWidth + 1 ? [index] : [])`);
      await page.emulateMedia({ media: null });
      expect(cut).toEqual([]);
    },
  );

  test.each([
    ['KEYNOTE', number, 300],
    ['基調講演', '+4915112345678', 300],
    ['W'.repeat(20), '+819012345678', 300],
    ['KEYNOTE', number, 120],
  ])('the code for %s to %s is read from a picture of %d pixels', async (keyword, to, pixels) => {
    await page.setContent(
      `<body style="margin:0;background:#777"><div style="width:${pixels}px">${writeCode(to, keyword)}</div></body>`,
    );
    const shot = await page.screenshot({ clip: { x: 0, y: 0, width: pixels, height: pixels } });
    await page.evaluate(readFileSync(require.resolve('jsqr'), 'utf8'));
    const read = await page.evaluate(`(async () => {
      const image = new Image();
      image.src = 'data:image/png;base64,${shot.toString('base64')}';
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height);
      const context = canvas.getContext('2d');
      context.drawImage(image, 0, 0);
      const { data, width, height } = context.getImageData(0, 0, image.width, image.height);
      return jsQR(data, width, height)?.data;
    })()`);
    expect(read).toBe(`SMSTO:${to}:${keyword} `);
  });
});
