import { takeRating } from '../../src/rating/take-rating';
import { replyToTryLater } from '../../src/rating/write-reply';
import { messageHandler, messagingReply } from '../../src/twilio/handler';

/**
 * POST /sms/fallback: Twilio delivers here what /sms/incoming failed on. The second chance to store the rating; when the
 * store is still away, the attendee is told.
 */
export const handler = messageHandler(
  ({ message, voter, event, store, now }) =>
    takeRating({ ...message, text: message.body, voter, event, store, now }),
  (event) => messagingReply(replyToTryLater(event.language)),
);
