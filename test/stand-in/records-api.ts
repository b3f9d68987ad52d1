/**
 * Messages and calls of api.twilio.com, as far as deleting them goes. One whose delivery has not ended cannot be deleted: 20009,
 * https://www.twilio.com/docs/api/errors/20009. `From` and `To` find equal addresses only, prefix of the channel included.
 */
import { type Request, type Response, Router } from 'express';
import { ApiError, callerOf, findOr404, notFound } from './api-answers';
import { answerOldPage } from './numbers-api';
import type { PhoneRecord, TwilioState } from './twilio-account';

const ended = ['received', 'delivered', 'undelivered', 'failed', 'completed', 'no-answer'];

export function recordsApi(state: TwilioState): Router {
  const api = Router();
  const own = (request: Request, response: Response, kind: PhoneRecord['kind']) => {
    if (request.params.account !== callerOf(response).sid) throw notFound(request);
    return state.records.filter((one) => one.accountSid === request.params.account && one.kind === kind);
  };
  for (const kind of ['Messages', 'Calls'] as const) {
    api.get(`/Accounts/:account/${kind}.json`, (request, response) => {
      const { From, To } = request.query;
      const found = own(request, response, kind).filter(
        ({ from, to }) => (From === undefined || from === From) && (To === undefined || to === To),
      );
      const shown = found.map(({ sid, from, to, status }) => ({ sid, from, to, status }));
      answerOldPage(request, response, kind.toLowerCase(), shown);
    });
    api.delete(`/Accounts/:account/${kind}/:sid.json`, (request, response) => {
      const record = findOr404(own(request, response, kind), request.params.sid, request);
      if (!ended.includes(record.status))
        throw new ApiError(409, 20009, 'Cannot delete message because delivery has not been completed.');
      state.records.splice(state.records.indexOf(record), 1);
      response.status(204).end();
    });
  }
  return api;
}
