import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { writeCode } from '../../src/twilio/poster-page';

const assets = path.join(__dirname, '..', '..', 'assets');

/** What a page asks for by itself. */
function partsOf(page: string): string[] {
  const html = readFileSync(path.join(assets, page), 'utf8');
  return [...html.matchAll(/(?:src|href)="\/([\w.-]+\.(?:css|js))"/g)].map(([, file = '']) => file);
}

/** A page and all that it asks for, in bytes before compression. */
function weigh(page: string): number {
  const parts = partsOf(page);
  expect(parts.length).toBeGreaterThan(0);
  return [page, ...parts].reduce((sum, file) => sum + statSync(path.join(assets, file)).size, 0);
}

test.each(['index.html', 'organiser.private.html'])(
  '%s names each module itself, so that none waits for another',
  (page) => {
    const parts = partsOf(page);
    const imported = parts
      .filter((file) => file.endsWith('.js'))
      .flatMap((file) => [...readFileSync(path.join(assets, file), 'utf8').matchAll(/from '\/([\w.-]+)'/g)])
      .map(([, file = '']) => file);
    expect(parts).toEqual(expect.arrayContaining(imported));
  },
);

test('the projector view weighs less than 60 kB, codes for four sessions included', () => {
  const more = ['projector.css', 'projector.js'].map((file) => statSync(path.join(assets, file)).size);
  const code = writeCode('+15550100000', 'W'.repeat(20)).length;
  expect(weigh('index.html') + more.reduce((sum, size) => sum + size, 4 * code)).toBeLessThan(60_000);
});

test.each(['index.html', 'organiser.private.html', 'privacy.html'])(
  '%s weighs less than 60 kB in all',
  (page) => {
    expect(weigh(page)).toBeLessThan(60_000);
  },
);

test.each(['index.html', 'organiser.private.html', 'privacy.html'])(
  '%s asks nobody else for anything',
  (page) => {
    const html = readFileSync(path.join(assets, page), 'utf8');
    expect(html.match(/<(?:script|link|img|iframe)[^>]+(?:src|href)="(?:https?:)?\/\//g)).toBeNull();
    expect(html).not.toMatch(/\sstyle="|\son\w+="|<script>/);
  },
);
