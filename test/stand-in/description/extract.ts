/**
 * Prints the part of Twilio's OpenAPI description that the stand-in is held to: parameters, forms and answers of the
 * operations below, without prose and examples. The description is published at https://github.com/twilio/twilio-oai
 * (spec/json) and inside the npm package @twilio/cli-core, from which `test/fixtures/twilio-description.json` was made:
 *
 *   npm pack @twilio/cli-core@9.0.0 && tar xzf twilio-cli-core-9.0.0.tgz
 *   npx tsx test/stand-in/description/extract.ts package/src/services/twilio-api @twilio/cli-core@9.0.0 \
 *     > test/fixtures/twilio-description.json
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Description, Operation } from './description';

const chosen: { host: string; file: string; paths: RegExp }[] = [
  {
    host: 'api.twilio.com',
    file: 'twilio_api_v2010.json',
    paths:
      /^\/2010-04-01\/Accounts(?:\/\{\w+\}(?:\/(?:IncomingPhoneNumbers|Applications|Messages|Calls)(?:\/\{Sid\})?)?)?\.json$/,
  },
  {
    host: 'messaging.twilio.com',
    file: 'twilio_messaging_v1.json',
    paths: /^\/v1\/Services(?:\/\{\w+\}(?:\/PhoneNumbers)?)?$/,
  },
  { host: 'serverless.twilio.com', file: 'twilio_serverless_v1.json', paths: /^(?!.*\/Logs)/ },
  {
    host: 'sync.twilio.com',
    file: 'twilio_sync_v1.json',
    paths:
      /^\/v1\/Services(?:\/\{\w+\}(?:\/(?:Documents|Lists|Maps)(?:\/\{\w+\}(?:\/Items(?:\/\{\w+\})?)?)?)?)?$/,
  },
];

type Json = Record<string, unknown>;
interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  schema: Json;
}
interface Content {
  content?: Record<string, { schema: Json }>;
}
interface SourceOperation {
  parameters?: Parameter[];
  requestBody?: Content;
  responses: Record<string, Content>;
}
interface Source {
  paths: Record<string, Record<string, SourceOperation> & { parameters?: Parameter[] }>;
  components: { schemas: Record<string, Json> };
}

const kept = new Set(
  'type properties items required pattern minLength maxLength minimum maximum enum nullable format'.split(
    ' ',
  ),
);

const [folder = '', source = ''] = process.argv.slice(2);
const hosts: Description['hosts'] = {};
for (const { host, file, paths } of chosen) {
  const spec = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as Source;
  hosts[host] = Object.entries(spec.paths)
    .filter(([template]) => paths.test(template))
    .flatMap(([template, item]) =>
      (['get', 'post', 'delete'] as const).flatMap((method) => {
        const found = item[method];
        return found ? [readOperation(template, method, { found, shared: item.parameters ?? [], spec })] : [];
      }),
    );
}
// One operation a line, so that a later version can be compared with this one.
const text = JSON.stringify({ source, hosts } satisfies Description).replaceAll('{"method"', '\n{"method"');
process.stdout.write(`${text}\n`);

function readOperation(
  template: string,
  method: 'get' | 'post' | 'delete',
  { found, shared, spec }: { found: SourceOperation; shared: Parameter[]; spec: Source },
): Operation {
  const parameters = [...shared, ...(found.parameters ?? [])];
  const schemasOf = (place: Parameter['in']) =>
    Object.fromEntries(
      parameters.filter((one) => one.in === place).map(({ name, schema }) => [name, reduce(schema, spec)]),
    );
  const form = found.requestBody?.content?.['application/x-www-form-urlencoded']?.schema;
  return {
    method: method.toUpperCase() as Operation['method'],
    path: template,
    parameters: schemasOf('path'),
    query: schemasOf('query'),
    form: form ? reduce(form, spec) : null,
    answers: Object.fromEntries(
      Object.entries(found.responses).map(([status, { content }]) => {
        const schema = content?.['application/json']?.schema;
        return [status, schema ? reduce(schema, spec) : null];
      }),
    ),
  };
}

/** A schema with what it refers to in place, and nothing that only people read. */
function reduce(schema: Json, spec: Source): Json {
  if (typeof schema.$ref === 'string')
    return reduce(spec.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, spec);
  const entries = Object.entries(schema).filter(([name]) => kept.has(name));
  return Object.fromEntries(
    entries.map(([name, value]) => {
      if (name === 'items') return [name, reduce(value as Json, spec)];
      if (name !== 'properties') return [name, value];
      const properties = Object.entries(value as Record<string, Json>);
      return [name, Object.fromEntries(properties.map(([one, inner]) => [one, reduce(inner, spec)]))];
    }),
  );
}
