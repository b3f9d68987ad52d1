import type { Language, RatingEvent } from './rating-event';

/** BCP 47, as a voice needs it. */
const locales: Record<Language, string> = { en: 'en-US', de: 'de-DE', fr: 'fr-FR', es: 'es-ES', ja: 'ja-JP' };

/**
 * The texts of one kind for a session: in its language, else in the event's with the event's own texts in place of ours.
 * @param event `null` where its file cannot be read: English
 * @param keyword of the session; `null`: a text that is about none
 * @param ours the built-in ones, by language
 */
export function eventTexts<Kind extends 'replies' | 'calls' | 'poster'>(
  event: RatingEvent | null,
  keyword: string | null,
  kind: Kind,
  ours: Record<Language, Required<RatingEvent[Kind]>>,
): { texts: Required<RatingEvent[Kind]>; locale: string } {
  if (!event) return { texts: ours.en, locale: locales.en };
  const language = event.sessions.find((one) => one.keyword === keyword)?.language ?? event.language;
  if (language !== event.language) return { texts: ours[language], locale: locales[language] };
  return { texts: { ...ours[language], ...event[kind] }, locale: event.locale ?? locales[language] };
}
