/** A part of Twilio's OpenAPI description; see extract.ts. */
export interface Description {
  /** Where it was taken from. */
  source: string;
  hosts: Record<string, Operation[]>;
}

/** One thing that an API does. Schemas are those of OpenAPI 3.0. */
export interface Operation {
  method: 'GET' | 'POST' | 'DELETE';
  /** With `{Name}` for its parameters. */
  path: string;
  /** Those of the path. */
  parameters: Record<string, object>;
  query: Record<string, object>;
  /** `null` when it takes none. */
  form: object | null;
  /** By status; `null` for an answer without a body. */
  answers: Record<string, object | null>;
}
