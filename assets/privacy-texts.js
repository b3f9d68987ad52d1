// The privacy page in the languages of events. English stands in the page itself.
export const privacyTexts = {
  en: {
    untilDeleted: 'Until the organisers of the event delete it. They can do so at any time.',
    days: (n) => `For ${n === 1 ? 'a day' : `${n} days`}. Then it is deleted by itself.`,
  },
  de: {
    title: 'Was mit Ihrer SMS geschieht',
    keptTitle: 'Was gespeichert wird',
    kept: 'Ihre Wertung, Ihr Kommentar, die Zeit und Twilios Nummer der Nachricht, damit jede SMS nur einmal zählt. Statt Ihrer Telefonnummer wird ein Code gespeichert, der aus ihr und einem Geheimnis dieser Veranstaltung gebildet wird: Er unterscheidet zwei Telefone, und ohne das Geheimnis lässt sich die Nummer nicht daraus lesen. Eine SMS, die nicht gezählt werden konnte, wird ebenso gespeichert, damit die Veranstalter den Grund sehen.',
    seenTitle: 'Was alle sehen können',
    seen: 'Wie viele bewertet haben, alle Wertungen zusammen und freigegebene Kommentare. Nie, von wem sie sind.',
    timeTitle: 'Wie lange',
    untilDeleted: 'Bis die Veranstalter es löschen. Das können sie jederzeit.',
    days: (n) => `${n === 1 ? 'Einen Tag' : `${n} Tage`} lang. Dann wird es von selbst gelöscht.`,
    rights:
      'Die Veranstalter können Ihnen zeigen, was zu Ihrer Nummer gespeichert ist, und alles davon sofort löschen: Nennen Sie ihnen die Nummer, von der Ihre SMS kam.',
    repliesTitle: 'Ihre Nachrichten',
    replies:
      'Auf jede SMS kommt eine Antwort und sonst nichts. Es gelten die Preise Ihres Tarifs. Mit STOP bekommen Sie keine Antworten mehr, mit HELP Hilfe.',
    twilio: 'Twilio befördert die Nachrichten und speichert sie auch selbst:',
    notice: 'Twilios Datenschutzerklärung',
    results: 'Zu den Ergebnissen',
  },
  fr: {
    title: 'Ce que devient votre SMS',
    keptTitle: 'Ce qui est conservé',
    kept: 'Votre note, votre commentaire, l’heure et le numéro que Twilio donne au message, pour que chaque SMS compte une seule fois. À la place de votre numéro de téléphone est conservé un code, calculé à partir de lui et d’un secret de cet événement : il distingue deux téléphones, et sans ce secret personne ne peut en déduire le numéro. Un SMS qui n’a pas pu être compté est conservé de même, pour que les organisateurs voient pourquoi.',
    seenTitle: 'Ce que tout le monde peut voir',
    seen: 'Le nombre d’avis, les notes réunies et les commentaires approuvés. Jamais leurs auteurs.',
    timeTitle: 'Pendant combien de temps',
    untilDeleted: 'Jusqu’à ce que les organisateurs l’effacent. Ils peuvent le faire à tout moment.',
    days: (n) => `Pendant ${n === 1 ? 'un jour' : `${n} jours`}. Ensuite tout est effacé automatiquement.`,
    rights:
      'Les organisateurs peuvent vous montrer ce qui est conservé pour votre numéro et tout effacer aussitôt : indiquez-leur le numéro qui a envoyé le SMS.',
    repliesTitle: 'Vos messages',
    replies:
      'Chaque SMS reçoit une réponse, et rien d’autre. Prix selon votre opérateur. STOP arrête les réponses, HELP donne de l’aide.',
    twilio: 'Twilio achemine les messages et les conserve aussi de son côté :',
    notice: 'la politique de confidentialité de Twilio',
    results: 'Les résultats',
  },
  es: {
    title: 'Qué pasa con su mensaje',
    keptTitle: 'Qué se guarda',
    kept: 'Su puntuación, su comentario, la hora y el número que Twilio da al mensaje, para que cada SMS cuente una sola vez. En lugar de su número de teléfono se guarda un código que se calcula con él y con un secreto de este evento: distingue dos teléfonos, y sin ese secreto nadie puede saber el número. Un mensaje que no se pudo contar se guarda igual, para que la organización vea por qué.',
    seenTitle: 'Qué puede ver cualquiera',
    seen: 'Cuántas personas valoraron, sus puntuaciones en conjunto y los comentarios aprobados. Nunca quién los escribió.',
    timeTitle: 'Durante cuánto tiempo',
    untilDeleted: 'Hasta que la organización lo borre. Puede hacerlo en cualquier momento.',
    days: (n) => `Durante ${n === 1 ? 'un día' : `${n} días`}. Después se borra automáticamente.`,
    rights:
      'La organización puede mostrarle qué se guarda de su número y borrarlo todo enseguida: dígale el número desde el que envió el mensaje.',
    repliesTitle: 'Sus mensajes',
    replies:
      'Cada mensaje recibe una respuesta y nada más. Pueden aplicarse tarifas de mensajes y datos. Con STOP no recibe más respuestas, con HELP recibe ayuda.',
    twilio: 'Twilio transporta los mensajes y también guarda registros:',
    notice: 'aviso de privacidad de Twilio',
    results: 'Los resultados',
  },
  ja: {
    title: '送ったメッセージの扱い',
    keptTitle: '保存されるもの',
    kept: '評価、コメント、時刻、そして各メッセージを一度だけ数えるための Twilio のメッセージ番号です。電話番号の代わりに、番号とこのイベントの秘密の値から作った符号を保存します。符号は電話を区別するためのもので、秘密の値なしに番号を読み取ることはできません。数えられなかったメッセージも、主催者が理由を確認できるように同じ形で保存します。',
    seenTitle: '誰でも見られるもの',
    seen: '評価した人数、評価の集計、承認されたコメントです。誰が書いたかは表示されません。',
    timeTitle: '保存期間',
    untilDeleted: '主催者が削除するまで。主催者はいつでも削除できます。',
    days: (n) => `${n} 日間。その後は自動で削除されます。`,
    rights:
      '主催者は、あなたの番号について保存されているものを見せ、すべてを直ちに削除できます。送信に使った番号を伝えてください。',
    repliesTitle: 'メッセージについて',
    replies:
      '1 通につき返信は 1 通だけです。通信料がかかる場合があります。STOP で返信を停止、HELP でヘルプ。',
    twilio: 'メッセージは Twilio が届け、Twilio にも記録が残ります：',
    notice: 'Twilio のプライバシー通知',
    results: '結果を見る',
  },
};
