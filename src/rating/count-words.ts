import type { ScoreFound } from './read-score';

/**
 * What a number in front of it measures or counts, in the languages replies are written in: `5 minutes late`, `5pm`, `5th row`,
 * `5%`, `2 thumbs up`. Such a number is no score, whatever stands before it.
 */
const measures =
  /^(?:[\s-]*(?:minutes?|mins?|seconds?|secs?|hours?|hrs?|days?|weeks?|months?|years?|times|people|persons?|thumbs?|cheers|o'?clock|(?:a|p)\.?m\.?|minuten?|sekunden?|stunden?|tage?n?|wochen?|monate?n?|jahre?n?|mal|leuten?|personen|uhr|secondes?|heures?|jours?|semaines?|mois|ans?|années?|fois|personnes?|minutos?|segundos?|horas?|d[ií]as?|semanas?|mes(?:es)?|años?|veces|personas?|gente)(?!\p{L})|\s*[°%\p{Sc}]|(?:st|nd|rd|th|er|ère|e|ème|-?ish|\p{Script=Latin})(?!\p{L})|\s*[分時人回日月年階番秒週号割倍本個枚名杯冊台件段歳才位章部列行曲度円世])/iu;

const months =
  /^\.?\s*(?:de\s+|of\s+)?(?:january|february|march|april|may|june|july|august|september|october|november|december|januar|februar|märz|mai|juni|juli|oktober|dezember|janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)(?!\p{L})/iu;

/** What only counts where no keyword says that a score is coming: `5 of the speakers`, `One question: …`. */
const counted =
  /^[^\S\n]*-?(?:of|more|others?|things?|talks?|speakers?|slides?|questions?|words?|comments?|suggestions?|notes?|remarks?|requests?|love|man|woman|person|last|von|andere|sachen?|dinge?|vorträge|fragen?|worte?|anmerkung|de|des|autres?|choses?|mots?|del|cosas?|preguntas?|palabras?|otr[oa]s?)(?!\p{L})/iu;

/** `one of the best talks` praises. */
const oneOf =
  /^\s*(?:of (?:the|my|our|your|those|these|many|his|her|their)|de (?:les|los|las|mis|mes|nos)|des|der|von (?:den|vielen))(?!\p{L})/iu;

/**
 * Whether the number before `rest` counts something and is no score.
 * @param led whether a keyword stands before the number: then what follows is a comment unless it is a measure
 */
export function isCount(rest: string, { led, score }: { led: boolean; score: ScoreFound['score'] }): boolean {
  if (score === 1 && oneOf.test(rest)) return true;
  return measures.test(rest) || months.test(rest) || (!led && counted.test(rest));
}
