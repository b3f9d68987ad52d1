import type twilio from 'twilio';
import { connectToSync, type StartedSync, startSync } from './start-sync';

/** The client's own way to Sync: what it makes of the answers is what Twilio means by them. */
let sync: StartedSync;
let connection: ReturnType<typeof connectToSync>;
let service: ReturnType<ReturnType<typeof twilio>['sync']['v1']['services']>;

beforeAll(async () => {
  sync = await startSync();
  connection = connectToSync(sync);
});
beforeEach(async () => {
  sync.services.clear();
  sync.limits.clock = () => 0;
  const { sync: api } = connection.connect(sync) as unknown as ReturnType<typeof twilio>;
  const { sid } = await api.v1.services.create({ friendlyName: 'Conference' });
  service = api.v1.services(sid);
});
afterAll(async () => {
  connection.close();
  await sync.close();
});

const name = (index: number) => `document ${index}`;

test('keeps Documents, which have a revision that a write may insist on', async () => {
  const made = await service.documents.create({ uniqueName: 'head', data: { n: 1 } });
  expect(made).toMatchObject({ uniqueName: 'head', data: { n: 1 }, revision: '0', createdBy: 'system' });
  const document = service.documents('head');
  const changed = await document.update({ data: { n: 2 }, ifMatch: made.revision });
  expect(changed).toMatchObject({ sid: made.sid, data: { n: 2 }, revision: '1' });
  await expect(document.update({ data: { n: 3 }, ifMatch: made.revision })).rejects.toMatchObject({
    status: 412,
    code: 54103,
  });
  expect((await service.documents(made.sid).fetch()).data).toEqual({ n: 2 });
  await expect(document.update({ data: { n: 3 }, ifMatch: 'no revision' })).rejects.toMatchObject({
    code: 54003,
  });
  await expect(document.update()).rejects.toMatchObject({ status: 400, code: 54010 });
});

test('lists Documents in pages of 100 at most, with their data', async () => {
  for (let index = 0; index < 130; index += 1)
    await service.documents.create({ uniqueName: name(index), data: { index } });
  sync.calls.length = 0;
  const all = await service.documents.list({ pageSize: 100 });
  expect(all.map(({ data }) => data.index)).toEqual(Array.from({ length: 130 }, (_, index) => index));
  expect(sync.calls).toHaveLength(2);
});

test('has no upsert of Map items', async () => {
  await service.syncMaps.create({ uniqueName: 'cold' });
  const map = service.syncMaps('cold');
  await map.syncMapItems.create({ key: 'a', data: { n: 1 } });
  await expect(map.syncMapItems.create({ key: 'a', data: { n: 2 } })).rejects.toMatchObject({
    status: 409,
    code: 54208,
  });
  await expect(map.syncMapItems('b').update({ data: { n: 2 } })).rejects.toMatchObject({
    status: 404,
    code: 54201,
  });
  await expect(map.syncMapItems('a').update({ data: {}, ifMatch: '7' })).rejects.toMatchObject({
    status: 412,
    code: 54205,
  });
  expect((await map.syncMapItems('a').fetch()).data).toEqual({ n: 1 });
  expect((await map.syncMapItems.list()).map(({ key }) => key)).toEqual(['a']);
  expect(await map.syncMapItems('a').remove()).toBe(true);
  await expect(map.syncMapItems('a').remove()).rejects.toMatchObject({ status: 404, code: 54201 });
});

test('has each unique name once, and refuses what looks like a sid', async () => {
  await service.documents.create({ uniqueName: 'one' });
  await expect(service.documents.create({ uniqueName: 'one' })).rejects.toMatchObject({
    status: 409,
    code: 54301,
  });
  await expect(service.syncMaps.create({ uniqueName: 'one' })).rejects.toMatchObject({
    status: 409,
    code: 54301,
  });
  for (const uniqueName of [`ET${'0'.repeat(32)}`, 'n'.repeat(257)])
    await expect(service.documents.create({ uniqueName })).rejects.toMatchObject({
      status: 400,
      code: 54302,
    });
  await expect(service.documents('another').fetch()).rejects.toMatchObject({ status: 404, code: 54300 });
  await expect(service.documents(`ET${'0'.repeat(32)}`).fetch()).rejects.toMatchObject({ code: 54100 });
});

test('takes 16 KiB of a JSON object', async () => {
  const fits = { text: 'ä'.repeat((16 * 1024 - 11) / 2) };
  expect((await service.documents.create({ data: fits })).data).toEqual(fits);
  await expect(service.documents.create({ data: { text: `${fits.text}..` } })).rejects.toMatchObject({
    status: 413,
    code: 54006,
  });
  for (const data of ['[1]', '"text"', '{'])
    await expect(service.documents.create({ data })).rejects.toMatchObject({ status: 400 });
});

test.each([
  ['200 writes in a moment', { n: 1 }, 200],
  ['100 of 2 KiB', { text: '.'.repeat(2 * 1024 - 11) }, 100],
  ['20 of 14 KiB', { text: '.'.repeat(14 * 1024) }, 20],
])('takes %s for one object, and then no more', async (_, data, most) => {
  await service.documents.create({ uniqueName: 'busy' });
  const writes = Array.from({ length: most + 20 }, () => service.documents('busy').update({ data }));
  const refused = (await Promise.allSettled(writes)).filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(20);
  expect(refused[0]).toMatchObject({ reason: { status: 429, code: 54009 } });
});

test('counts each write of an item for its Map', async () => {
  await service.syncMaps.create({ uniqueName: 'busy' });
  const { syncMapItems } = service.syncMaps('busy');
  const writes = Array.from({ length: 230 }, (_, index) =>
    syncMapItems.create({ key: String(index), data: {} }),
  );
  const refused = (await Promise.allSettled(writes)).filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(30);
});

test('forgets what has reached its end', async () => {
  await service.documents.create({ uniqueName: 'short', ttl: 1 });
  expect((await service.documents('short').fetch()).dateExpires).toBeInstanceOf(Date);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await expect(service.documents('short').fetch()).rejects.toMatchObject({ status: 404 });
  expect((await service.documents.create({ uniqueName: 'short' })).revision).toBe('0');
});

test('opens to the account alone', async () => {
  const wrong = connection.connect({ ...sync, authToken: '0'.repeat(32) }) as unknown as ReturnType<
    typeof twilio
  >;
  await expect(wrong.sync.v1.services('default').fetch()).rejects.toMatchObject({ status: 401, code: 20003 });
  const right = connection.connect(sync) as unknown as ReturnType<typeof twilio>;
  expect(await right.sync.v1.services('default').fetch()).toMatchObject({ uniqueName: 'default' });
  await expect(right.sync.v1.services(`IS${'0'.repeat(32)}`).fetch()).rejects.toMatchObject({
    status: 404,
    code: 20404,
  });
});
