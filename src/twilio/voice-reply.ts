import type { Language } from '../rating/rating-event';
import type { CallPrompt } from '../rating/take-call';
import type { Answer } from './answer';

const spoken = { en: 'en-US', de: 'de-DE', fr: 'fr-FR', es: 'es-ES', ja: 'ja-JP' } as const satisfies Record<
  Language,
  string
>;

/** TwiML that says something and hangs up, or waits for a key and comes back with it. */
export function voiceReply({ say, choices }: CallPrompt, language: Language): Answer {
  // As in messagingReply: the whole of `twilio` takes ten times as long to load.
  const VoiceResponse: typeof import('twilio/lib/twiml/VoiceResponse') = require('twilio/lib/twiml/VoiceResponse');
  const response = new VoiceResponse();
  if (choices.length > 0) {
    const action = `/voice/incoming?choices=${choices.join('.')}`;
    // Without a key the call goes on with what stands next: the same question once more.
    for (let time = 0; time < 2; time++) {
      response
        .gather({ input: ['dtmf'], numDigits: 1, timeout: 8, action, method: 'POST' })
        .say({ language: spoken[language] }, say);
    }
  } else {
    response.say({ language: spoken[language] }, say);
  }
  response.hangup();
  return { status: 200, contentType: 'text/xml', body: response.toString() };
}
