"""Words that head columns of which no card asks: what explains a row, where it stands, how far the
student is. One line is one language, as far as its words are its own.

A word that heads answers as often is in a list of its own, and the cells decide (`columns`).
"""

from __future__ import annotations


def _names(words: str) -> frozenset[str]:
    names = (name.strip() for line in words.splitlines() for name in line.split(","))
    return frozenset(filter(None, names))


# Examples, notes, sources and pictures stand on the back whatever their cells are.
EXPLAINING = _names(
    """
    example, examples, e.g., e.g, eg, ex., ex, in context, in a sentence, use in a sentence
    example sentence, example sentences, example phrase, example usage, example use, usage example
    usage examples, sample sentence, sample sentences, sentence example, sentence examples
    example in context, examples in context, example in a sentence, example in use
    example translation, example meaning, sentence translation, translation of example
    note, notes, my notes, extra notes, additional notes, personal notes, usage note, usage notes
    remark, remarks, comment, comments, extra, extra info, additional info, more info, further info
    source, sources, image, images, mnemonics, memory hook, memory aid, memory tip, memory trick

    beispiel, beispiele, beispielsatz, beispielsätze, anwendungsbeispiel, anwendungsbeispiele
    bsp., bsp, z. b., z.b., z. b, z.b, satzbeispiel, übersetzung des beispiels
    bemerkung, bemerkungen, anmerkung, anmerkungen, notiz, notizen, kommentar, kommentare
    quelle, quellen, fundstelle, fundstellen, quellenangabe, eselsbrücke, eselsbrücken, merkhilfe

    exemple, exemples, phrase d'exemple, phrases d'exemple, phrase exemple, exemple de phrase
    exemple d'utilisation, exemples d'utilisation, exemple d'usage, exemple d'emploi
    traduction de l'exemple, remarque, remarques, commentaire, commentaires, note perso
    moyen mnémotechnique, mnémotechnique

    ejemplo, ejemplos, ejemplo de uso, ejemplos de uso, frase de ejemplo, frases de ejemplo
    oración de ejemplo, oraciones de ejemplo, traducción del ejemplo
    notas, observación, observaciones, apuntes, comentario, comentarios, fuente, fuentes
    mnemotecnia, regla mnemotécnica

    exemplo, exemplos, exemplo de uso, exemplos de uso, frase de exemplo, frases de exemplo
    frase exemplo, observação, observações, anotações, comentário, comentários, fonte, fontes

    esempio, esempi, esempio d'uso, esempi d'uso, frase d'esempio, frase di esempio
    frasi di esempio
    frase esempio, osservazione, osservazioni, appunti, commento, commenti, fonti

    voorbeeld, voorbeelden, voorbeeldzin, voorbeeldzinnen, bijv., opmerking, opmerkingen
    notitie, notities, aantekening, aantekeningen, bron, bronnen, ezelsbruggetje

    exempel, exempelmening, exempelmeningar, t.ex., anteckning, anteckningar, anmärkning
    anmärkningar, källa, källor
    eksempel, eksempler, eksempelsætning, eksempelsetning, f.eks., bemærkning, bemærkninger, noter
    merknad, merknader, notater, kilde, kilder
    esimerkki, esimerkit, esimerkkilause, esim., huomautus, huomautukset, muistiinpanot, lähde

    przykład, przykłady, przykładowe zdanie, przykładowe zdania, zdanie przykładowe, np.
    uwaga, uwagi, notatka, notatki, komentarz, źródło, źródła
    příklad, příklady, příkladová věta, např., poznámka, poznámky, zdroj, zdroje, příklad, príklad
    príklady, príkladová veta, primjer, primjeri, napomena, napomene, izvor, opomba, opombe
    példa, példák, példamondat, megjegyzés, megjegyzések, jegyzet, forrás
    exemplu, exemple, observații, observație, sursă, surse

    пример, примеры, примеры употребления, пример предложения, примеры предложений
    пример употребления, пример использования, примечание, примечания, заметка, заметки
    комментарий, комментарии, источник, источники, мнемоника
    приклад, приклади, приклад речення, приклад вживання, примітка, примітки, нотатка, нотатки
    коментар, коментарі, джерело, джерела
    παράδειγμα, παραδείγματα, σημείωση, σημειώσεις, πηγή

    örnek, örnekler, örnek cümle, örnek cümleler, notlar, kaynak, kaynaklar
    ví dụ, câu ví dụ, ghi chú, nguồn
    contoh, contoh kalimat, catatan, sumber, halimbawa
    ตัวอย่าง, ตัวอย่างประโยค, ประโยคตัวอย่าง, หมายเหตุ, บันทึก, แหล่งที่มา

    例, 例句, 例子, 例文, 用例, 示例, 造句, 举例, 舉例, 例句翻译, 例句翻譯, 例文の意味, 例文訳
    例文の訳
    备注, 備註, 备考, 備考, 注释, 註釋, 附注, 笔记, 筆記, メモ, 补充, 補充, 補足, 出处, 出處, 来源
    來源, 出典
    助记, 助记法, 语呂合わせ, 語呂合わせ
    예, 예시, 예문, 예문 해석, 예문 뜻, 비고, 메모, 출처

    مثال, المثال, أمثلة, الأمثلة, جملة مثال, مثال على ذلك, ملاحظة, ملاحظات, الملاحظات, الملاحظة
    مصدر, المصدر, مثال‌ها, یادداشت, منبع
    דוגמה, דוגמא, דוגמאות, משפט לדוגמה, הערה, הערות, מקור
    उदाहरण, उदाहरण वाक्य, टिप्पणी, टिप्पणियाँ, नोट, नोट्स, स्रोत, উদাহরণ, মন্তব্য, எடுத்துக்காட்டு
    ઉદાહરણ
    """
)

