/** Calls the console's API; throws an Error with the server's sentence when it refuses. */
export async function call(method, path, body) {
  const response = await fetch(path, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

/** Runs what the user asked for and says what went wrong. */
export async function attempt(action) {
  const notice = document.querySelector('#notice');
  notice.textContent = '';
  try {
    return await action();
  } catch (error) {
    notice.textContent = error instanceof TypeError ? 'The emulator does not answer.' : error.message;
    setTimeout(() => {
      notice.textContent = '';
    }, 8_000);
    return undefined;
  }
}

/** Makes an element; texts are set as text, so nothing received can become markup. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}
