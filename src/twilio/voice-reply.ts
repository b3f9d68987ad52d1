import type { CallPrompt } from '../rating/take-call';
import type { Answer } from './answer';

/** TwiML that says something and hangs up, or waits for a key and comes back with it. */
export function voiceReply({ say, locale, choices }: CallPrompt): Answer {
  // As in messagingReply: the whole of `twilio` takes ten times as long to load.
  const VoiceResponse: typeof import('twilio/lib/twiml/VoiceResponse') = require('twilio/lib/twiml/VoiceResponse');
  const response = new VoiceResponse();
  // Any tag: an event may be in a language that Twilio gets a voice for tomorrow.
  const spoken = { language: locale as 'en-US' };
  if (choices.length > 0) {
    const action = `/voice/incoming?choices=${choices.join('.')}`;
    // Without a key the call goes on with what stands next: the same question once more.
    for (let time = 0; time < 2; time++) {
      response.gather({ input: ['dtmf'], numDigits: 1, timeout: 8, action, method: 'POST' }).say(spoken, say);
    }
  } else {
    response.say(spoken, say);
  }
  response.hangup();
  return { status: 200, contentType: 'text/xml', body: response.toString() };
}
