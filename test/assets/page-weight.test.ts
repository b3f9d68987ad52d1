import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';

const assets = path.join(__dirname, '..', '..', 'assets');

/** A page and all that it asks for, in bytes before compression. */
function weigh(page: string): number {
  const html = readFileSync(path.join(assets, page), 'utf8');
  const parts = [...html.matchAll(/(?:src|href)="\/([\w.-]+\.(?:css|js))"/g)].map(([, file = '']) => file);
  expect(parts.length).toBeGreaterThan(0);
  return [page, ...parts].reduce((sum, file) => sum + statSync(path.join(assets, file)).size, 0);
}

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
