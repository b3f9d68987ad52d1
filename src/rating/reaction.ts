const quote = '["“”«„「『]';
const emoji = '(?:\\p{Extended_Pictographic}|\\p{Emoji_Modifier}|\\p{Regional_Indicator})+';
/** iPhones say what they cannot quote. */
const thing =
  '(?:an?|your) (?:image|photo|picture|attachment|movie|video|audio message|voice message|message|link|sticker)';

/**
 * What phones send as a text by themselves when somebody reacts to a message: iPhones in the language of the phone, Android
 * with the emoji before it (`👍 to “…”`). In the languages replies are written in; with an emoji, in all.
 */
const reactions = [
  `^(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|removed an? .{1,40} from|reacted .{1,20} (?:to|with)|reacted to)\\s+(?:${quote}|${thing})`,
  `^${emoji}\\s*(?:\\p{L}{1,6}\\s*)?${quote}`,
  `^(?:gefällt|liebt|hat|mag|lacht über|betont|fragt|reagierte?|mit .{1,20} (?:reagiert )?auf)\\s.{0,40}?${quote}`,
  `^(?:gefällt|liebt|a (?:aimé|adoré|ri (?:à|de)|réagi|souligné|questionné)|n.a pas aimé|(?:no )?le (?:gust[óo]|encant[óo])|(?:me|le) (?:gusta|encanta)|se rio de|se rió de|reaccionó)\\s.{0,40}?${quote}`,
  '^["“”「『].*["“”」』]に.{1,20}しました。?$',
].map((pattern) => new RegExp(pattern, 'isu'));

/** Whether a phone wrote this text because somebody reacted to a message. */
export function isReaction(text: string): boolean {
  return reactions.some((reaction) => reaction.test(text));
}
