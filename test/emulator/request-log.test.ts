import { RequestLog, type RequestLogChange, type RequestRecord } from '../../src/emulator/request-log';

function record(id: string, body = new Uint8Array()): RequestRecord {
  return {
    id,
    at: 0,
    method: 'POST',
    url: 'http://127.0.0.1:3000/sms/incoming',
    status: 200,
    verdict: 'passed',
    reason: null,
    ms: 1,
    headers: [],
    body,
    response: null,
  };
}

const ids = (log: RequestLog) => log.list().map(({ id }) => id);

describe('RequestLog', () => {
  it('lists the newest request first and finds one by its id', () => {
    const log = new RequestLog();
    log.add(record('a'));
    log.add(record('b'));
    expect(ids(log)).toEqual(['b', 'a']);
    expect(log.find('a')?.id).toBe('a');
    expect(log.find('c')).toBeUndefined();
  });

  it('forgets the oldest when there are too many', () => {
    const log = new RequestLog({ maxRecords: 2 });
    for (const id of ['a', 'b', 'c']) log.add(record(id));
    expect(ids(log)).toEqual(['c', 'b']);
  });

  it('forgets the oldest when bodies weigh too much, but never the newest', () => {
    const log = new RequestLog({ maxBytes: 3_000 });
    log.add(record('a', new Uint8Array(2_000)));
    log.add(record('b', new Uint8Array(2_000)));
    expect(ids(log)).toEqual(['b']);
    log.add(record('c', new Uint8Array(9_000)));
    expect(ids(log)).toEqual(['c']);
    log.clear();
    log.add(record('d', new Uint8Array(2_000)));
    expect(ids(log)).toEqual(['d']);
  });

  it('tells a subscriber of every change until it leaves', () => {
    const log = new RequestLog();
    const seen: RequestLogChange['kind'][] = [];
    const leave = log.subscribe(({ kind }) => seen.push(kind));
    log.add(record('a'));
    log.clear();
    leave();
    log.add(record('b'));
    expect(seen).toEqual(['added', 'cleared']);
  });
});
