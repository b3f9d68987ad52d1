/** A file's name with a marker where it counts: `sms/incoming.js` becomes `sms/incoming.protected.js`. */
export function markFile(file: string, marker: 'protected' | 'private'): string {
  return file.replace(/(\.[^./]+)$/, `.${marker}$1`);
}
