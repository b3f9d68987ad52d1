import type { Media } from './inbound-parameters';

const contentTypes: Record<string, string> = {
  gif: 'image/gif',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  pdf: 'application/pdf',
  png: 'image/png',
  vcf: 'text/vcard',
  webp: 'image/webp',
};

/** The media behind a URL, its type guessed from the extension. */
export function mediaAt(url: string): Media {
  const extension = /\.([a-z0-9]+)(?:[?#]|$)/i.exec(url)?.[1]?.toLowerCase() ?? '';
  return { url, contentType: contentTypes[extension] ?? 'image/jpeg' };
}
