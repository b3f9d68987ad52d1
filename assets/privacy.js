// Says how long this event keeps what is texted, in its language. Without an answer the page says what holds for every event.
import { privacyTexts } from '/privacy-texts.js';

const answer = await fetch('/invitation');
const { keepDays, language } = await answer.json();
const texts = privacyTexts[language] ?? privacyTexts.en;

if (texts !== privacyTexts.en) {
  document.documentElement.lang = language;
  document.title = texts.title;
  for (const place of document.querySelectorAll('[data-text]')) place.textContent = texts[place.dataset.text];
}
document.getElementById('keep').textContent = keepDays === null ? texts.untilDeleted : texts.days(keepDays);
