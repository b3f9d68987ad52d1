import type { AdviceFor } from './advice';
import type { StoreFacts } from './problem';

export const storeAdvice: AdviceFor<StoreFacts> = {
  'store-fault': {
    severity: 'error',
    title: 'Ratings cannot be kept',
    detail: ({ sentence }) => sentence,
    fix: () => 'Do what it says; npm run migrate -- --check tries it again.',
    why: 'No other place is taken instead: every text is refused, and its sender told to try again later.',
  },
  'store-silent': {
    severity: 'note',
    title: 'The place of the ratings could not be looked at',
    detail: ({ sentence }) => `${sentence}.`,
    fix: () =>
      'Run it again when it can be reached, or with --offline to look at this folder alone; a deployment may reach it when this machine does not.',
    why: 'While it is away, every text is refused, and its sender told to try again later.',
  },
  'store-behind': {
    severity: 'note',
    title: 'The database has no tables of this version yet',
    detail: () =>
      'The database that DATABASE_URL names has no tables for ratings, or those of an older version.',
    fix: () => 'npm run migrate; or leave it to the first text, if the user in DATABASE_URL may make tables.',
    why: 'Making them first shows before the event, and not during it, whether the user may.',
  },
};
