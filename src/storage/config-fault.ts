/** A fault of the configuration: one sentence that names the variable and what to do. Holds no secret and no address. */
export class ConfigFault extends Error {
  override name = 'ConfigFault';
}