# A sentence in a language, or one of a court; where several words stand below.
SENTENCES = _names(
    """
    sentence, sentences, phrase, frase, frases, frasi, oración, oraciones, phrases, satz, zdanie
    zdania, věta, предложение, речення, cümle, câu, kalimat, 句子, 文, 문장
    """
)
# A note or a mark at school, a way to remember or the name of an instruction.
TELLING = _names("nota, mnemonic, mnemotécnico, mnemotechnika, astuce, truco, poznámka")

# Where to read about a row; a reference may be a value, too.
REFERENCES = _names(
    """
    reference, references, ref., ref, refs., refs, citation, citations, cite, cited from, literatur
    referenz, referenzen, beleg, référence, références, réf., réf, referencia, referencias
    bibliografía, referência, referências, riferimento, riferimenti, referentie, referens, viite
    odniesienie, ссылка, 参考, 参考文献, 參考, 참고, 참고문헌
    """
)
# "p" and "s" without a full stop are orbitals.
PAGES = _names(
    """
    page, p., pp., pg., pg, page #, page no, page number, page nr, textbook page, book page, p. no
    seite, s., rn., rn, randnummer, rz., rz, página, pág., pág, pagina, pag., pag, blz., blz
    bladzijde
    sida, sid., sivu, oldal, strona, str., strana, страница, стр., стр, с., сторінка, стор., σελίδα
    sayfa, trang, halaman, หน้า, 页, 页码, 頁, 頁碼, ページ, 쪽, 페이지, पृष्ठ, صفحة, الصفحة, עמוד
    slide, slide #, slide no, slide number, slide nr, folie, foliennr, diapo, diapositive
    diapositiva
    """
)
# The same; in the first column each may be what its row is about.
CHAPTERS = _names(
    """
    chapter, ch., chap., chap, chapter #, chapter no, kapitel, kap., kap, chapitre, capítulo, cap.
    capitolo, hoofdstuk, kapitola, rozdział, глава, розділ, bölüm, chương, bab, 章, 章节, 章節, 장
    lecture, lecture #, lecture no, vorlesung, vl, lesson, lesson #, lektion, lección, leçon
    lezione
    les, lekcja, lekce, урок, лекция, 课, 課
    """
)
# How many it has, or which: with a range or a word before the number.
SEVERAL_PAGES = _names(
    "pages, seiten, páginas, pagine, slides, folien, chapters, kapitel, strony, страницы"
)
TIMESTAMPS = _names(
    "timestamp, timestamps, time stamp, timecode, time code, video time, time in video, zeitmarke"
    ", zeitstempel, minutage, marca de tiempo, minutaggio, таймкод, 时间戳, タイムスタンプ"
)

