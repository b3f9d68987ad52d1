import { call } from './api.js';
import { addMessages, clearMessages, loadMessages, startPhone } from './phone.js';
import { addRequest, clearRequests, loadRequests, startRequests } from './requests.js';
import { refreshResults, startResults } from './results.js';

const connection = document.querySelector('#connection');

startTheme();
startTabs();
startPhone();
startRequests();
startResults();

const { webhookUrl, number } = await call('GET', '/api/status');
document.querySelector('#webhook-url').textContent = `${number} → ${webhookUrl}`;

const events = new EventSource('/api/events');
events.addEventListener('open', async () => {
  // After a restart of the emulator everything is read again.
  await Promise.all([loadMessages(), loadRequests()]);
  refreshResults();
  connection.textContent = 'live';
  connection.dataset.up = '';
});
events.addEventListener('error', () => {
  connection.textContent = 'not connected';
  delete connection.dataset.up;
});
events.addEventListener('request', ({ data }) => {
  const request = JSON.parse(data);
  addRequest(request);
  if (request.method === 'POST') refreshResults();
});
events.addEventListener('messages', ({ data }) => addMessages(JSON.parse(data)));
events.addEventListener('requests-cleared', clearRequests);
events.addEventListener('messages-cleared', clearMessages);

function startTheme() {
  const root = document.documentElement;
  const kept = localStorage.getItem('theme');
  if (kept) root.dataset.theme = kept;
  document.querySelector('#theme').addEventListener('click', () => {
    const dark = root.dataset.theme
      ? root.dataset.theme === 'dark'
      : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
    localStorage.setItem('theme', root.dataset.theme);
  });
}

function startTabs() {
  const buttons = document.querySelectorAll('nav button');
  for (const button of buttons) {
    button.addEventListener('click', () => {
      document.body.dataset.tab = button.dataset.show;
      for (const other of buttons) other.setAttribute('aria-pressed', String(other === button));
    });
  }
}
