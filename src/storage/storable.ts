/** Engines keep neither NUL nor half a surrogate pair in a text, or cut it there: each becomes U+FFFD. */
export function storable(text: string): string {
  return Buffer.from(text.replaceAll('\0', '\ufffd')).toString();
}
