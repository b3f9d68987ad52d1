import type { Problem } from './problem';
import type { AssetFile, Project } from './project';

const megabyte = 1024 * 1024;

/** https://www.twilio.com/docs/serverless/functions-assets/assets */
const limits = {
  public: { bytes: 25 * megabyte, count: 1000 },
  protected: { bytes: 25 * megabyte, count: 1000 },
  private: { bytes: 10 * megabyte, count: 50 },
};

/** Assets: what anybody could read, and what Twilio would not take. */
export function checkAssets({ assets, builtByRingtrue }: Project): Problem[] {
  return [
    ...assets.flatMap(checkAsset),
    ...checkCounts(assets),
    ...(builtByRingtrue ? [] : checkIndex(assets)),
  ];
}

function checkAsset({ file, path, access, bytes }: AssetFile): Problem[] {
  if (path === null) return [{ code: 'path-refused', file }];
  const problems: Problem[] = [];
  if (access !== 'private' && looksSecret(path)) problems.push({ code: 'asset-secret', file, path, access });
  const most = limits[access].bytes;
  if (bytes > most) problems.push({ code: 'asset-size', file, bytes, most });
  return problems;
}

function looksSecret(path: string): boolean {
  const name = path.split('/').at(-1) ?? '';
  return (
    /^\.env(?!\.(?:example|sample|template)$)/i.test(name) ||
    /^\.(?:npmrc|netrc|twilio\w*|git\w*)$/i.test(name) ||
    /^(?:id_(?:rsa|ecdsa|ed25519)|(?:credentials|secrets|service-account)\.(?:json5?|ya?ml))$/i.test(name) ||
    /\.(?:pem|key|p12|pfx|db|sqlite3?)$/i.test(name) ||
    /\/\.git\//.test(path)
  );
}

function checkCounts(assets: AssetFile[]): Problem[] {
  return (['public', 'protected', 'private'] as const).flatMap((access) => {
    const count = assets.filter((asset) => asset.access === access).length;
    const most = limits[access].count;
    return count > most ? [{ code: 'asset-count' as const, access, count, most }] : [];
  });
}

// Twilio answers `/` with the asset `/assets/index.html`, and with nothing else.
function checkIndex(assets: AssetFile[]): Problem[] {
  const index = assets.find(({ path, access }) => path === '/index.html' && access === 'public');
  const atRoot = assets.some(({ path }) => path === '/assets/index.html' || path === '/');
  return index && !atRoot ? [{ code: 'asset-index', file: index.file }] : [];
}
