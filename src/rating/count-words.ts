import type { ScoreFound } from './read-score';

/**
 * What a number in front of it measures, in the languages replies are written in: `5 minutes late`, `5-minute wait`, `2 thumbs up`. Not
 * here: words that begin comments (`5 an amazing talk`, `1 mal organisé`, `4 am Anfang zäh`).
 */
const units =
  /^(?:[^\S\n]+|-)?(?:minutes?|mins?|seconds|secs?|hours?|hrs?|days?|weeks?|months?|years?|times|persons?|thumbs?|daumen|pouces?|pulgar(?:es)?|degrees?|degr[eé]s?|grados?|grad(?=\s*(?:$|[^\s\p{L}]|(?:hier|im|in|celsius|warm|kalt|zu)(?!\p{L})))|euros?|dollars?|usd|eur|km|kg|o'?clock|minuten?|sekunden?|stunden?|tagen?|wochen?|monaten?|jahren?|personen|uhr|secondes|heures?|jours?|semaines?|mois|ans|années?|fois|personnes?|minutos?|segundos|horas?|d[ií]as?|semanas?|meses|años?|veces|personas?|(?:people|leuten?)(?!\s*[,!])|[ap]\.m\.|[ap]m(?=\s*(?:$|[^\s\p{L}])))(?!\p{L})/iu;
/** `5%`, `5 €`, `5th`, `5pm`, `4-ish`, `5x`. */
const endings = /^(?:\s*[°%\p{Sc}]|(?:st|nd|rd|th|er|ère|e|ème|[ap]m|-?ish|\p{Script=Latin})(?!\p{L}))/iu;
/** Japanese counters are glued to their number; some of their signs begin words (`5分かりやすい`, `5本当に`). */
const counters =
  /^(?:分(?!か)|時(?!々)|人(?!気|々)|日(?!本|々)|年(?!々)|本(?!当|日|気|格|番)|番(?!組)|部(?!屋)|度(?!々)|世(?!界)|[回月階秒週号割倍個枚名杯冊台件段歳才位章列行曲円])/u;

/** What only counts where no keyword says that a score is coming: `5 of the speakers`, `5 questions`. */
const counted =
  /^(?:[^\S\n]+|-)(?:of (?:the|my|our|your|these|those|us|them|you|his|her|their|its|\d)|more(?!\s+(?:of|please|like))|others?|things|talks|speakers|slides|questions|words|comments|suggestions|remarks|requests|von (?:den|unseren|meinen|ihnen|uns|denen|\d)|andere|sachen|dinge|vorträge|fragen|worte|de (?:mes|nos|ces|les|los|las|mis|sus|estos|estas|\d)|autres|choses|mots|cosas|preguntas|palabras|otr[oa]s)(?!\p{L})/iu;
const months =
  /^\.?[^\S\n]*(?:de\s+|of\s+)?(?:january|february|march|april|may|june|july|august|september|october|november|december|januar|februar|märz|mai|juni|juli|oktober|dezember|janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)(?!\p{L})/iu;
/** `One question: …`, `one love`. */
const single =
  /^[^\S\n]*(?:thing|word|question|comment|suggestion|remark|request|note|love|man|woman|person|last|wort|frage|sache|anmerkung|chose|mot|remarque|cosa|palabra|pregunta)(?!\p{L})/iu;

/** The word for one may be an article of praise: `one amazing talk`, `Eins A Vortrag`, `一つ質問`. */
const oneInWords = /^(?:one|eins|uno?|une|一つ?)$/iu;
const endOrMark = /^\s*(?:$|\n|[^\s\p{L}\p{N}'’-]|-(?!\p{L}))/u;
/** Things there are two to four of: `2 projectors broken`, `2 more coffees`. */
const things = new RegExp(
  '^[^\\S\\n]+(?:(?:broken|dead|empty|extra|free|more|missing|new|other|small)\\s+)?(?:' +
    '(?!(?:cheers|covers|delivers|matters|offers|suffers|wonders|brings|greetings)(?!\\p{L}))[a-z]{2,}(?:[eo]r|ing|[st]ion|ment|[ae]nce|ure)s|' +
    'typos|coffees|teas|beers|drinks|mics|microphones|chairs|seats|screens|slots|tables|rooms|toilets|windows|lights|sandwiches|cookies|breaks|' +
    'bugs|errors|ideas|tips|reasons|issues|problems|complaints|notes|examples|demos|talks|workshops|keynotes|panels|parts|topics|guys|men|women|' +
    'kids|friends|colleagues|attendees|guests|laptops|cables|plugs|sockets|outlets|buses|cars|taxis|tickets|badges|bags|t?-?shirts|photos|pages|' +
    'links|websites|emails|phones|texts|messages|copies|books|bottles|cups|glasses|jokes|rows|halls|stairs|lifts|aspects|highlights|downsides|' +
    'facts|names|companies|teams|languages|tools|apps|videos|charts|graphs|diagrams|lines|places|hands|quotes)(?!\\p{L})',
  'iu',
);

/** `one of the best talks` praises, whatever stands before it. */
const oneOf =
  /^\s*(?:hell of|of (?:an?|the|my|our|your|those|these|many|his|her|their)|de (?:les|los|las|mis|mes|nos)|des|der|von (?:den|vielen))(?!\p{L})/iu;

/**
 * Whether the number that a text begins with counts something and is no score.
 * @param led whether a keyword stands before the number: then what follows is a comment unless it is a measure
 */
export function isCount(text: string, { score, length }: ScoreFound, { led }: { led: boolean }): boolean {
  const rest = text.slice(length);
  if (units.test(rest) || endings.test(rest) || counters.test(rest)) return true;
  if (score === 1 && oneOf.test(rest)) return true;
  if (led) return false;
  if (score === 1 && (single.test(rest) || (oneInWords.test(text.slice(0, length)) && !endOrMark.test(rest))))
    return true;
  const isFew = score === 2 || score === 3 || score === 4;
  if (isFew && things.test(rest)) return true;
  return counted.test(rest) || months.test(rest);
}
