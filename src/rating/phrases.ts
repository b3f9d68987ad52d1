import { filledStars } from './read-score';

/**
 * Marks that may stand between keyword, score and comment, and mean nothing there. Not among them: what makes another number of
 * a score (`-3`, `.5`, `+1`, `~4`), `#1`, money, and the heart `<3`.
 */
const mark = `(?:[-=–]>|[^\\p{L}\\p{N}\\p{Sc}${filledStars}☆<>~≈%+#@.,\\-−–]|[.,](?!\\d)|@(?!\\s*\\d)|[-–](?!\\d)|<(?=\\s*\\d\\s*>)|>(?!\\d))`;
const marks = new RegExp(`^${mark}+`, 'u');
/** Before a text: an equals sign stays (a formula is no rating), and `:3` is a face. */
const openingMarks = new RegExp(
  `^(?:[^\\p{L}\\p{N}\\p{Sc}${filledStars}☆<>~≈%+#=:;/.,\\-−–]|[:;/.,](?!\\d)|[-–](?=\\s*\\p{L})|[#<](?=\\p{L}))+`,
  'u',
);
const gluedMarks = /^[\s]*[.,:;=/_\-–—](?=\d)/u;

/** Drops what stands before a text's first word or number. */
export function skipOpening(text: string): string {
  return text.replace(openingMarks, '');
}

/** Drops what stands between a score and a keyword behind it. */
export function skipMarks(text: string): string {
  return text.replace(marks, '');
}

/** Drops what stands between a keyword and its score: `KEYNOTE-5`, `KEYNOTE: 5`, `KEYNOTE → 5`. */
export function skipAfterKeyword(text: string): string {
  const glued = /^[.,:;=/_\-–—]/.test(text) ? text.replace(gluedMarks, '') : text;
  return skipMarks(glued);
}

/** Drops what stands between a score and its comment; a comment's own brackets and faces stay. */
export function skipBeforeComment(text: string): string {
  const rest = text.replace(
    /^(?:[\s,.!?…)\]}”»*、。！？]|[:;](?!-?[DPpOo3](?!\p{L}))|[-–—](?!\d)|["'_~>=+&](?=\s|$))+/u,
    '',
  );
  return /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(rest) ? rest : '';
}

const article = '(?:the|der|die|das|dem|den|la|le|les|el|los|las)';
const anArticle = "(?:an?|['’]?ne[nr]?|eine?[nr]?|une?|una)";
/** What a session is called where its keyword is left out. */
export const sessionNouns =
  '(?:session|talk|speech|presentation|lecture|vortrag|präsentation|rede|conférence|présentation|exposé|charla|ponencia|presentación|conferencia)';
const strength =
  '(?:\\s+(?:solid|strong|good|clear|big|full|perfect|glatte|klare|solide|starke|gute|volle|gros|grosse|bon|bonne|gran|buen))?';

/** What people say first: a greeting, an excuse, that they correct themselves. */
const greeting =
  '(?:(?:hi|hello|hey|ok(?:ay)?|thanks|thank you|please|sorry|oops|actually|edit|correction|hallo|guten (?:morgen|tag|abend)|danke|bitte|korrektur|' +
  'bonjour|bonsoir|salut|merci|pardon|hola|buenas|gracias|perd[oó]n|こんにちは|すみません)(?!\\p{L})[\\s,!.:;–-]*)*';

