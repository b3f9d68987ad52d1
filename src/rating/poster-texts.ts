import type { Language, PosterTexts } from './rating-event';

export const posterTexts: Record<Language, PosterTexts> = {
  // Before `{keyword} 5` stands `text`, between it and the number `to`. What carriers want on a poster is `legal`:
  // https://www.twilio.com/docs/api/errors/30570
  en: {
    rate: 'Rate this session',
    scan: 'Scan and send',
    text: 'or text',
    to: 'to',
    scale: '1 is poor, 5 is excellent. Add a comment if you like.',
    legal: 'One reply for each text. Message and data rates may apply. Reply HELP for help, STOP to stop.',
    privacy: 'Your number is not shown to anybody.',
  },
  de: {
    rate: 'Wie war es?',
    scan: 'Scannen und senden',
    text: 'oder',
    to: 'an',
    scale: '1 ist schlecht, 5 ist ausgezeichnet. Ein Kommentar darf dahinter stehen.',
    legal:
      'Eine Antwort je Nachricht. Es gelten die Preise Ihres Tarifs. HELP für Hilfe, STOP zum Abbestellen.',
    privacy: 'Ihre Nummer wird niemandem gezeigt.',
  },
  fr: {
    rate: 'Votre avis ?',
    scan: 'Scannez et envoyez',
    text: 'ou envoyez',
    to: 'au',
    scale: '1 : mauvais, 5 : excellent. Ajoutez un commentaire si vous voulez.',
    legal:
      "Une réponse par message. Prix d'un SMS selon votre opérateur. HELP pour l'aide, STOP pour arrêter.",
    privacy: "Votre numéro n'est montré à personne.",
  },
  es: {
    rate: '¿Qué le pareció?',
    scan: 'Escanee y envíe',
    text: 'o envíe',
    to: 'al',
    scale: '1 es malo, 5 es excelente. Puede añadir un comentario.',
    legal:
      'Una respuesta por mensaje. Pueden aplicarse tarifas de mensajes y datos. HELP para ayuda, STOP para parar.',
    privacy: 'Su número no se muestra a nadie.',
  },
  ja: {
    rate: '評価をお願いします',
    scan: '読み取って送信',
    text: 'または',
    to: '宛先',
    scale: '1は不満、5は満足です。コメントも送れます。',
    legal: '1通につき1回返信します。通信料がかかる場合があります。HELPでヘルプ、STOPで停止。',
    privacy: '電話番号は誰にも表示されません。',
  },
};
