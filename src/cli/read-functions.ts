import { statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { getPathAndAccessFromFileInfo } from '@twilio-labs/serverless-api/dist/utils/fs';
import { type BuildFailure, build, type Plugin } from 'esbuild';
import { listFiles } from '../bundle/list-files';
import type { AssetFile, FunctionFile } from '../doctor/project/project';

/** Reads every function below `folder`: what it is called, what it says, and what it asks for. Nothing is run. */
export async function readFunctions(
  dir: string,
  folder: string,
  { deployedAsIs }: { deployedAsIs: boolean },
): Promise<{ functions: FunctionFile[]; skipped: string[] }> {
  const files = listFiles(path.join(dir, folder)).filter((file) => !/\.d\.[cm]?ts$|\.map$/.test(file));
  const compiled = deployedAsIs ? /\.js$/ : /\.[jt]s$/;
  const functions = await Promise.all(
    files
      .filter((file) => compiled.test(file))
      .map(async (file) => ({
        file: `${folder}/${file}`,
        ...namePath(file.replace(/\.ts$/, '.js'), '.js'),
        ...(await readCode(path.join(dir, folder, file))),
        deployedAsIs,
      })),
  );
  return {
    functions,
    skipped: files.filter((file) => !compiled.test(file) && /\.(?:[cm]?ts|[cm]js)$/.test(file)),
  };
}

export function readAssetFiles(dir: string, folder: string): AssetFile[] {
  return listFiles(path.join(dir, folder)).map((file) => ({
    file: `${folder}/${file}`,
    ...namePath(file),
    bytes: statSync(path.join(dir, folder, file)).size,
  }));
}

// By the code that Twilio deploys with, so that a name means here what it means there. It throws for a path it refuses.
function namePath(name: string, ignored?: string): Pick<AssetFile, 'path' | 'access'> {
  try {
    return getPathAndAccessFromFileInfo({ name, path: name }, ignored);
  } catch {
    return { path: null, access: 'public' };
  }
}

const keepImports: Plugin = {
  name: 'keep-imports',
  setup({ onResolve }) {
    onResolve({ filter: /.*/ }, ({ kind, path: imported }) =>
      kind === 'entry-point' ? undefined : { path: imported, external: true },
    );
  },
};

async function readCode(file: string): Promise<Pick<FunctionFile, 'code' | 'imports' | 'module' | 'fault'>> {
  try {
    const { outputFiles, metafile } = await build({
      entryPoints: [file],
      absWorkingDir: path.dirname(file),
      outdir: 'unused',
      bundle: true,
      write: false,
      metafile: true,
      platform: 'node',
      format: 'cjs',
      minifyWhitespace: true,
      treeShaking: false,
      legalComments: 'none',
      charset: 'utf8',
      plugins: [keepImports],
      tsconfigRaw: {},
      logLevel: 'silent',
    });
    const [input] = Object.values(metafile.inputs);
    const imports = (input?.imports ?? []).map((one) => one.path).filter((name) => !isBuiltin(name));
    return {
      code: outputFiles[0]?.text ?? '',
      imports: [...new Set(imports)],
      module: input?.format === 'esm',
      fault: null,
    };
  } catch (error) {
    const [first] = (error as BuildFailure).errors ?? [];
    const reason = first ? `${first.location ? `${first.location.line}: ` : ''}${first.text}` : String(error);
    return { code: '', imports: [], module: false, fault: reason };
  }
}