/** How a sentence about a score begins: `I give it a 5`, `My score: 5`, `Ich gebe der Keynote eine 4`. */
const opening = [
  '(?:please\\s+)?(?:rate|vote|text|send)(?:\\s+for)?',
  `(?:i|we)(?:['’]?d|['’]?ll)?\\s+(?:would\\s+)?(?:give|gave|rated?|scored?|voted?)(?:\\s+(?:it|(?:this|that|the)\\s+${sessionNouns}|this|that))?`,
  `gave\\s+(?:it|this|that)`,
  `(?:i['’]?d|i would)\\s+say`,
  `(?:i\\s+)?meant|(?:please\\s+)?change(?:\\s+(?:it|that|my\\s+(?:vote|score|rating)))?\\s+to|make\\s+(?:it|that)`,
  'definitely|easily|absolutely|clearly|solid|(?:ganz\\s+)?klar|eindeutig|leider(?:\\s+nur)?|clairement|claramente',
  'for me|für mich|pour moi|para m[ií]',
  '(?:for|für|pour|para)',
  `(?:it['’]?s|it is|it was|was|that was|that['’]?s)(?=\\s+${anArticle}\\s)`,
  `(?:my\\s+)?(?:score|rating|vote|note|mark)(?:\\s+(?:is|for|of))?`,
  `(?:von mir|ich)\\s+(?:gebe?|vergebe|würde)(?:\\s+(?:ihm|ihr|dem\\s+vortrag|der\\s+session))?`,
  'von mir',
  `(?:meine\\s+)?(?:note|bewertung)(?:\\s+(?:ist|für))?`,
  `(?:war|ist)(?=\\s+eine\\s)`,
  `(?:je\\s+(?:donne|mets|dirais|donnerais|mettrais)|j['’]?ai\\s+(?:mis|donné))(?:\\s+(?:la note de|la note))?`,
  `(?:ma\\s+note|mon\\s+vote)(?:\\s+(?:est|pour))?`,
  `(?:yo\\s+)?(?:le\\s+)?(?:doy|pongo|daría)`,
  `(?:mi\\s+)?nota(?:\\s+(?:es|para))?`,
];
const openings = new RegExp(
  `^${greeting}(?:(?:${opening.join('|')})(?!\\p{L})[\\s:=–-]*)?(?:${article}\\s+)?(?:${anArticle}${strength}\\s+)?`,
  'iu',
);
const openingsJapanese = /^(?:評価|点数|スコア|星)(?:は)?\s*[:=]?\s*/u;

const between = new RegExp(
  `^(?:(?:${anArticle}${strength}|` +
    "is|was|gets?|got|deserves|receives|rated|definitely|easily|(?:i['’]d|i would) say|von mir|für mich|pour moi|para m[ií]|session|talk|my|score|rating|vote|note|mark|ist|war|bekommt|kriegt|verdient|" +
    `bewertung|est|était|mérite|vaut|obtient|a|es|fue|merece|recibe|nota|punktzahl)(?!\\p{L})[\\s:=–-]*)+`,
  'iu',
);
const betweenJapanese = /^(?:は|が|の|に|も)?\s*(?:評価|点数|スコア|星)?(?:は)?\s*[:=]?\s*/u;

const connector = new RegExp(
  `^(?:(?:for|to|on|from|in|at|this|our|für|fürs|fuer|an|auf|zu[rm]?|vom|beim|pour|à|au|aux|para|por|a|al|del)(?!\\p{L})\\s*)?(?:(?:${article}|this|our)(?!\\p{L})\\s*|l['’])?`,
  'iu',
);

/** What may follow a score in a sentence: its end, a mark, or a reason. */
const sentenceGoesOn =
  /^\s*(?:$|[^\p{L}\p{N}\s-]|\n|-\s|(?:for|from|because|since|but|and|as|overall|weil|denn|da|aber|und|für|von|pour|parce|car|mais|et|para|porque|pero|y|です|でした)(?!\p{Script=Latin})|(?:not|instead of|nicht|statt|pas|no)\s+(?:an?\s+|eine\s+|une?\s+)?\d)/u;

/** Drops how a sentence about a score begins. */
export function skipSentence(text: string): string {
  return text.replace(openingsJapanese, '').replace(openings, '');
}

/** Drops what a sentence has between a keyword and its score: `KEYNOTE was a 5`. */
export function skipVerb(text: string): string {
  return skipMarks(text.replace(betweenJapanese, '').replace(between, ''));
}

/** Drops what leads from a score to its keyword: `5 for the keynote`. */
export function skipConnector(text: string): string {
  return text.replace(connector, '');
}

/** Whether a score that was found in a sentence is one: in `a 4 course dinner` it is not. */
export function endsSentence(rest: string): boolean {
  return sentenceGoesOn.test(rest);
}
