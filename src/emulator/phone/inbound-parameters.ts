import { countSegments } from './count-segments';
import { addressOn, type Channel, countryOf, withoutChannel } from './phone-numbers';

export interface Media {
  url: string;
  contentType: string;
}

/** A message on its way from a phone to Twilio. */
export interface InboundMessage {
  from: string;
  to: string;
  body: string;
  channel: Channel;
  media: Media[];
  messageSid: string;
  /** Set by Advanced Opt-Out of a Messaging Service. */
  optOutType?: 'STOP' | 'START' | 'HELP';
  messagingServiceSid?: string;
  /** Added last, as parameters that Twilio brings in without notice would be. */
  extra?: [name: string, value: string][];
}

/**
 * The form that Twilio posts for a message: every parameter, empty ones included, because they are signed too.
 * Source: https://www.twilio.com/docs/messaging/guides/webhook-request, order as seen in captured requests.
 */
export function inboundParameters(
  message: InboundMessage,
  accountSid: string,
): [name: string, value: string][] {
  const from = addressOn(message.channel, message.from);
  const to = addressOn(message.channel, message.to);
  const sid = message.messageSid;
  const shared: [string, string][] = [
    ...media(message.media),
    ['Body', message.body],
    ['From', from],
    ['To', to],
    ['NumMedia', String(message.media.length)],
    ['NumSegments', String(message.channel === 'sms' ? countSegments(message.body).segments : 1)],
    ['MessageSid', sid],
    ['SmsSid', sid],
    ['SmsMessageSid', sid],
    ['SmsStatus', 'received'],
    ['ReferralNumMedia', '0'],
    ['AccountSid', accountSid],
    ['ApiVersion', '2010-04-01'],
  ];
  if (message.messagingServiceSid) shared.push(['MessagingServiceSid', message.messagingServiceSid]);
  if (message.optOutType) shared.push(['OptOutType', message.optOutType]);
  return [...ofChannel(message, from, to), ...shared, ...(message.extra ?? [])];
}

function ofChannel(message: InboundMessage, from: string, to: string): [string, string][] {
  if (message.channel === 'sms') return [...place('To', to), ...place('From', from)];
  const messageType = message.media[0]?.contentType.split('/')[0] ?? 'text';
  if (message.channel === 'rcs') {
    return [
      ['MessageType', messageType],
      ['ChannelMetadata', JSON.stringify({ type: 'rcs', data: { context: {} } })],
    ];
  }
  const waId = withoutChannel(from).replace('+', '');
  return [
    ['ProfileName', 'Demo Attendee'],
    ['WaId', waId],
    ['MessageType', messageType],
    [
      'ChannelMetadata',
      JSON.stringify({ type: 'whatsapp', data: { context: { ProfileName: 'Demo Attendee', WaId: waId } } }),
    ],
  ];
}

/** A call on its way from a phone to Twilio. */
export interface InboundCall {
  callSid: string;
  from: string;
  to: string;
  extra?: [name: string, value: string][];
}

/**
 * The form that Twilio posts for a call. Names of the caller and of the called number stand in it twice, for the sake of old
 * applications. What it also sends and nobody can make up is left out: `CallToken`, `StirVerstat`.
 * Source: https://www.twilio.com/docs/voice/twiml#request-parameters
 * @param status `ringing` at the beginning, `in-progress` after it was answered
 */
export function callParameters(
  { callSid, from, to, extra = [] }: InboundCall,
  { accountSid, status }: { accountSid: string; status: 'ringing' | 'in-progress' },
): [name: string, value: string][] {
  return [
    ['AccountSid', accountSid],
    ['ApiVersion', '2010-04-01'],
    ['CallSid', callSid],
    ['CallStatus', status],
    ['Called', to],
    ...place('Called', to),
    ['Caller', from],
    ...place('Caller', from),
    ['Direction', 'inbound'],
    ['From', from],
    ...place('From', from),
    ['To', to],
    ...place('To', to),
    ...extra,
  ];
}

// City, state and zip are often unknown and then sent empty: the case that breaks signature checks.
function place(side: 'From' | 'To' | 'Called' | 'Caller', address: string): [string, string][] {
  return [
    [`${side}Country`, countryOf(address)],
    [`${side}State`, ''],
    [`${side}City`, ''],
    [`${side}Zip`, ''],
  ];
}

function media(list: Media[]): [string, string][] {
  return list.flatMap(({ url, contentType }, index): [string, string][] => [
    [`MediaContentType${index}`, contentType],
    [`MediaUrl${index}`, url],
  ]);
}
