import { findPreviousBuild } from '../../src/deploy/deployment';

/** Answers the list of deployments, newest first as Twilio gives it, two to a page. */
function clientWith(builds: string[], sameSecond: boolean) {
  const deployments = builds
    .map((build_sid, index) => ({
      build_sid,
      date_created: new Date(Date.UTC(2026, 0, 1) + (sameSecond ? 0 : index * 60_000)).toISOString(),
    }))
    .reverse();
  return {
    request: async ({ uri }: { uri: string }) => {
      const page = Number(new URL(uri).searchParams.get('Page') ?? 0);
      const rest = deployments.length > (page + 1) * 2;
      const next_page_url = rest ? `${uri.split('?')[0]}?Page=${page + 1}` : null;
      const body = { deployments: deployments.slice(page * 2, (page + 1) * 2), meta: { next_page_url } };
      return { statusCode: 200, body };
    },
  };
}

const deployment = { serviceSid: 'ZS', environmentSid: 'ZE', domain: null, variables: {} };

test.each<[string, string[], string | null, string | null]>([
  ['before the second is the first', ['a', 'b'], 'b', 'a'],
  ['before the first is none', ['a'], 'a', null],
  ['going back twice goes back two builds', ['a', 'b', 'c', 'b'], 'b', 'a'],
  ['what was taken back is not the one to go back to', ['a', 'b', 'a', 'c'], 'c', 'a'],
  ['a build that was activated again counts from its first time', ['a', 'b', 'a', 'b'], 'b', 'a'],
  ['without an active build there is none before', ['a', 'b'], null, null],
  ['an active build that is not in the list has none before', ['a', 'b'], 'x', null],
])('%s', async (_, builds, buildSid, expected) => {
  for (const sameSecond of [false, true]) {
    const client = clientWith(builds, sameSecond);
    expect(await findPreviousBuild(client, { ...deployment, buildSid })).toBe(expected);
  }
});
