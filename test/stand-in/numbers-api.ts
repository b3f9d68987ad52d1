/**
 * api.twilio.com (accounts, incoming numbers, applications) and messaging.twilio.com, as far as routing a number uses them.
 *
 * Requests are held to the description before they get here. The 2010 API has another list envelope than the newer ones and
 * paths that end in `.json`.
 */
import { type Request, type Response, Router } from 'express';
import { answerPage, callerOf, findOr404, notFound } from './api-answers';
import type { Account, MessagingService, PhoneNumber, TwilioState } from './twilio-account';

export function accountsApi(state: TwilioState): Router {
  const api = Router();
  // An account's token also opens its subaccounts.
  const findAccount = (request: Request, response: Response): Account => {
    const caller = callerOf(response);
    const account = state.accounts.find(({ sid }) => sid === request.params.account);
    if (!account || ![account.sid, account.ownerSid].includes(caller.sid)) throw notFound(request);
    return account;
  };

  api.get('/Accounts.json', (request, response) => {
    const caller = callerOf(response);
    const own = state.accounts.filter(({ sid, ownerSid }) => [sid, ownerSid].includes(caller.sid));
    answerOldPage(request, response, 'accounts', own.map(showAccount));
  });
  api.get('/Accounts/:account.json', (request, response) => {
    response.json(showAccount(findAccount(request, response)));
  });
  api.get('/Accounts/:account/IncomingPhoneNumbers.json', (request, response) => {
    const account = findAccount(request, response);
    const wanted = request.query.PhoneNumber;
    const numbers = state.numbers.filter(
      ({ accountSid, phone_number }) =>
        // "You can specify partial numbers": the filter finds whatever contains these digits.
        accountSid === account.sid && (wanted === undefined || phone_number.includes(String(wanted))),
    );
    answerOldPage(request, response, 'incoming_phone_numbers', numbers.map(showNumber));
  });
  const number = '/Accounts/:account/IncomingPhoneNumbers/:number.json';
  const findNumber = (request: Request, response: Response) => {
    const { sid: owner } = findAccount(request, response);
    const own = state.numbers.filter(({ accountSid }) => accountSid === owner);
    return findOr404(own, request.params.number, request);
  };
  api.get(number, (request, response) => {
    response.json(showNumber(findNumber(request, response)));
  });
  api.post(number, (request, response) => {
    const found = findNumber(request, response);
    const form = request.body as Record<string, string>;
    found.sms_url = form.SmsUrl ?? found.sms_url;
    found.sms_method = form.SmsMethod ?? found.sms_method;
    found.sms_fallback_url = form.SmsFallbackUrl ?? found.sms_fallback_url;
    found.sms_fallback_method = form.SmsFallbackMethod ?? found.sms_fallback_method;
    found.sms_application_sid = form.SmsApplicationSid ?? found.sms_application_sid;
    found.voice_url = form.VoiceUrl ?? found.voice_url;
    found.voice_method = form.VoiceMethod ?? found.voice_method;
    found.voice_application_sid = form.VoiceApplicationSid ?? found.voice_application_sid;
    response.json(showNumber(found));
  });
  api.get('/Accounts/:account/Applications/:application.json', (request, response) => {
    const { sid: owner } = findAccount(request, response);
    const own = state.applications.filter(({ accountSid }) => accountSid === owner);
    response.json(showOwned(findOr404(own, request.params.application, request)));
  });
  return api;
}

export function messagingApi(state: TwilioState): Router {
  const api = Router();
  const own = (response: Response) =>
    state.messagingServices.filter(({ accountSid }) => accountSid === callerOf(response).sid);
  api.get('/Services', (request, response) => {
    answerPage(request, response, 'services', own(response).map(showService));
  });
  api.get('/Services/:service', (request, response) => {
    response.json(showService(findOr404(own(response), request.params.service, request)));
  });
  api.get('/Services/:service/PhoneNumbers', (request, response) => {
    const { numberSids } = findOr404(own(response), request.params.service, request);
    const numbers = state.numbers.filter(({ sid }) => numberSids.includes(sid));
    answerPage(
      request,
      response,
      'phone_numbers',
      numbers.map(({ sid, phone_number }) => ({ sid, phone_number })),
    );
  });
  api.post('/Services/:service', (request, response) => {
    const service = findOr404(own(response), request.params.service, request);
    const form = request.body as Record<string, string>;
    if (form.InboundRequestUrl !== undefined) service.inbound_request_url = form.InboundRequestUrl || null;
    if (form.FallbackUrl !== undefined) service.fallback_url = form.FallbackUrl || null;
    service.inbound_method = form.InboundMethod ?? service.inbound_method;
    service.fallback_method = form.FallbackMethod ?? service.fallback_method;
    if (form.UseInboundWebhookOnNumber !== undefined)
      service.use_inbound_webhook_on_number = form.UseInboundWebhookOnNumber === 'true';
    response.json(showService(service));
  });
  return api;
}

function showAccount({ sid, ownerSid, status, primaryToken }: Account): object {
  return { sid, owner_account_sid: ownerSid, status, auth_token: primaryToken, type: 'Full' };
}

function showNumber({ sms_application_sid, voice_application_sid, ...rest }: PhoneNumber): object {
  return showOwned({
    ...rest,
    sms_application_sid: sms_application_sid || null,
    voice_application_sid: voice_application_sid || null,
  });
}

function showService({ numberSids: _numbers, ...service }: MessagingService): object {
  return showOwned(service);
}

function showOwned<T extends { accountSid: string }>({ accountSid, ...rest }: T): object {
  return { account_sid: accountSid, ...rest };
}

// The envelope of the 2010 API, whose next page is a path without a host.
export function answerOldPage(request: Request, response: Response, key: string, entries: object[]): void {
  const size = 2;
  const page = Number(request.query.Page ?? 0);
  const query = new URLSearchParams({ ...(request.query as Record<string, string>), Page: String(page + 1) });
  const path = `${request.baseUrl}${request.path}`;
  response.json({
    [key]: entries.slice(page * size, (page + 1) * size),
    page,
    page_size: size,
    next_page_uri: entries.length > (page + 1) * size ? `${path}?${query}` : null,
  });
}
