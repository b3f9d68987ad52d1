import { decodeForm, isForm, splitUrl } from '../signature/canonical';
import { type Key, type SignedRequest, verify } from '../signature/index';
import { readKeys } from '../signature/keys';
import { signatureFault } from '../signature/verify';
import { causeAdvice } from './cause-advice';
import { type CauseCode, causeCodes } from './cause-code';
import { bodyHypotheses, explainBody } from './explain/body-hypotheses';
import { describeChange } from './explain/describe-change';
import type { Evidence, Hypothesis } from './explain/hypothesis';
import { keyHypotheses } from './explain/key-hypotheses';
import { originHypotheses } from './explain/origin-hypotheses';
import { parameterHypotheses } from './explain/parameter-hypotheses';
import { pathHypotheses } from './explain/path-hypotheses';
import { queryHypotheses } from './explain/query-hypotheses';
import { type Proof, search } from './explain/search';
import { type Pair, type ParameterView, type View, viewUrl } from './explain/signed-view';
import { suggestNext } from './explain/suggest-next';
import { wholeUrlHypotheses } from './explain/whole-url-hypotheses';
import type { CapturedRequest, Cause, ExplainOptions, Explanation } from './explanation';

const hypotheses: readonly Hypothesis[] = [
  ...originHypotheses,
  ...pathHypotheses,
  ...queryHypotheses,
  ...wholeUrlHypotheses,
  ...bodyHypotheses,
  ...parameterHypotheses,
  ...keyHypotheses,
].sort((a, b) => causeCodes.indexOf(a.code) - causeCodes.indexOf(b.code));

/** The end of a search, so that a request with thousands of parameters takes a few seconds at most. */
const limits = { maxSignatures: 30_000, maxWork: 200_000_000 };

/**
 * Why a request does not verify: every cause whose rewrite reproduces the received signature or, where the signature of the
 * URL is genuine, the hash of the body. Causes are proven, never guessed; nothing is accepted because of them.
 *
 * No output holds a key or a signature. Catalogue: https://www.twilio.com/docs/api/errors/57012 and the issues of the
 * official libraries that the hypotheses name.
 *
 * @param keys one Auth Token, or every key that may have signed
 * @returns `causes` empty when nothing reproduces the signature (`next` then says what to capture), and when the request
 *   verifies (`reason` is then `null`)
 * @throws TypeError when a key is empty; never because of anything in the request
 */
export function explain(
  request: CapturedRequest,
  keys: string | readonly Key[],
  { knownUrls = [], otherKeys = [], depth = 2 }: ExplainOptions = {},
): Explanation {
  const configured = readKeys(keys);
  const captured = copy(request);
  const reason = captured ? checkAsApplication(captured, configured) : 'invalid-params';
  const nothing = { causes: [], tried: [], reason, next: [], search: { signatures: 0, cut: false } };
  if (reason === null) return nothing;
  if (!captured) return { ...nothing, next: ['The request cannot be read: one of its fields throws.'] };
  const url = viewUrl(captured.url);
  const received = readSignature(captured.signature);
  const next = suggestNext(captured, configured);
  if (!url || received === null) return { ...nothing, next };

  const parts = splitUrl(captured.url);
  const rawForm = readRawForm(captured);
  const evidence: Evidence = {
    request: captured,
    headers: readHeaders(captured.headers),
    knownUrls: knownUrls.map(viewUrl).filter((known) => known !== null),
    keys: configured,
    otherKeys,
    rawForm,
    fragment: parts?.fragment ?? '',
    userinfo: parts?.userinfo ?? '',
  };
  const base: View = {
    url,
    params: viewParams(captured, rawForm),
    keys: chooseKeys(configured, captured.keySid),
    received,
  };
  const { proofs, untried, ...cost } = search(base, evidence, { hypotheses, limits: { depth, ...limits } });
  const causes = proofs.flatMap((proof) => toCauses(base, proof, captured));
  return {
    causes: causes.filter(({ code }, at) => causes.findIndex((cause) => cause.code === code) === at),
    tried: causeCodes.filter((code) => !untried.includes(code)),
    reason,
    next: causes.length > 0 ? [] : next,
    search: cost,
  };
}

