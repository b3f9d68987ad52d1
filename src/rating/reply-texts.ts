import type { Language, Score } from './rating-event';

/** What attendees are told. One GSM-7 segment each (160 characters) with titles of usual length; Japanese needs UCS-2. */
export interface ReplyTexts {
  recorded(title: string, score: Score): string;
  changed(title: string, score: Score, former: Score): string;
  howTo(keyword: string): string;
  outOfRange(keyword: string): string;
  whichSession(keywords: string): string;
  didYouMean(keyword: string): string;
  closed(title: string): string;
  paused(title: string): string;
  notOpenYet(title: string): string;
  nothingOpen: string;
  tryLater: string;
}

export const replyTexts: Record<Language, ReplyTexts> = {
  en: {
    recorded: (title, score) => `Thank you! ${score} of 5 for ${title}. Text again to change it.`,
    changed: (title, score, former) => `Changed from ${former} to ${score} for ${title}.`,
    howTo: (keyword) => `Please text a score from 1 to 5, for example: ${keyword} 5`,
    outOfRange: (keyword) =>
      `A score is a whole number from 1 (worst) to 5 (best), for example: ${keyword} 4`,
    whichSession: (keywords) => `Which session? Put its word before your score: ${keywords}`,
    didYouMean: (keyword) => `Did you mean ${keyword}? Then text ${keyword} and your score from 1 to 5.`,
    closed: (title) => `Rating of ${title} is closed. Thank you!`,
    paused: (title) => `Rating of ${title} is paused. Please try again a little later.`,
    notOpenYet: (title) => `Rating of ${title} has not opened yet. Please try again later.`,
    nothingOpen: 'Nothing can be rated right now. Please try again later.',
    tryLater: 'Sorry, your rating could not be saved. Please text it again in a few minutes.',
  },
  de: {
    recorded: (title, score) => `Danke! ${score} von 5 für ${title}. Zum Ändern einfach neu schreiben.`,
    changed: (title, score, former) => `Geändert von ${former} auf ${score} für ${title}.`,
    howTo: (keyword) => `Bitte eine Note von 1 bis 5 schreiben, zum Beispiel: ${keyword} 5`,
    outOfRange: (keyword) =>
      `Eine ganze Zahl von 1 (schlecht) bis 5 (sehr gut) bitte, zum Beispiel: ${keyword} 4`,
    whichSession: (keywords) => `Welcher Vortrag? Bitte sein Wort vor die Note schreiben: ${keywords}`,
    didYouMean: (keyword) =>
      `Meinten Sie ${keyword}? Dann bitte ${keyword} und eine Note von 1 bis 5 schreiben.`,
    closed: (title) => `Die Bewertung von ${title} ist beendet. Danke!`,
    paused: (title) => `Die Bewertung von ${title} macht Pause. Bitte etwas später noch einmal.`,
    notOpenYet: (title) => `Die Bewertung von ${title} hat noch nicht begonnen. Bitte später noch einmal.`,
    nothingOpen: 'Im Moment gibt es nichts zu bewerten. Bitte später noch einmal.',
    tryLater:
      'Leider konnte die Bewertung nicht gespeichert werden. Bitte in ein paar Minuten noch einmal schreiben.',
  },
  fr: {
    recorded: (title, score) => `Merci ! ${score} sur 5 pour ${title}. Renvoyez un SMS pour changer.`,
    changed: (title, score, former) => `Note modifiée de ${former} à ${score} pour ${title}.`,
    howTo: (keyword) => `Envoyez une note de 1 à 5, par exemple : ${keyword} 5`,
    outOfRange: (keyword) =>
      `La note va de 1 (mauvais) à 5 (excellent), sans virgule, par exemple : ${keyword} 4`,
    whichSession: (keywords) => `Quelle session ? Mettez son mot avant la note : ${keywords}`,
    didYouMean: (keyword) => `Vouliez-vous dire ${keyword} ? Envoyez ${keyword} et une note de 1 à 5.`,
    closed: (title) => `Le vote pour ${title} est terminé. Merci !`,
    paused: (title) => `Le vote pour ${title} est en pause. Réessayez un peu plus tard.`,
    notOpenYet: (title) => `Le vote pour ${title} n'est pas encore ouvert. Réessayez plus tard.`,
    nothingOpen: 'Aucun vote en ce moment. Réessayez plus tard.',
    tryLater: "Désolé, votre note n'est pas enregistrée. Renvoyez-la dans quelques minutes.",
  },
  // á, í, ó and ú are not in GSM-7 and would cost a segment each time: the words do without them.
  es: {
    recorded: (title, score) => `¡Gracias! ${score} de 5 para ${title}. Escriba de nuevo para cambiar.`,
    changed: (title, score, former) => `Nota cambiada de ${former} a ${score} para ${title}.`,
    howTo: (keyword) => `Escriba una nota de 1 a 5, por ejemplo: ${keyword} 5`,
    outOfRange: (keyword) => `La nota es un entero de 1 (malo) a 5 (excelente), por ejemplo: ${keyword} 4`,
    whichSession: (keywords) => `Falta la charla. Ponga su palabra antes de la nota: ${keywords}`,
    didYouMean: (keyword) => `¿Quiere decir ${keyword}? Escriba ${keyword} y una nota de 1 a 5.`,
    closed: (title) => `Ya no se puede votar ${title}. ¡Gracias!`,
    paused: (title) => `Por ahora no se puede votar ${title}. Pruebe de nuevo en un rato.`,
    notOpenYet: (title) => `De momento no se puede votar ${title}. Pruebe de nuevo luego.`,
    nothingOpen: 'Ahora no hay nada que votar. Pruebe de nuevo luego.',
    tryLater: 'No se pudo guardar su nota. Por favor, vuelva a enviarla en unos minutos.',
  },
  ja: {
    recorded: (title, score) => `ありがとうございます。${title}: ${score}/5。再送信で変更できます。`,
    changed: (title, score, former) => `${title}: ${former}から${score}に変更しました。`,
    howTo: (keyword) => `1から5の点数を送ってください。例: ${keyword} 5`,
    outOfRange: (keyword) => `点数は1から5の整数です。例: ${keyword} 4`,
    whichSession: (keywords) => `点数の前にセッションの言葉を付けてください: ${keywords}`,
    didYouMean: (keyword) => `${keyword}のことですか。例: ${keyword} 5`,
    closed: (title) => `${title}の評価は終了しました。ありがとうございました。`,
    paused: (title) => `${title}の評価は一時停止中です。後でもう一度どうぞ。`,
    notOpenYet: (title) => `${title}の評価はまだ始まっていません。`,
    nothingOpen: '現在評価できるものはありません。',
    tryLater: '保存できませんでした。数分後にもう一度お送りください。',
  },
};
