// How many ratings came when: a bar for each step of time, a chart for each session, all on one scale.
import { make, writeTime } from '/organiser-api.js';

export function drawTimeline(timeline) {
  const note = document.getElementById('timeline-note');
  note.hidden = timeline?.complete === true;
  note.textContent =
    timeline === null ? 'No ratings yet.' : 'There are too many ratings to read at once: some are missing.';
  const most = Math.max(1, ...(timeline?.bars ?? []).flatMap(({ counts }) => counts));
  const charts = (timeline?.bars ?? []).map((bars) => drawBars(bars, timeline, most));
  document.getElementById('timeline').replaceChildren(...charts);
}

function drawBars({ session, counts }, { from, step }, most) {
  const box = make('figure', 'timeline');
  const slots = Math.max(counts.length, 12);
  const sum = counts.reduce((total, count) => total + count, 0);
  const chart = svg('svg', {
    class: 'chart',
    viewBox: `0 0 ${slots} 20`,
    preserveAspectRatio: 'none',
    role: 'img',
  });
  const highest = Math.max(...counts);
  const width = describeStep(step);
  const until = from + slots * step;
  const said = `${session}: ${sum} from ${writeTime(from)} on, at most ${highest} in ${width}`;
  chart.setAttribute('aria-label', said);
  for (const [index, count] of counts.entries()) {
    const height = (20 * count) / most;
    chart.append(svg('rect', { x: index + 0.08, y: 20 - height, width: 0.84, height }));
  }
  const axis = make('p', 'axis note');
  axis.append(make('span', '', writeTime(from)), make('span', '', writeTime(until)));
  const caption = make('figcaption', '', `${session}: at most ${highest} in ${width}`);
  box.append(caption, chart, axis);
  return box;
}

function describeStep(step) {
  const minutes = step / 60_000;
  if (minutes < 60) return minutes === 1 ? 'a minute' : `${minutes} minutes`;
  const hours = minutes / 60;
  if (hours < 24) return hours === 1 ? 'an hour' : `${hours} hours`;
  return hours === 24 ? 'a day' : `${Math.round(hours / 24)} days`;
}

function svg(name, attributes) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
