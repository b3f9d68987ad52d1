// Keeps asking /results: often while somebody looks, seldom in a hidden tab, and ever more slowly while nobody answers.
// docs/organiser.md says what that comes to with a thousand viewers.
const often = 2000;
const atRest = 5000;
const unseen = 60_000;
const restAfter = 60_000;
const slowest = 60_000;
const patience = 8000;

/**
 * @param steady asks often all the time: few projectors, many phones
 * @param draw gets results that changed
 * @param tell gets `{ kind, since }`: `live`; `lost`, no answer since then; `busy`, the service has too much to do. `since`
 *   is when it last answered, `null` for never
 */
export function startFeed({ steady, draw, tell }) {
  let tag = null;
  let answeredAt = null;
  let failures = 0;
  let touchedAt = Date.now();
  let timer = null;
  let asking = false;

  async function refresh() {
    if (asking) return;
    asking = true;
    clearTimeout(timer);
    const { kind, results } = await ask();
    asking = false;
    failures = kind === 'live' ? 0 : failures + 1;
    if (kind === 'live') answeredAt = new Date();
    timer = setTimeout(refresh, pause());
    if (results) draw(results);
    tell({ kind, since: answeredAt });
  }

  /** Never throws: what goes wrong on the way is a kind. */
  async function ask() {
    try {
      const answer = await fetch('/results', {
        // The first is the one that the page preloads. Then: content with what was read for another viewer a moment ago.
        ...(tag && { headers: { 'Cache-Control': 'max-age=2', 'If-None-Match': tag } }),
        signal: AbortSignal.timeout(patience),
      });
      if (answer.status === 304) return { kind: 'live' };
      if (answer.status === 429 || answer.status === 503) return { kind: 'busy' };
      if (!answer.ok) return { kind: 'lost' };
      const results = await answer.json();
      tag = answer.headers.get('ETag');
      return { kind: 'live', results };
    } catch {
      return { kind: 'lost' };
    }
  }

  /** Spread by a quarter, so that pages opened together do not stay together. */
  function pause() {
    const resting = !steady && Date.now() - touchedAt > restAfter;
    const usual = document.hidden ? unseen : resting ? atRest : often;
    const wait = failures === 0 ? usual : Math.max(usual, Math.min(slowest, often * 2 ** failures));
    return wait * (0.75 + Math.random() / 2);
  }

  function touch() {
    const rested = Date.now() - touchedAt > restAfter;
    touchedAt = Date.now();
    if (rested && failures === 0) refresh();
  }

  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) refresh();
  });
  for (const event of ['pointerdown', 'keydown', 'scroll']) addEventListener(event, touch, { passive: true });
  addEventListener('online', refresh);
  addEventListener('offline', () => tell({ kind: 'lost', since: answeredAt }));
  refresh();
}