# How far the student is with a row.
DONE = _names(
    """
    done, reviewed, revised, studied, memorized, memorised, mastered, status, status?, my status
    study status, learning status, state, progress, learned?, learnt?, learned yet, known?, know it
    know it?, i know, i know it, got it, got it?, complete?, completed?, check?, checked?, ready?
    understood?, ✓, ✔, ✅, ☑, ☑️, ✔️
    erledigt, gelernt, gekonnt, kann ich, wiederholt, fortschritt, lernstand, stand
    fait, appris ?, appris?, acquis ?, acquis?, révisé, progrès, statut
    hecho, repasado, revisado, estudiado, aprendido?, ¿aprendido?, sabido, estado, progreso
    feito, estudado, aprendi, progresso, fatto, ripassato, studiato, imparato?, stato
    geleerd, gekend, herhaald, lärt, lært, opittu, umím, naučeno, umiem, zrobione, nauczone
    сделано, повторено, выучено, выучил, выучила, знаю, статус, прогресс, вивчено
    öğrenildi, durum, đã thuộc, đã học, trạng thái, sudah hafal
    完成, 已学, 已學, 已复习, 已掌握, 已背, 覚えた, 覚えた？, 復習済, 復習済み, 完了, 習得, 掌握
    状态, 狀態
    进度, 進度, 進捗, 완료, 외움, 암기, 암기 완료, 상태, 진도
    """
)
# The same, or a fact of which yes and no are answers: with boxes alone.
CHECKED = _names(
    """
    complete, completed, checked, check, known, ready, learned, learnt, understood, verified
    appris, acquis, aprendido, aprendida, imparato
    """
)
SEEN = _names(
    """
    verified, last verified, updated, last updated, update, last update, reviewed, last reviewed
    checked, last checked, modified, last modified, verified on, last verified on, updated on
    reviewed on, last reviewed on, checked on, modified on, last updated on, last checked on
    date added, added on, date learned, date reviewed, date studied, review date, last review
    next review, next review date, next review on, last seen, last studied, last practiced, due
    due date, review due, stand, zuletzt wiederholt, letzte wiederholung, nächste wiederholung
    wiederholung am, hinzugefügt am, gelernt am, dernière révision, prochaine révision
    último repaso, próximo repaso, próxima revisión, última revisión, última revisão
    próxima revisão, ultimo ripasso, prossimo ripasso, следующее повторение, последнее повторение
    ostatnia powtórka, następna powtórka, 復習日, 次回復習, 次の復習, 复习日期, 下次复习, 복습일
    """
)
# What the student thinks of a row, as stars, circles, numbers or levels.
RATED = _names(
    """
    confidence, confidence level, my confidence, comfort, comfort level, familiarity, mastery
    mastery level, rating, my rating, self-rating, sicherheit, confianza, confiance, sicurezza
    confiança, уверенность, 掌握程度, 理解度, 自信度, 習熟度, 이해도
    """
)
# The same, or a fact: numbers and levels are answers there.
GRADED = _names(
    """
    difficulty, difficulty level, priority, importance, level, ⭐, ★, schwierigkeit
    schwierigkeitsgrad, priorität, wichtigkeit, difficulté, priorité, dificultad, importancia
    prioridad, dificuldade, importância, prioridade, difficoltà, importanza, priorità
    moeilijkheid, prioriteit, сложность, важность, приоритет, trudność, ważność, priorytet, zorluk
    önem, độ khó, 难度, 難度, 难易度, 難易度, 重要性, 重要度, 优先级, 優先度, 난이도, 중요도
    """
)

HINTS = _names(
    """
    hint, hints, hinweis, hinweise, suggerimento, suggerimenti, dica, dicas, pista, pistas
    подсказка, підказка, podpowiedź, wskazówka, nápověda, ledtråd, ipucu, gợi ý, petunjuk
    提示, ヒント, 힌트, تلميح, רמז, संकेत
    """
)

# A column that counts the rows, whatever these are called.
COUNTING = _names(
    """
    card, card #, card no, card number, card nr, flashcard, flashcard #, flashcard no, flash card
    flashcard number, flash card #, item, item #, item no, entry, entry #, row #, question #
    question no, question number, term #, word #, vocab #, concept #, fact #, sl., sr., ser.
    karte, karten, karte nr, kartennr, kartennummer, lernkarte, karteikarte, karteikarte nr
    frage nr
    carte, carte n°, fiche, fiches, question n°, tarjeta, tarjeta n.º, ficha, núm., núm, cartão
    carta, scheda, schede, kaart, kort, kort nr, karta, karta č., č., kartička, fiszka, fiszka nr
    карточка, карточка №, карта №, картка, картка №, kart, kart no, sıra, sıra no, thẻ, thẻ số
    kartu
    卡片, 卡号, 卡片编号, カード, カード番号, 카드, 카드 번호, ลำดับ, ลำดับที่, क्रम, क्रमांक, क्र.
    क्र.सं.
    ক্রমিক, بطاقة, رقم, الرقم, כרטיס, α/α, ord.
    """
)
# Beside each other they say what a row is about, and a count before them is none of it.
QUESTIONS = _names(
    """
    question, questions, q, front, prompt, frage, fragen, vorderseite, recto, pregunta, anverso
    frente, pergunta, domanda, fronte, vraag, voorkant, fråga, framsida, spørgsmål, spørsmål
    forside, kysymys, pytanie, przód, otázka, kérdés, întrebare, вопрос, питання, запитання
    лицевая сторона, ερώτηση, soru, ön yüz, câu hỏi, mặt trước, pertanyaan, คำถาม, 问题, 問題, 正面
    質問, 表, 問い, 질문, 문제, 앞면, السؤال, سؤال, שאלה, प्रश्न, پرسش
    """
)
ANSWERS = _names(
    """
    answer, answers, a, back, response, antwort, antworten, rückseite, réponse, verso, respuesta
    reverso, dorso, resposta, risposta, retro, antwoord, achterkant, svar, baksida, bagside
    bakside
    vastaus, odpowiedź, tył, odpověď, válasz, răspuns, ответ, відповідь, оборот, απάντηση, cevap
    yanıt, arka yüz, câu trả lời, đáp án, trả lời, mặt sau, jawaban, คำตอบ, 答案, 背面, 反面, 答え
    回答
    解答, 裏, 답, 정답, 뒷면, الجواب, جواب, الإجابة, إجابة, תשובה, उत्तर, پاسخ
    """
)
