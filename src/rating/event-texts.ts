import { callTexts } from './call-texts';
import { posterTexts } from './poster-texts';
import type { CallTexts, Language, PosterTexts, RatingEvent, ReplyTexts } from './rating-event';
import { replyTexts } from './reply-texts';

/** What attendees read and hear in one language. */
export interface EventTexts {
  replies: ReplyTexts;
  calls: CallTexts;
  poster: PosterTexts;
  /** BCP 47, as a voice needs it: `de-DE`. */
  locale: string;
}

const locales: Record<Language, string> = { en: 'en-US', de: 'de-DE', fr: 'fr-FR', es: 'es-ES', ja: 'ja-JP' };

/**
 * The texts for a session: in its language, else in the event's with the event's own texts in place of ours.
 * @param keyword of the session; `null`: a text that is about none
 */
export function eventTexts(event: RatingEvent, keyword: string | null): EventTexts {
  const session = event.sessions.find((one) => one.keyword === keyword);
  const language = session?.language ?? event.language;
  const own = language === event.language ? event : { replies: {}, calls: {}, poster: {}, locale: null };
  return {
    replies: { ...replyTexts[language], ...own.replies },
    calls: { ...callTexts[language], ...own.calls },
    poster: { ...posterTexts[language], ...own.poster },
    locale: own.locale ?? locales[language],
  };
}
