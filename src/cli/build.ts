import { Command } from 'commander';
import { buildBundle } from '../bundle/build-bundle';

/** `ringtrue build`: functions and assets into `dist`, ready for `npx twilio-run start` or a deploy. */
export function buildCommand(): Command {
  return new Command('build')
    .description('Build functions and assets into dist/')
    .option('--json', 'print the list of files as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const bundle = await buildBundle(process.cwd());
      if (json) console.log(JSON.stringify(bundle));
      else
        console.log(
          `built ${bundle.functions.length} functions and ${bundle.assets.length} assets into dist/`,
        );
    });
}
