/** A project that cannot be read, in one sentence. */
export class ProjectFault extends Error {
  override name = 'ProjectFault';
}
