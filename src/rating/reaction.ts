const opening = '["“”«„「『]';
const closing = '["“”»」』][.…]?$';
const emoji = '(?:\\p{Extended_Pictographic}|\\p{Emoji_Modifier}|\\p{Regional_Indicator})+';
/** iPhones say what they cannot quote. */
const thing =
  '(?:an?|your) (?:image|photo|picture|attachment|movie|video|audio message|voice message|message|link|sticker)';

/** What stands before the quoted message, in the languages replies are written in; with an emoji, in all. */
const quoting = [
  'liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|removed an? .{1,40} from|reacted .{1,20} to',
  `${emoji}\\s*\\p{L}{0,6}`,
  'gefällt|liebt|mag|lacht über|betont|reagierte? mit .{1,20} auf|(?:hat )?mit .{1,20} (?:reagiert )?auf',
  'a (?:aimé|adoré|ri (?:à|de)|souligné|questionné|réagi .{1,20} à)|n.a pas aimé',
  '(?:no )?le (?:gust[óo]|encant[óo])|me (?:gusta|encanta)|se ri[oó] de|reaccionó .{1,20} a',
].join('|');

/**
 * What phones send as a text by themselves when somebody reacts to a message: iPhones in the language of the phone
 * (`Loved “…”`), Android with the emoji (`👍 to “…”`).
 */
const reactions = [
  `^(?:${quoting})\\s*${opening}.*${closing}`,
  `^(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|removed an? .{1,40} from|reacted .{1,20} to)\\s+${thing}[.…]?$`,
  `^(?:hat|gefällt)\\s+${opening}.*["“”]\\s+(?:.{1,30}\\s)?(?:markiert|geliebt|hervorgehoben|hinterfragt|kommentiert|nicht)$`,
  '^["“”「『].*["“”」』]に.{1,20}しました。?$',
].map((pattern) => new RegExp(pattern, 'isu'));

/** Whether a phone wrote this text because somebody reacted to a message. */
export function isReaction(text: string): boolean {
  return reactions.some((reaction) => reaction.test(text));
}
