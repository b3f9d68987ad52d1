import type { CauseCode } from './cause-code';
import { buildUrl, type Fixes, keepBody, keepBytes, keepForm } from './frameworks';

export interface CauseAdvice {
  title: string;
  /** What happened, without anything from the request. */
  what: string;
  fix: string;
  /** The fix by framework, where it differs. */
  frameworks?: Fixes;
}

/** Does not compile when a cause has no advice. */
export const causeAdvice: Readonly<Record<CauseCode, CauseAdvice>> = {
  'url-scheme': {
    title: 'The scheme is another one',
    what: 'The signature was made over another scheme: TLS ends in front of the application.',
    fix: 'Build the URL from the configured public URL, not from the scheme of the inner connection.',
    frameworks: buildUrl,
  },
  'websocket-scheme': {
    title: 'A WebSocket is signed as wss',
    what: 'The handshake arrives as an HTTP request, and its `wss://` URL is signed.',
    fix: 'Check handshakes with `wss://` in place of `https://`, or `compat: ["wss-scheme"]`.',
  },
  'forwarded-host': {
    title: 'The host is that of the proxy behind',
    what: 'The host that was signed stands in a forwarding header.',
    fix: 'Use the configured public URL; trust forwarding headers only from a proxy of your own.',
    frameworks: buildUrl,
  },
  'host-header': {
    title: 'The host is not that of the Host header',
    what: 'The host that was signed stands in the Host header, another one was checked.',
    fix: 'Check the configured public URL.',
    frameworks: buildUrl,
  },
  'host-configured': {
    title: 'The host is not the configured one',
    what: 'The signature was made for the host of a configured webhook.',
    fix: 'Check the configured public URL.',
    frameworks: buildUrl,
  },
  'host-case': {
    title: 'The host is spelled with other capitals',
    what: 'Twilio signs the host as it is configured, capitals included.',
    fix: 'Configure the webhook in lower case, or `compat: ["host-lower"]`.',
  },
  'host-punycode': {
    title: 'The host is spelled in another script',
    what: 'An international host name was signed in its other form.',
    fix: 'Configure the webhook with the ASCII form, or `compat: ["host-punycode"]`.',
  },
  'host-www': {
    title: '`www.` or a final dot is missing or too much',
    what: 'A server moved the request between a host and its `www.` twin.',
    fix: 'Configure at Twilio the host that answers without redirecting.',
  },
  'url-port': {
    title: 'The port is another one',
    what: 'The signature was made over another port than the checked one.',
    fix: 'Check the public URL with the port with which it is configured.',
    frameworks: buildUrl,
  },
  'trailing-slash': {
    title: 'A trailing slash was added or removed',
    what: 'The path was signed with, and checked without a final slash, or the reverse.',
    fix: 'Configure the webhook with the path that the server serves without redirecting.',
    frameworks: keepBytes,
  },
  'root-slash': {
    title: 'The empty path became a slash',
    what: '`https://host` and `https://host/` are two texts to a signature.',
    fix: 'Configure the webhook with the slash, or `compat: ["root-slash"]`.',
    frameworks: keepBytes,
  },
  'path-prefix': {
    title: 'A prefix of the path is missing or too much',
    what: 'A proxy or a router changed the beginning of the path.',
    fix: 'Check the path as it was requested from outside.',
    frameworks: keepBytes,
  },
  'path-configured': {
    title: 'The path is not the configured one',
    what: 'The signature was made for the path of a configured webhook.',
    fix: 'Check the path as it was requested from outside.',
    frameworks: keepBytes,
  },
  'index-page': {
    title: 'An index page was added or removed',
    what: 'The server completed the path with an index page, or took one away.',
    fix: 'Configure the webhook with the path that the server serves.',
    frameworks: keepBytes,
  },
  'path-extension': {
    title: 'A file extension was added or removed',
    what: 'The path was signed with another extension; `.protected` never is part of a URL.',
    fix: 'Configure the webhook with the path that the server serves.',
    frameworks: keepBytes,
  },
  'double-slash': {
    title: 'A double slash became one, or one became two',
    what: 'Two parts of a URL were joined carelessly.',
    fix: 'Configure the webhook with single slashes.',
    frameworks: keepBytes,
  },
  'path-case': {
    title: 'The path is spelled with other capitals',
    what: 'The path was signed with other capitals.',
    fix: 'Configure the webhook as the server spells it.',
    frameworks: keepBytes,
  },
  'path-encoding': {
    title: 'The path was decoded or encoded',
    what: 'Percent signs of the path were rewritten on the way.',
    fix: 'Check the path as received, byte by byte.',
    frameworks: keepBytes,
  },
  'query-dropped': {
    title: 'The query is missing',
    what: 'The signature covers a query that was not checked.',
    fix: 'Check path and query of the request.',
    frameworks: keepBytes,
  },
  'query-added': {
    title: 'A part of the query was not signed',
    what: 'Something behind Twilio added to the query, or it was put there by somebody else.',
    fix: 'Check the URL without what your own proxy adds.',
    frameworks: keepBytes,
  },
  'query-order': {
    title: 'The query is in another order',
    what: 'The parts of the query were signed in another order.',
    fix: 'Configure the webhook with a sorted query.',
    frameworks: keepBytes,
  },
  'query-apostrophe': {
    title: 'An apostrophe of the query was encoded',
    what: 'Fetch servers write %27 for the apostrophe that Twilio signs.',
    fix: 'Keep apostrophes out of the webhook, or `compat: ["query-apostrophe"]`.',
    frameworks: keepBytes,
  },
  'query-space': {
    title: 'A blank of the query is spelled in another way',
    what: 'Blanks of the query were signed in another spelling (`+`, `%20`).',
    fix: 'Check the query as received, or `compat: ["query-space"]`.',
    frameworks: keepBytes,
  },
  'query-encoding': {
    title: 'The query was decoded or encoded',
    what: 'The query was parsed and written again on the way.',
    fix: 'Check the query as received.',
    frameworks: keepBytes,
  },
  'query-empty-value': {
    title: '`?a` became `?a=`, or the reverse',
    what: 'An empty part of the query was written in another way.',
    fix: 'Check the query as received.',
    frameworks: keepBytes,
  },
  'url-normalised': {
    title: 'The URL was normalised',
    what: 'A URL parser removed dots, ports or capitals.',
    fix: 'Check the URL as received.',
    frameworks: keepBytes,
  },
  'url-configured': {
    title: 'Another configured URL was signed',
    what: 'The signature belongs to another webhook.',
    fix: 'Check the URL under which Twilio knows this webhook.',
    frameworks: buildUrl,
  },
  'fragment-signed': {
    title: 'The fragment was signed',
    what: 'Twilio does not sign what follows `#`; this sender did.',
    fix: 'Sign without the fragment, or `compat: ["fragment-kept"]`.',
  },
  'userinfo-signed': {
    title: 'User and password were signed',
    what: 'The sender left user and password in the signed URL.',
    fix: 'Check a URL with them; `verify` tries both.',
  },
  'json-as-form': {
    title: 'JSON was taken for form parameters',
    what: 'Only form fields are signed; the fields of a JSON body are not.',
    fix: 'Check JSON by its raw body and `bodySHA256`.',
    frameworks: keepBody,
  },
  'parameters-doubled': {
    title: 'The query was counted twice',
    what: 'A GET signs its URL only; the parameters of the query were appended as well.',
    fix: 'Give no parameters for a GET.',
    frameworks: keepForm,
  },
  'query-in-parameters': {
    title: 'Parts of the query are among the parameters',
    what: 'A framework merges query and form.',
    fix: 'Check form fields alone.',
    frameworks: keepForm,
  },
  'query-as-form': {
    title: 'The query was signed as parameters',
    what: 'The sender appended the query as if it were a form.',
    fix: 'Sign the URL with its query.',
  },
  'form-as-query': {
    title: 'The parameters were signed in the query',
    what: 'The webhook is called by GET, and checked like a POST.',
    fix: 'Check the URL with its query and without parameters.',
    frameworks: keepForm,
  },
  'parameters-not-parsed': {
    title: 'The form was not parsed',
    what: 'There are no parameters, although the body holds a form: no parser ran, or the content type was lost.',
    fix: 'Parse the form before checking, or give the raw body.',
    frameworks: keepForm,
  },
  'parameters-unsigned': {
    title: 'The parameters were not signed',
    what: "The URL's signature is genuine for a request without parameters.",
    fix: 'Find out who added them; a request that a stranger built from a captured GET looks like this.',
    frameworks: keepForm,
  },
  'parameter-null': {
    title: 'An empty parameter became null',
    what: 'A framework turns empty texts into `null`.',
    fix: 'Check before that happens, or `compat: ["null-empty"]`.',
    frameworks: keepForm,
  },
  'parameter-type': {
    title: 'A parameter is no text',
    what: 'A number or a boolean was made of a text.',
    fix: 'Check the texts as received.',
    frameworks: keepForm,
  },
  'parameter-trimmed': {
    title: 'White space was trimmed',
    what: 'A parameter was signed with white space at its ends.',
    fix: 'Check before anything trims.',
    frameworks: keepForm,
  },
  'parameter-emptied': {
    title: 'An empty parameter is missing or too much',
    what: 'Empty fields are signed, too.',
    fix: 'Keep empty fields until the check is done.',
    frameworks: keepForm,
  },
  'parameters-nested': {
    title: 'Parameters were made into objects',
    what: 'A parser read brackets or dots in names as structure.',
    fix: 'Check the flat form.',
    frameworks: keepForm,
  },
  'duplicates-collapsed': {
    title: 'Repeated parameters were joined or dropped',
    what: 'A name was sent more than once; each distinct value is signed.',
    fix: 'Keep every value.',
    frameworks: keepForm,
  },
  'plus-undecoded': {
    title: 'A `+` was decoded wrongly',
    what: 'In forms `+` is a blank and `%2B` a plus.',
    fix: 'Decode the form exactly once.',
    frameworks: keepForm,
  },
  'parameters-encoded': {
    title: 'Values are still, or again, encoded',
    what: 'Decoded values are signed.',
    fix: 'Decode the form exactly once, and check before escaping for HTML.',
    frameworks: keepForm,
  },
  'parameter-charset': {
    title: 'The character set is wrong',
    what: 'The form is UTF-8 and was read as another character set, or twice.',
    fix: 'Decode the form as UTF-8.',
    frameworks: keepForm,
  },
  'newlines-changed': {
    title: 'Line ends were changed',
    what: 'A value was signed with other line ends.',
    fix: 'Check before anything rewrites line ends.',
    frameworks: keepForm,
  },
  'unicode-form': {
    title: 'Characters were composed or decomposed',
    what: 'A value was signed in another Unicode form.',
    fix: 'Check before normalising.',
    frameworks: keepForm,
  },
  'parameter-names': {
    title: 'Names of parameters were rewritten',
    what: 'The names were signed in another spelling.',
    fix: 'Check the names as received.',
    frameworks: keepForm,
  },
  'parameter-missing': {
    title: 'A signed parameter is missing',
    what: 'Every field is signed, also those the application does not know.',
    fix: 'Check all fields of the form.',
    frameworks: keepForm,
  },
  'parameter-extra': {
    title: 'A parameter was not signed',
    what: 'The application, or somebody else, added a parameter.',
    fix: 'Check before anything adds to the form.',
    frameworks: keepForm,
  },
  'parameter-changed': {
    title: 'A parameter was changed after signing',
    what: 'The signature is genuine for another value.',
    fix: 'Check before anything edits the form; from outside this is a forgery.',
    frameworks: keepForm,
  },
  'parameters-unsorted': {
    title: 'The parameters were signed in another order',
    what: 'Whoever signed did not sort the names, or put delimiters between them.',
    fix: 'Sort by name and append name and value without delimiters.',
  },
  'key-blanks': {
    title: 'The key has white space',
    what: 'The configured key has white space at its ends or inside.',
    fix: 'Remove it from `AUTH_TOKEN`.',
  },
  'key-quoted': {
    title: 'The key has quotation marks',
    what: 'The quotation marks around the configured key became part of it.',
    fix: 'Remove them from `AUTH_TOKEN`.',
  },
  'key-case': {
    title: 'The key has other capitals',
    what: 'The configured key was spelled with other capitals.',
    fix: 'Copy the Auth Token again.',
  },
  'key-not-selected': {
    title: 'The Key-Sid header names another key',
    what: 'X-Twilio-Signature-Key-Sid picked a key that did not sign; another configured one did.',
    fix: 'Correct the ids of the keys.',
  },
  'key-rotated': {
    title: 'The token was rotated',
    what: 'A former or secondary token signed.',
    fix: 'Accept both tokens while a promotion is under way.',
  },
  'key-other-account': {
    title: 'Another account signed',
    what: 'The number belongs to another account, and its token signs.',
    fix: 'Configure the token of the account that owns the number.',
  },
  'key-api-secret': {
    title: 'An API key secret signed',
    what: 'Twilio never signs webhooks with an API key secret.',
    fix: 'Sign with the Auth Token.',
  },
  'key-test-credentials': {
    title: 'The test token signed',
    what: 'The token of the test credentials signed.',
    fix: 'Use the live Auth Token.',
  },
  'key-other': {
    title: 'Another known secret signed',
    what: 'A secret that is not configured as a key signed.',
    fix: 'Configure it, or sign with the right one.',
  },
  'key-hash': {
    title: 'The hash is another one',
    what: 'The signature was made with the other hash (SHA-1 or SHA-256).',
    fix: 'Set `hash` of the key.',
  },
  'body-hash-dropped': {
    title: '`bodySHA256` was dropped',
    what: 'The signed URL had the hash of this body in its query.',
    fix: 'Check the query as received.',
    frameworks: keepBytes,
  },
  'body-hash-doubled': {
    title: 'There are two `bodySHA256`',
    what: 'One of them was added after signing, or the configured webhook has one already.',
    fix: 'Remove `bodySHA256` from the configured URL.',
  },
  'body-not-signed': {
    title: 'The body is not covered by the signature',
    what: "The URL's signature is genuine, and nothing in it stands for the body.",
    fix: 'Refuse it: anybody who saw one signature can send any body with it.',
    frameworks: keepBody,
  },
  'raw-body-missing': {
    title: 'The raw body is missing',
    what: 'The body is the signed one, but only its parsed form was given.',
    fix: 'Keep the raw bytes.',
    frameworks: keepBody,
  },
  'json-reserialised': {
    title: 'The JSON was written again',
    what: 'The hash is that of the same JSON in another spelling.',
    fix: 'Check the raw bytes, not parsed and written JSON.',
    frameworks: keepBody,
  },
  'body-replaced': {
    title: 'The body was replaced',
    what: 'The hash is that of an empty JSON value.',
    fix: 'Check the raw bytes.',
    frameworks: keepBody,
  },
  'body-empty': {
    title: 'The signed body was empty',
    what: 'The hash is that of an empty body.',
    fix: 'Check the raw bytes.',
    frameworks: keepBody,
  },
  'body-newline': {
    title: 'Line ends of the body were changed',
    what: 'The hash is that of the body with other line ends.',
    fix: 'Check the raw bytes.',
    frameworks: keepBody,
  },
  'body-charset': {
    title: 'The character set of the body was changed',
    what: 'The hash is that of the body in another encoding.',
    fix: 'Check the raw bytes.',
    frameworks: keepBody,
  },
  'body-hash-form': {
    title: 'The hash is written in another form',
    what: 'The hash is right but not in lower-case hexadecimal digits.',
    fix: 'Write it in lower case, or `compat: ["hash-upper"]`.',
  },
};
