// Says how long this event keeps what is texted. Without an answer the page says what holds for every event.
const answer = await fetch('/invitation');
const { keepDays } = await answer.json();
const days = keepDays === 1 ? 'a day' : `${keepDays} days`;
document.getElementById('keep').textContent =
  keepDays === null
    ? 'Until the organisers of the event delete it. They can do so at any time.'
    : `For ${days}. Then it is deleted by itself.`;
