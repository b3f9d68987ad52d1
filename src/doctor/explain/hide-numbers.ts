/** Seven digits and more, with what people and encodings put between them; those of an escape do not count. */
const numbers = /(?:%2b|\+)?(?<!%|%[0-9a-f])\d(?:(?:%(?:20|28|29|2b|2d|2e|2f)|[-.()+_ ])*\d){6,}/gi;

/** A part of a URL with every phone number in it as `***`. */
export function hideNumbers(text: string): string {
  return text.replace(numbers, '***');
}

export function hasNumber(text: string): boolean {
  return text.search(numbers) >= 0;
}
