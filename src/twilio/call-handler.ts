import { takeCall, tryLater } from '../rating/take-call';
import { plainText } from './answer';
import { readConfig } from './config';
import { type Handler, makeHandler, whenAvailable, withStore } from './handler';
import { parseInboundCall } from './inbound-call';
import { refuseStranger } from './refuse-stranger';
import { voiceReply } from './voice-reply';
import { voterPseudonym } from './voter';

/** Makes the handler for a URL that only Twilio calls with a phone call. The file must be `.protected`. */
export function callHandler(): Handler {
  return makeHandler(async (context, fields) => {
    const config = readConfig(context);
    const refusal = refuseStranger(context, fields, config, ['choices']);
    if (refusal) return refusal;
    return whenAvailable(
      async () => {
        const parsed = parseInboundCall(fields, config.accountSid);
        if (!parsed.ok) {
          console.log(`refused, not a call: ${parsed.reason} is missing or malformed`);
          return plainText(400, 'Bad Request');
        }
        const { callSid, from, ...pressed } = parsed.call;
        const { voterSecret: secret } = config;
        return withStore(config, async ({ event, store, now }) => {
          const voter = from === null ? null : voterPseudonym(from, { event: event.id, secret });
          return voiceReply(await takeCall({ ...pressed, callSid, voter, event, store, now }));
        });
      },
      (event) => voiceReply(tryLater(event)),
    );
  });
}
