// The organiser's page: shows /organiser/overview, and changes things with JSON. All text is set as text.
import { ask, say, sayLive, setText } from '/organiser-api.js';
import { startData } from '/organiser-data.js';
import { drawSessions } from '/organiser-sessions.js';
import { drawComments, drawUncounted } from '/organiser-texts.js';
import { drawTimeline } from '/organiser-timeline.js';

const often = 3000;
const unseen = 60_000;
const slowest = 30_000;
/** The timeline reads every rating: not again before this, and only when there are others. */
const timelineRest = 20_000;

let timer;
/** Which question was the last. What an earlier one brings is from before a change that somebody made meanwhile. */
let lastQuestion = 0;
let failures = 0;
let timelineOf = '';
let timelineAt = 0;

async function refresh() {
  const question = askAnew();
  try {
    const overview = await (await ask('overview')).json();
    if (question !== lastQuestion) return;
    draw(overview);
    await refreshTimeline(overview.sessions);
    if (question !== lastQuestion) return;
    failures = 0;
    sayLive();
  } catch (error) {
    if (question !== lastQuestion) return;
    failures += 1;
    say(`no answer, trying again: ${error.message}`, 'fault');
  }
  const usual = document.hidden ? unseen : often;
  refreshIn(Math.max(usual, Math.min(slowest, often * 2 ** failures - often)));
}

/** From here on no answer counts that was asked for before. */
function askAnew() {
  clearTimeout(timer);
  lastQuestion += 1;
  return lastQuestion;
}

function refreshIn(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(refresh, milliseconds);
}

async function refreshTimeline(sessions) {
  const counts = JSON.stringify(sessions.map(({ count }) => count));
  if (counts === timelineOf || Date.now() - timelineAt < timelineRest) return;
  timelineAt = Date.now();
  drawTimeline(await (await ask('timeline')).json());
  timelineOf = counts;
}

/** Does what somebody asked for, says how it went, and shows what it changed. */
async function act(path, change, done) {
  askAnew();
  try {
    const answer = await (await ask(path, change)).json();
    say(done(answer), 'done');
    await refresh();
    return answer;
  } catch (error) {
    say(error.message, 'fault');
    refreshIn(often);
    return null;
  }
}

function draw({ event, sessions, comments, cut, uncounted }) {
  setText(document.getElementById('title'), event.title);
  const title = `${event.title}: organiser`;
  if (document.title !== title) document.title = title;
  setText(document.getElementById('rules'), describeRules(event));
  drawSessions(sessions, act);
  drawComments(comments, { cut, act });
  drawUncounted(uncounted);
}

function describeRules({ moderation, results, keepDays }) {
  const shown = {
    always: 'Results are shown at once.',
    'after-close': 'Results are shown when a session is closed.',
    organiser: 'Results are shown here only.',
  }[results];
  const held = moderation === 'all' ? 'Every comment waits for you.' : 'Doubtful comments wait for you.';
  const kept =
    keepDays === null ? 'Data is kept until you delete it.' : `Data is deleted after ${keepDays} days.`;
  return `${shown} ${held} ${kept}`;
}

document.addEventListener('visibilitychange', () => {
  if (!document.hidden) refresh();
});
addEventListener('online', refresh);
startData(act);
refresh();
