import { type InboundMessage, inboundParameters } from '../../../src/emulator/phone/inbound-parameters';

const accountSid = `AC${'1'.repeat(32)}`;
const messageSid = `SM${'2'.repeat(32)}`;

function parameters(message: Partial<InboundMessage> = {}): Record<string, string> {
  const complete: InboundMessage = {
    from: '+15550100001',
    to: '+15550100000',
    body: 'KEYNOTE 5',
    channel: 'sms',
    media: [],
    messageSid,
    ...message,
  };
  return Object.fromEntries(inboundParameters(complete, accountSid));
}

describe('inboundParameters', () => {
  it('holds all of a plain SMS, empty places included', () => {
    expect(parameters()).toEqual({
      ToCountry: 'US',
      ToState: '',
      ToCity: '',
      ToZip: '',
      FromCountry: 'US',
      FromState: '',
      FromCity: '',
      FromZip: '',
      SmsMessageSid: messageSid,
      SmsSid: messageSid,
      MessageSid: messageSid,
      NumMedia: '0',
      NumSegments: '1',
      ReferralNumMedia: '0',
      SmsStatus: 'received',
      Body: 'KEYNOTE 5',
      From: '+15550100001',
      To: '+15550100000',
      AccountSid: accountSid,
      ApiVersion: '2010-04-01',
    });
  });

  it('names the country a number belongs to', () => {
    expect(parameters({ from: '+4930123456' }).FromCountry).toBe('DE');
    expect(parameters({ from: '12345' }).FromCountry).toBe('');
  });

  it('describes each medium of an MMS', () => {
    const media = [
      { url: 'https://example.com/a.jpg', contentType: 'image/jpeg' },
      { url: 'https://example.com/b.png', contentType: 'image/png' },
    ];
    expect(parameters({ media, body: '' })).toMatchObject({
      NumMedia: '2',
      Body: '',
      MediaUrl0: 'https://example.com/a.jpg',
      MediaContentType0: 'image/jpeg',
      MediaUrl1: 'https://example.com/b.png',
      MediaContentType1: 'image/png',
    });
  });

  it('gives a WhatsApp message its profile and no places', () => {
    const sent = parameters({ channel: 'whatsapp' });
    expect(sent).toMatchObject({
      From: 'whatsapp:+15550100001',
      To: 'whatsapp:+15550100000',
      WaId: '15550100001',
      MessageType: 'text',
      ProfileName: 'Demo Attendee',
    });
    expect(JSON.parse(String(sent.ChannelMetadata)).type).toBe('whatsapp');
    expect(sent).not.toHaveProperty('FromCity');
  });

  it('gives an RCS message the address of its agent', () => {
    expect(parameters({ channel: 'rcs', to: 'rcs:my_agent' })).toMatchObject({
      From: 'rcs:+15550100001',
      To: 'rcs:my_agent',
      MessageType: 'text',
    });
  });

  // Counts confirmed against live billing by the makers of sms-segments-calculator.
  it.each([
    ['a'.repeat(160), '1'],
    ['a'.repeat(161), '2'],
    ['中'.repeat(70), '1'],
    ['中'.repeat(71), '2'],
    [`${'a'.repeat(80)}\r\n${'a'.repeat(79)}`, '2'],
    [`${'a'.repeat(80)}\n${'a'.repeat(79)}`, '1'],
    ['é'.repeat(70), '1'],
    ['e\u0301'.repeat(70), '3'],
    ['', '1'],
  ])('counts the segments of %j', (body, segments) => {
    expect(parameters({ body }).NumSegments).toBe(segments);
  });
});
