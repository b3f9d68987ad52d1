/**
 * serverless.twilio.com and serverless-upload.twilio.com, as far as a deploy uses them.
 *
 * Shapes: https://github.com/twilio/twilio-oai/blob/main/spec/json/twilio_serverless_v1.json (parameters, patterns, lengths:
 * UniqueName 50, FriendlyName 255, Environment UniqueName 100, DomainSuffix 16, Variable Key 128, Value 450) and
 * https://www.twilio.com/docs/serverless/api. Uploads and the doubly quoted Dependencies: what twilio-run 5.0.1 sends.
 * A Build takes `building` once before it ends. Which runtime-handler can be installed:
 * https://www.twilio.com/docs/serverless/functions-assets/handler
 */
import express, { type Request, type Response, Router } from 'express';
import { ApiError, answerPage, callerOf, findOr404, notFound, takeForm } from './api-answers';
import {
  type Build,
  type Environment,
  newSid,
  type Service,
  type TwilioState,
  type Version,
  type Visibility,
} from './twilio-account';

const handlerVersions = ['1.0.1', '1.1.0', '1.2.0', '1.3.0', '1.3.1', '2.0.0', '2.0.1', '2.1.2'];

export function serverlessApi(state: TwilioState): Router {
  const api = Router();
  const findService = (request: Request, response: Response): Service => {
    const { service: name } = request.params;
    const found = state.services.find(
      ({ sid, unique_name, accountSid }) =>
        accountSid === callerOf(response).sid && (sid === name || unique_name === name),
    );
    if (!found) throw notFound(request);
    return found;
  };
  const findEnvironment = (request: Request, response: Response): Environment =>
    findOr404(findService(request, response).environments, request.params.environment, request);

  api.get('/Services', (request, response) => {
    const own = state.services.filter(({ accountSid }) => accountSid === callerOf(response).sid);
    answerPage(request, response, 'services', own.map(showService));
  });
  api.post('/Services', (request, response) => {
    const form = takeForm(request, {
      required: { UniqueName: /^[\w-]{1,50}$/, FriendlyName: 255 },
      optional: { IncludeCredentials: /^(?:true|false)$/, UiEditable: /^(?:true|false)$/ },
    });
    const accountSid = callerOf(response).sid;
    const uniqueName = form.UniqueName ?? '';
    if (state.services.some((other) => other.accountSid === accountSid && other.unique_name === uniqueName)) {
      throw new ApiError(409, 20409, `Service with unique name ${uniqueName} already exists`);
    }
    const service: Service = {
      sid: newSid('ZS'),
      accountSid,
      unique_name: uniqueName,
      domainNumber: String(1000 + state.services.length),
      functions: [],
      assets: [],
      versions: [],
      builds: [],
      environments: [],
    };
    state.services.push(service);
    response.status(201).json(showService(service));
  });
  api.get('/Services/:service', (request, response) => {
    response.json(showService(findService(request, response)));
  });

  api.get('/Services/:service/Environments', (request, response) => {
    const { environments } = findService(request, response);
    answerPage(request, response, 'environments', environments.map(showEnvironment));
  });
  api.post('/Services/:service/Environments', (request, response) => {
    const service = findService(request, response);
    const { UniqueName = '', DomainSuffix } = takeForm(request, {
      required: { UniqueName: 100 },
      // twilio-run sends a FriendlyName although the description has none; the real API lets it pass.
      optional: { DomainSuffix: /^[a-z0-9-]{0,16}$/, FriendlyName: 255 },
    });
    const suffix = DomainSuffix || null;
    // `serverless.dublin.ie1.twilio.com` makes `….dublin.ie1.twil.io`.
    const place = request.hostname.replace(/^serverless|\.twilio\.com$/g, '');
    if (service.environments.some((one) => one.unique_name === UniqueName || one.domain_suffix === suffix)) {
      throw new ApiError(409, 20409, `Environment ${UniqueName} already exists`);
    }
    const environment: Environment = {
      sid: newSid('ZE'),
      unique_name: UniqueName,
      domain_suffix: suffix,
      domain_name: `${service.unique_name}-${service.domainNumber}${suffix ? `-${suffix}` : ''}${place}.twil.io`,
      build_sid: null,
      variables: [],
      deployments: [],
    };
    service.environments.push(environment);
    response.status(201).json(showEnvironment(environment));
  });

  for (const [name, kind] of [
    ['Functions', 'functions'],
    ['Assets', 'assets'],
  ] as const) {
    api.get(`/Services/:service/${name}`, (request, response) => {
      answerPage(request, response, kind, findService(request, response)[kind]);
    });
    api.post(`/Services/:service/${name}`, (request, response) => {
      const { FriendlyName = '' } = takeForm(request, { required: { FriendlyName: 255 } });
      const resource = { sid: newSid('ZH'), friendly_name: FriendlyName };
      findService(request, response)[kind].push(resource);
      response.status(201).json(resource);
    });
  }

  api.get('/Services/:service/Builds', (request, response) => {
    answerPage(request, response, 'builds', findService(request, response).builds.map(showBuild));
  });
  api.post('/Services/:service/Builds', (request, response) => {
    const service = findService(request, response);
    const form = takeForm(request, {
      optional: {
        Dependencies: 1_000_000,
        FunctionVersions: /^ZN[0-9a-f]{32}$/,
        AssetVersions: /^ZN[0-9a-f]{32}$/,
        Runtime: /^node(?:20|22|24)$/,
      },
    });
    const sids = [form.FunctionVersions ?? [], form.AssetVersions ?? []].flat();
    if (sids.length === 0) {
      throw new ApiError(400, 20001, 'At least one Function Version or Asset Version is required for Build');
    }
    const build: Build = {
      sid: newSid('ZB'),
      status: 'building',
      dependencies: readDependencies(form.Dependencies),
      runtime: form.Runtime ?? 'node22',
      versions: sids.map((sid) => findOr404(service.versions, sid, request)),
    };
    service.builds.push(build);
    response.status(201).json(showBuild(build));
  });
  api.get('/Services/:service/Builds/:build', (request, response) => {
    response.json(showBuild(findOr404(findService(request, response).builds, request.params.build, request)));
  });
  api.get('/Services/:service/Builds/:build/Status', (request, response) => {
    const build = findOr404(findService(request, response).builds, request.params.build, request);
    response.json({ sid: build.sid, status: build.status });
    if (build.status === 'building') build.status = state.buildOutcomes.shift() ?? 'completed';
  });

  api.get('/Services/:service/Environments/:environment', (request, response) => {
    response.json(showEnvironment(findEnvironment(request, response)));
  });
  const variables = '/Services/:service/Environments/:environment/Variables';
  api.get(variables, (request, response) => {
    answerPage(request, response, 'variables', findEnvironment(request, response).variables);
  });
  api.post(variables, (request, response) => {
    const { Key = '', Value = '' } = takeForm(request, { required: { Key: 128, Value: 450 } });
    const environment = findEnvironment(request, response);
    if (environment.variables.some(({ key }) => key === Key))
      throw new ApiError(409, 20409, `Variable ${Key} exists`);
    const variable = { sid: newSid('ZV'), key: Key, value: Value };
    environment.variables.push(variable);
    response.status(201).json(variable);
  });
  api.post(`${variables}/:variable`, (request, response) => {
    const { Key, Value } = takeForm(request, { optional: { Key: 128, Value: 450 } });
    const variable = findOr404(
      findEnvironment(request, response).variables,
      request.params.variable,
      request,
    );
    if (Key !== undefined) variable.key = Key;
    if (Value !== undefined) variable.value = Value;
    response.json(variable);
  });

  api.delete(`${variables}/:variable`, (request, response) => {
    const environment = findEnvironment(request, response);
    const variable = findOr404(environment.variables, request.params.variable, request);
    environment.variables.splice(environment.variables.indexOf(variable), 1);
    response.status(204).end();
  });

  const deployments = '/Services/:service/Environments/:environment/Deployments';
  api.get(deployments, (request, response) => {
    const { deployments } = findEnvironment(request, response);
    answerPage(request, response, 'deployments', [...deployments].reverse());
  });
  api.post(deployments, (request, response) => {
    const { BuildSid } = takeForm(request, { required: { BuildSid: /^ZB[0-9a-f]{32}$/ } });
    const environment = findEnvironment(request, response);
    const build = findOr404(findService(request, response).builds, BuildSid, request);
    if (build.status !== 'completed')
      throw new ApiError(400, 20001, `Build ${build.sid} is ${build.status}, not completed`);
    environment.build_sid = build.sid;
    const deployment = {
      sid: newSid('ZD'),
      build_sid: build.sid,
      date_created: new Date(Date.UTC(2026, 0, 1) + environment.deployments.length * 60_000).toISOString(),
    };
    environment.deployments.push(deployment);
    response.status(201).json(deployment);
  });
  return api;
}

