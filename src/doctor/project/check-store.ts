import type { Problem } from './problem';
import type { Project } from './project';

/** Whether ratings can be written down where the variables say. */
export function checkStore({ store }: Project): Problem[] {
  if (store === null) return [];
  if (store.fault === null) return store.behind ? [{ code: 'store-behind' }] : [];
  const { sentence, passing } = store.fault;
  return [{ code: passing ? 'store-silent' : 'store-fault', sentence }];
}
