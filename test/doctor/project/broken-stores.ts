import type { BrokenProject } from './broken-projects';

/** Where ratings should be kept, as a look at it found it. */
export const brokenStores: readonly BrokenProject[] = [
  {
    name: 'a store that refuses the password',
    code: 'store-fault',
    says: 'DATABASE_URL cannot be used, the server refuses the password',
    change: {
      store: {
        fault: {
          sentence:
            'DATABASE_URL cannot be used, the server refuses the password: check user name and password.',
          passing: false,
        },
        behind: false,
      },
    },
  },
  {
    name: 'a store that is away',
    code: 'store-silent',
    says: 'cannot be used now',
    change: {
      store: {
        fault: {
          sentence: 'PostgreSQL, which DATABASE_URL names, cannot be used now (ECONNREFUSED)',
          passing: true,
        },
        behind: false,
      },
    },
  },
  {
    name: 'a database without tables',
    code: 'store-behind',
    says: 'no tables for ratings',
    change: { store: { fault: null, behind: true } },
  },
];
