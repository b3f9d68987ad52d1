import { replyToTryLater } from '../../src/rating/write-reply';
import { messagingReply } from '../../src/twilio/answer';
import { messageHandler } from '../../src/twilio/handler';
import { takeText } from '../../src/twilio/take-text';

/**
 * POST /sms/fallback: Twilio delivers here what /sms/incoming failed on. The second chance to store the rating; when the
 * store is still away, the attendee is told.
 */
export const handler = messageHandler(takeText, (event) => messagingReply(replyToTryLater(event)));
