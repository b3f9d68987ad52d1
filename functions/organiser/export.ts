import { writeCsv, writeJson } from '../../src/rating/write-export';
import { plainText } from '../../src/twilio/answer';
import { takePart } from '../../src/twilio/answer-part';
import { organiserHandler } from '../../src/twilio/organiser-handler';

/**
 * GET /organiser/export?format=csv|json&part=1: every rating. Twilio ends an answer at 4 MB, so a long export comes in
 * parts to be put together; `X-Next-Part` names the next one.
 */
export const handler = organiserHandler('read', async ({ fields, event, store }) => {
  const { format = 'csv', part = '1' } = fields;
  if (format !== 'csv' && format !== 'json')
    return plainText(400, 'Bad Request: format is neither csv nor json.');
  if (typeof part !== 'string' || !/^[1-9]\d{0,3}$/.test(part))
    return plainText(400, 'Bad Request: part is no number from 1.');
  const ratings = store.ratings(event.id);
  const { text, more } = await takePart(
    format === 'csv' ? writeCsv(ratings) : writeJson(ratings),
    Number(part),
  );
  return {
    status: 200,
    contentType: format === 'csv' ? 'text/csv; charset=utf-8' : 'application/octet-stream',
    body: text,
    headers: {
      'Content-Disposition': `attachment; filename="${event.id}.${format}"`,
      ...(more ? { 'X-Next-Part': String(Number(part) + 1) } : {}),
    },
  };
});