function toCauses(base: View, { codes, view, url, because }: Proof, request: CapturedRequest): Cause[] {
  const known = codes.find((code) => code.startsWith('body-hash'));
  const body = known ? null : explainBody(url, { body: request.body, parsed: request.params });
  const form = isForm(request.contentType) || ('pairs' in view.params && view.params.pairs.length > 0);
  const all: CauseCode[] =
    body !== null && !(form && body === 'body-not-signed') ? [...codes, body] : [...codes];
  return all.map((code) => {
    const { title, what, fix, frameworks = {} } = causeAdvice[code];
    const reasons = because.length > 0 ? ` (${because.join('; ')})` : '';
    const detail = `${what}${reasons}\n${describeChange(base, view)}`;
    return { code, title, detail, fix, frameworks, with: all.filter((other) => other !== code) };
  });
}

/** What `verify` says of the request as the application sees it: its parameters, not the raw form, when it gave them. */
function checkAsApplication(request: CapturedRequest, keys: readonly Key[]): Explanation['reason'] {
  const { params, body, ...rest } = request;
  const seesParams = params !== undefined && (body === undefined || isFormRequest(request));
  const seen = seesParams ? { ...rest, params } : { ...rest, body };
  const verification = verify(seen as SignedRequest, keys);
  return verification.valid ? null : verification.reason;
}

function isFormRequest({ contentType }: CapturedRequest): boolean {
  return contentType === undefined || isForm(contentType);
}

function readRawForm({ body, contentType }: CapturedRequest): Pair[] | null {
  if (body === undefined || body.length === 0) return null;
  // A form whose content type was lost is told from JSON by its first character.
  const text = typeof body === 'string' ? body : Buffer.from(body).toString('utf8');
  if (!isForm(contentType) && (/^\s*[[{"<]/.test(text) || !text.includes('='))) return null;
  return decodeForm(body);
}

function viewParams(request: CapturedRequest, rawForm: Pair[] | null): ParameterView {
  const { params, body } = request;
  if (params === undefined || params === null)
    return { pairs: isFormRequest(request) ? (rawForm ?? []) : [] };
  // What was parsed from a body that is bound by its hash is not signed as parameters.
  if (!isFormRequest(request) && (body !== undefined || /[?&]bodySHA256=/.test(request.url)))
    return { pairs: [] };
  const entries =
    params instanceof URLSearchParams || params instanceof FormData || Array.isArray(params)
      ? [...(params as Iterable<unknown>)]
      : typeof params === 'object'
        ? Object.entries(params)
        : null;
  const pairs = entries && readPairs(entries);
  return pairs ? { pairs } : { unread: params };
}

function readPairs(entries: unknown[]): Pair[] | null {
  const pairs: Pair[] = [];
  for (const entry of entries) {
    if (!Array.isArray(entry) || entry.length !== 2) return null;
    const [name, value] = entry as [unknown, unknown];
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof name !== 'string' || typeof one !== 'string') return null;
      pairs.push([name, one]);
    }
  }
  return pairs;
}

/** The header; `null` when its shape is not that of a signature. */
function readSignature(signature: CapturedRequest['signature']): string | null {
  const text = typeof signature === 'string' ? signature : signature?.length === 1 ? signature[0] : undefined;
  return typeof text === 'string' && signatureFault(text) === null ? text : null;
}

function readHeaders(headers: CapturedRequest['headers']): Map<string, string[]> {
  const read = new Map<string, string[]>();
  if (typeof headers !== 'object' || headers === null) return read;
  for (const [name, value] of Object.entries(headers)) {
    const values = (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');
    read.set(
      name.toLowerCase(),
      [...(read.get(name.toLowerCase()) ?? []), ...(values as string[])].slice(0, 10),
    );
  }
  return read;
}

function chooseKeys(keys: readonly Key[], keySid: unknown): readonly Key[] {
  const named = keys.filter(({ id }) => id !== undefined && id === keySid);
  return named.length > 0 ? named : keys;
}

/** Read once, because a getter may throw or answer differently the second time; deeper ones are a bug of the caller's. */
function copy(request: CapturedRequest): CapturedRequest | null {
  try {
    const { url, method, contentType, params, body, signature, keySid, headers } = request;
    const usable = typeof body === 'string' || body instanceof Uint8Array ? body : undefined;
    const plain =
      typeof params === 'object' && params !== null && !isCollection(params)
        ? structuredClone(params)
        : params;
    const type = typeof contentType === 'string' ? contentType : undefined;
    const verb = typeof method === 'string' ? method : undefined;
    return {
      url,
      method: verb,
      contentType: type,
      params: plain as unknown,
      body: usable,
      signature,
      keySid,
      headers: structuredClone(headers),
    };
  } catch {
    return null;
  }
}

function isCollection(params: object): boolean {
  return params instanceof URLSearchParams || params instanceof FormData;
}
