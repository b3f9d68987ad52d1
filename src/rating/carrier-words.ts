const stopWords = 'STOP UNSUBSCRIBE END QUIT STOPALL REVOKE OPTOUT CANCEL'.split(' ');

/**
 * Words that belong to Twilio when they are the whole text: it blocks, subscribes or explains by itself, and the message
 * reaches the webhook all the same. Source: https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
 */
const words = new Set([...stopWords, ...'START YES UNSTOP HELP INFO'.split(' ')]);

/** Whether a text, or a keyword, is one of them, in any case. */
export function isCarrierWord(text: string): boolean {
  return words.has(text.trim().toUpperCase());
}

/** Whether somebody wants no more messages: `stop.` may be no word of Twilio's, but whoever sends it wants no answer. */
export function asksToStop(text: string): boolean {
  return (
    stopWords.includes(text.replace(/[^\p{L}]/gu, '').toUpperCase()) &&
    /^[^\p{L}]*\p{L}+[^\p{L}]*$/u.test(text)
  );
}