/** The upload host: versions arrive as multipart forms. */
export function serverlessUploadApi(state: TwilioState): Router {
  const api = Router();
  api.use(express.raw({ type: 'multipart/form-data', limit: '30mb' }));
  for (const [name, kind] of [
    ['Functions', 'function'],
    ['Assets', 'asset'],
  ] as const) {
    api.post(`/Services/:service/${name}/:resource/Versions`, async (request, response) => {
      const service = state.services.find(
        ({ sid, accountSid }) => sid === request.params.service && accountSid === callerOf(response).sid,
      );
      if (!service) throw notFound(request);
      findOr404(kind === 'function' ? service.functions : service.assets, request.params.resource, request);
      const version = await readVersion(request, kind);
      service.versions.push(version);
      const { sid, path, visibility } = version;
      response.status(201).json({ sid, path, visibility });
    });
  }
  return api;
}

async function readVersion(request: Request, kind: Version['kind']): Promise<Version> {
  const type = request.headers['content-type'] ?? '';
  const form = await new globalThis.Response(request.body, { headers: { 'content-type': type } }).formData();
  const names = [...form.keys()].sort().join(', ');
  if (names !== 'Content, Path, Visibility') {
    throw new ApiError(400, 20001, `A version has Content, Path and Visibility, not ${names}`);
  }
  const path = String(form.get('Path'));
  if (!/^\/[^;,?:@+&$()'"# ]{0,254}$/.test(path))
    throw new ApiError(400, 20001, 'Invalid value for parameter Path');
  const visibility = String(form.get('Visibility'));
  if (!/^(?:public|protected|private)$/.test(visibility))
    throw new ApiError(400, 20001, 'Invalid value for parameter Visibility');
  const content = form.get('Content');
  if (content === null || typeof content === 'string')
    throw new ApiError(400, 20001, 'Content is a file with a name');
  return {
    sid: newSid('ZN'),
    kind,
    path,
    visibility: visibility as Visibility,
    contentType: content.type,
    content: Buffer.from(await content.arrayBuffer()),
  };
}

function readDependencies(text: string | undefined): Build['dependencies'] {
  if (text === undefined) return [];
  const list = /^"(\[.*\])"$/s.exec(text)?.[1];
  if (list === undefined)
    throw new ApiError(400, 20001, 'Dependencies is a JSON list in one more pair of quotes');
  const dependencies = JSON.parse(list) as Build['dependencies'];
  for (const { name, version } of dependencies) {
    if (name === '@twilio/runtime-handler' && !handlerVersions.includes(version)) {
      throw new ApiError(400, 20001, `No matching version found for @twilio/runtime-handler@${version}`);
    }
  }
  return dependencies;
}

function showService({ sid, accountSid, unique_name, domainNumber }: Service): object {
  return { sid, account_sid: accountSid, unique_name, domain_base: `${unique_name}-${domainNumber}` };
}

function showEnvironment({ sid, unique_name, domain_suffix, domain_name, build_sid }: Environment): object {
  return { sid, unique_name, domain_suffix, domain_name, build_sid };
}

function showBuild({ sid, status, dependencies, runtime, versions }: Build): object {
  const show = (kind: Version['kind']) =>
    versions
      .filter((version) => version.kind === kind)
      .map(({ sid: version, path, visibility }) => ({ sid: version, path, visibility }));
  return {
    sid,
    status,
    dependencies,
    runtime,
    function_versions: show('function'),
    asset_versions: show('asset'),
  };
}
