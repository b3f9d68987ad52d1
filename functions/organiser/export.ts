import { writeExportPart } from '../../src/rating/write-export';
import { UnknownCursor } from '../../src/storage/rating-store';
import { plainText } from '../../src/twilio/answer';
import { readExportPart, voterNames, writeNextPart } from '../../src/twilio/export-part';
import { organiserHandler } from '../../src/twilio/organiser-handler';

/** Twilio's platform allows 4 MB with headers: https://www.twilio.com/docs/serverless/functions-assets/functions/request-flow */
const partSize = 3_500_000;
/** What is left of the ten seconds of a Function is for the page of ratings that was begun, in milliseconds. */
const partTime = 4000;
const wrongPart = 'Bad Request: part is neither 1 nor what X-Next-Part said.';

/**
 * GET /organiser/export?format=csv|json&part=1: every rating. An answer has a limit of size and of time, so a long export
 * comes in parts to be put together; `X-Next-Part` names the next one.
 */
export const handler = organiserHandler('read', async ({ fields, event, store, config, now }) => {
  const { format = 'csv' } = fields;
  if (format !== 'csv' && format !== 'json')
    return plainText(400, 'Bad Request: format is neither csv nor json.');
  const part = readExportPart(fields.part);
  if (!part) return plainText(400, wrongPart);
  const written = await writeExportPart({
    ratings: store.ratings(event.id, part.after),
    format,
    first: part.after === undefined,
    nameVoter: voterNames(part.nonce, config.voterSecret),
    size: partSize,
    isOver: () => Date.now() - now > partTime,
  }).catch(refuseCursor);
  if (!written) return plainText(400, wrongPart);
  const { text, next } = written;
  return {
    status: 200,
    contentType: format === 'csv' ? 'text/csv; charset=utf-8' : 'application/octet-stream',
    body: text,
    headers: {
      'Content-Disposition': `attachment; filename="${event.id}.${format}"`,
      ...(next === null ? {} : { 'X-Next-Part': writeNextPart(part.nonce, next) }),
    },
  };
});

function refuseCursor(error: unknown): null {
  if (error instanceof UnknownCursor) return null;
  throw error;
}
