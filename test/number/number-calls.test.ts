import { addApplication } from '../stand-in/add-number';
import type { PhoneNumber } from '../stand-in/twilio-account';
import { useDeployment } from './use-deployment';

jest.setTimeout(60_000);
const at = useDeployment();

describe('calls', () => {
  const calls = () => at.webhook.replace('sms/', 'voice/');

  test('that nobody answers are pointed at /voice/incoming of the same deployment, and given back', async () => {
    const before = { ...at.phone };
    const { code, stdout } = await at.number('+15550001111', '--url', at.webhook, '--yes');
    expect(stdout).toContain("calls: https://demo.twilio.com/welcome/voice/\n         the number's own URL");
    expect(stdout).toContain(`VoiceUrl\n      - https://demo.twilio.com/welcome/voice/\n      + ${calls()}`);
    expect(code).toBe(0);
    expect(at.phone).toMatchObject({ voice_url: calls(), voice_method: 'POST' });
    await at.number('+15550001111', '--restore', '--yes');
    expect(at.phone).toEqual(before);
  });

  test.each<[string, string[], Partial<PhoneNumber>]>([
    ['that somebody answers', [], { voice_url: 'https://desk.example/voice' }],
    ['of a TwiML application', [], { voice_application_sid: `AP${'7'.repeat(32)}` }],
    ['of a SIP trunk', [], { trunk_sid: `TK${'7'.repeat(32)}` }],
    ['of a number set to receive faxes', [], { voice_receive_mode: 'fax' }],
    ['with --no-voice', ['--no-voice'], {}],
  ])('%s stay as they are', async (_, flags, settings) => {
    Object.assign(at.phone, settings);
    if (settings.voice_application_sid)
      addApplication(at.twilio, {
        sid: settings.voice_application_sid,
        voice_url: 'https://app.example/voice',
      });
    const { voice_url } = at.phone;
    const { code, stdout } = await at.number('+15550001111', '--url', at.webhook, ...flags, '--yes');
    expect(stdout).not.toContain('VoiceUrl');
    expect(code).toBe(0);
    expect(at.phone).toMatchObject({ ...settings, voice_url, sms_url: at.webhook });
  });

  test('--voice takes over those of a TwiML application, and gives them back', async () => {
    const application = addApplication(at.twilio, { voice_url: 'https://app.example/voice' });
    at.phone.voice_application_sid = application.sid;
    const before = { ...at.phone };
    const { stdout } = await at.number('+15550001111', '--url', at.webhook, '--voice', '--yes');
    expect(stdout).toContain('calls: https://app.example/voice');
    expect(at.phone).toMatchObject({ voice_url: calls(), voice_application_sid: '' });
    await at.number('+15550001111', '--restore', '--yes');
    expect(at.phone).toEqual(before);
  });

  test.each<[string, Partial<PhoneNumber>, string]>([
    ['from a SIP trunk', { trunk_sid: `TK${'7'.repeat(32)}` }, 'take the number out of it'],
    ['of a number without a voice', { voice_receive_mode: 'fax' }, 'takes no calls'],
  ])('--voice does not take them %s', async (_, settings, reason) => {
    Object.assign(at.phone, settings);
    const { code, stderr } = await at.number('+15550001111', '--url', at.webhook, '--voice', '--yes');
    expect(stderr).toContain(reason);
    expect(code).toBe(2);
    expect(at.changes()).toEqual([]);
  });

  test('stay as they are where an older deployment has nothing for them', async () => {
    const build = at.twilio.state.services[0]?.builds[0];
    const versions = build?.versions ?? [];
    if (build) build.versions = versions.filter((version) => version.path !== '/voice/incoming');
    const { code, stderr } = await at.number('+15550001111', '--url', at.webhook, '--yes');
    if (build) build.versions = versions;
    expect(stderr).toContain(`Calls stay as they are: ${calls()} does not answer them`);
    expect(code).toBe(0);
    expect(at.phone).toMatchObject({
      sms_url: at.webhook,
      voice_url: 'https://demo.twilio.com/welcome/voice/',
    });
  });

  test('are not pointed at a URL that does not answer them', async () => {
    const nowhere = at.webhook.replace('sms/incoming', 'voice/nowhere');
    const flags = ['--url', at.webhook, '--voice', nowhere, '--yes'];
    const { code, stderr } = await at.number('+15550001111', ...flags);
    const { stdout } = await at.number('+15550001111', ...flags, '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      error: expect.stringContaining(`${nowhere} is not fit`),
      changed: false,
    });
    expect(stderr).toContain(`${nowhere} is not fit for a phone number: there is nothing at this path (404)`);
    expect(code).toBe(1);
    expect(at.changes().filter(({ host }) => host === 'api.twilio.com')).toEqual([]);
  });
});
