import type { TwilioStandIn } from './start-twilio';
import { type Application, type MessagingService, newSid, type PhoneNumber } from './twilio-account';

/** Gives an account of the stand-in a phone number; without more its texts go to `https://old.example/sms`. */
export function addNumber(
  { state, accountSid }: TwilioStandIn,
  phone_number: string,
  settings: Partial<PhoneNumber> = {},
): PhoneNumber {
  const number: PhoneNumber = {
    sid: newSid('PN'),
    accountSid,
    phone_number,
    sms_url: 'https://old.example/sms',
    sms_method: 'GET',
    sms_fallback_url: '',
    sms_fallback_method: 'POST',
    sms_application_sid: '',
    capabilities: { sms: true, mms: true, voice: true, fax: false },
    voice_receive_mode: 'voice',
    // As Twilio sells it.
    voice_url: 'https://demo.twilio.com/welcome/voice/',
    voice_method: 'POST',
    voice_application_sid: '',
    trunk_sid: null,
    ...settings,
  };
  state.numbers.push(number);
  return number;
}

/** Puts numbers into a new Messaging Service, which then decides where their texts go. */
export function addMessagingService(
  { state, accountSid }: TwilioStandIn,
  numbers: PhoneNumber[],
  settings: Partial<MessagingService> = {},
): MessagingService {
  const service: MessagingService = {
    sid: newSid('MG'),
    accountSid,
    friendly_name: 'Conference',
    inbound_request_url: 'https://service.example/sms',
    inbound_method: 'POST',
    fallback_url: null,
    fallback_method: 'POST',
    use_inbound_webhook_on_number: false,
    numberSids: numbers.map(({ sid }) => sid),
    ...settings,
  };
  state.messagingServices.push(service);
  return service;
}

/** Makes a TwiML application, which numbers can name. */
export function addApplication(
  { state, accountSid }: TwilioStandIn,
  settings: Partial<Application>,
): Application {
  const application = { sid: newSid('AP'), accountSid, sms_url: '', voice_url: '', ...settings };
  state.applications.push(application);
  return application;
}
