import type { CallTexts, Language } from './rating-event';

/** What a caller hears; what stands in `{braces}` is filled in. */
export const callTexts: Record<Language, CallTexts> = {
  en: {
    choose: 'For {title}, press {digit}.',
    rate: 'Rate {title}. Press a key from 1, poor, to 5, excellent.',
    again: 'That is not one of the keys.',
    thanks: 'Thank you. {score} of 5 for {title}. Goodbye.',
    nothingOpen: 'Nothing can be rated right now. Please try again later. Goodbye.',
    hidden: 'Please call again with your number shown, so that everybody is counted once. Goodbye.',
    tryLater: 'Sorry, your rating could not be saved. Please call again in a few minutes. Goodbye.',
  },
  de: {
    choose: 'Für {title} drücken Sie die {digit}.',
    rate: 'Bewerten Sie {title}. Drücken Sie eine Taste von 1, schlecht, bis 5, sehr gut.',
    again: 'Das ist keine der Tasten.',
    thanks: 'Danke. {score} von 5 für {title}. Auf Wiederhören.',
    nothingOpen: 'Im Moment gibt es nichts zu bewerten. Bitte versuchen Sie es später. Auf Wiederhören.',
    hidden: 'Bitte rufen Sie mit sichtbarer Nummer an, damit jede Stimme einmal zählt. Auf Wiederhören.',
    tryLater:
      'Leider konnte die Bewertung nicht gespeichert werden. Bitte rufen Sie in ein paar Minuten noch einmal an.',
  },
  fr: {
    choose: 'Pour {title}, tapez {digit}.',
    rate: 'Notez {title}. Tapez une touche de 1, mauvais, à 5, excellent.',
    again: "Cette touche n'est pas proposée.",
    thanks: 'Merci. {score} sur 5 pour {title}. Au revoir.',
    nothingOpen: 'Aucun vote en ce moment. Réessayez plus tard. Au revoir.',
    hidden: 'Rappelez avec un numéro visible, pour que chaque voix compte une fois. Au revoir.',
    tryLater: "Désolé, votre note n'est pas enregistrée. Rappelez dans quelques minutes. Au revoir.",
  },
  es: {
    choose: 'Para {title}, pulse {digit}.',
    rate: 'Valore {title}. Pulse una tecla de 1, malo, a 5, excelente.',
    again: 'Esa tecla no es válida.',
    thanks: 'Gracias. {score} de 5 para {title}. Adiós.',
    nothingOpen: 'Ahora no hay nada que votar. Inténtelo más tarde. Adiós.',
    hidden: 'Llame con su número visible, para que cada voto cuente una vez. Adiós.',
    tryLater: 'No se pudo guardar su nota. Vuelva a llamar en unos minutos. Adiós.',
  },
  ja: {
    choose: '{title}は{digit}を押してください。',
    rate: '{title}の評価です。1が最低、5が最高です。1から5のキーを押してください。',
    again: 'そのキーは使えません。',
    thanks: 'ありがとうございます。{title}は5点中{score}点です。',
    nothingOpen: '現在評価できるものはありません。後でおかけ直しください。',
    hidden: '番号を通知しておかけ直しください。',
    tryLater: '保存できませんでした。数分後におかけ直しください。',
  },
};
