"""Says which bold beginning of a list's item is a term with a meaning; it knows no block.

Most bold beginnings of notes are labels: Note, Example, Step 1, or what each section of a page has
again. A card that asks for the meaning of a label cannot be answered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from generator.core.lazy_regex import lazy_regex

_MOST_CHARACTERS = 80  # of a term
_MOST_WORDS = 8
_MOST_QUESTION_WORDS = 16
_MOST_READ = 400  # characters in which a term and its mark stand

_AT_ONCE = lazy_regex(
    r"(?P<open>\*\*|__)(?P<term>\S.*?)(?P<inner>\s*[:：])?(?P=open)(?P<mark>\s*(?::{1,3}|[：–—]|-(?=\s)))?",
    re.DOTALL,
)
# The dash inside of the bold, or something in brackets before the mark.
_LATER = lazy_regex(
    r"(?P<term>(?P<open>\*\*|__)\S[^*_\n]*(?P=open)[ ]*(?:\*?\([^()\n]{1,80}\)\*?|`[^`\n]{1,40}`))"
    r"\s*(?::{1,3}|[：–—]|-(?=\s))"
    r"|(?P<dashed>\*\*|__)(?P<inner>\S[^*_\n]*?)(?:\s*[–—]|[ ]-)(?P=dashed)(?=\s)"
)


class BoldTerm(NamedTuple):
    """Where in an item's text the term starts and ends, and where its meaning starts."""

    start: int
    end: int
    below: int


def bold_term(text: str) -> BoldTerm | None:
    """``**term**: meaning``, ``**term:** meaning``, ``**term** – meaning``."""
    found = _AT_ONCE.match(text)
    if found and (found["inner"] or found["mark"]):
        return BoldTerm(*found.span("term"), found.end())
    return None


def later_bold_term(text: str) -> BoldTerm | None:
    """``**term** (abbr.): meaning`` and ``**term –** meaning``."""
    found = _LATER.match(text)
    return (
        BoldTerm(*found.span("term" if found["term"] else "inner"), found.end()) if found else None
    )


def has_bold(text: str) -> bool:
    """Whether there may be something in bold in a text."""
    return "**" in text or "__" in text


class BoldItem(NamedTuple):
    """An item that begins with bold and a mark: both texts as they are written; the meaning is
    empty where it stands in a list below."""

    term: str
    meaning: str
    place: BoldTerm


def bold_item(text: str) -> BoldItem | None:
    """The item with this text, if it begins so."""
    if not text.startswith(("**", "__")):
        return None
    begun = text[:_MOST_READ]
    place = bold_term(begun) or later_bold_term(begun)
    if place is None:
        return None
    return BoldItem(text[place.start : place.end].strip(), text[place.below :].strip(), place)


def lists_pages(texts: Iterable[str]) -> bool:
    """Whether texts, each a line of a list or not, do nothing but link elsewhere."""
    return all(len(text) < _MOST_READ and _LINK_LINE.fullmatch(text) for text in texts)


def repeated_terms(items: Iterable[BoldItem]) -> frozenset[str]:
    """The terms that stand more than once with other meanings: labels of a page's parts."""
    meanings: dict[str, str] = {}
    found = set()
    for item in items:
        name = _name(item.term)
        # What an empty meaning is stands in a list below, and is hardly the same there.
        if name in meanings and not (meanings[name] == item.meaning != ""):
            found.add(name)
        meanings.setdefault(name, item.meaning)
    return frozenset(found)


def is_definition(item: BoldItem, labels: frozenset[str]) -> bool:
    """Whether the item says what a term means; ``labels`` are terms that are none on its page."""
    return (
        (name := _name(item.term)) not in labels
        and _is_term(name)
        and not (item.meaning and _POINTS_ELSEWHERE.fullmatch(item.meaning))
        and not _LISTS_PAGES.fullmatch(item.term)
    )


_MARKS = lazy_regex(r"[*_`\[\]]+")
# Pictures that stand before a word, bullets and other signs.
_AROUND = lazy_regex(r"^[^\w(¿<\"'“‘«「$\\/.+#@-]+|[\s:：]+$")


def _name(term: str) -> str:
    """What a term is recognised by: without marks, signs around it and capitals."""
    return _AROUND.sub("", " ".join(_MARKS.sub("", term).split())).casefold()


def _is_term(name: str) -> bool:
    words = name.split()
    most = _MOST_QUESTION_WORDS if name.endswith(("?", "？", "؟")) else _MOST_WORDS
    return (
        0 < len(name) <= _MOST_CHARACTERS
        and len(words) <= most
        and not _NO_TERM.fullmatch(name)
        and not (len(words) > 2 and _ENDS_SENTENCE.search(_IN_BRACKETS.sub("", name)))
        and name not in _LABELS
        and not _NUMBERED_LABEL.fullmatch(name)
    )


_NO_TERM = lazy_regex(
    r"[\W_]*|[a-z]|[\d\W_]+(?:%|h|hr?s?|min(?:ute)?s?|hours?|days?|weeks?|months?|years?)?"
)
_IN_BRACKETS = lazy_regex(r"\([^()]*\)")
_ENDS_SENTENCE = lazy_regex(r"[.!。！…,;]$|[.!] ")
# A link, an address, or a picture: where to read on, and no meaning.
_POINTS_ELSEWHERE = lazy_regex(
    r"[→➡👉 ]*(?:!?\[\[[^\]\n]*\]\]|!?\[[^\]\n]*\]\([^)\n]*\)|<?https?://\S+>?)[ .]*"
)
# A link to another page of the notes: its item says what stands there.
_LISTS_PAGES = lazy_regex(r"\[[^\]\n]*\]\((?!https?:)[^)\n]*\)")
_LINK_LINE = lazy_regex(
    r"[^\w\[]{0,9}(?:\[\[[^\]\n]*\]\]|\[[^\]\n]*\]\([^)\n]*\))[^\w\[^]{0,9}(?:\^[\w-]+)?"
)
_NUMBERED_LABEL = lazy_regex(
    r"(?:step|phase|day|week|month|year|option|example|part|chapter|section|lesson|module|unit"
    r"|exercise|question|answer|task|figure|fig|table|case|scenario|round|test|note|tip|method"
    r"|approach|reason|point|rule|q|a|domain|topic|lab|project|problem|line|row|ex"
    r"|schritt|phase|tag|woche|beispiel|teil|kapitel|aufgabe|étape|jour|semaine|exemple|partie"
    r"|paso|día|semana|ejemplo|parte|passo|giorno|settimana|esempio|dia|exemplo|bước|ví dụ"
    r"|шаг|этап|пример|часть|глава|урок|примечание|вопрос|задание|крок|етап|приклад|частина|питання"
    r"|krok|etap|przykład|część|rozdział|pytanie|zadanie|etapa|capítulo|pergunta|passaggio|fase"
    r"|capitolo|domanda|chapitre|question|adım|örnek|bölüm|soru|ステップ|手順|問題|문제|예제"
    r"|第|步骤|例|단계|예)"
    r"[ #.-]*(?:\d{1,4}(?:[-–]\d{1,4})?[a-z步章节課课天]?|[a-z]|[ivx]{1,4}|one|two|three|four|five)"
    r"(?:[ :.–—-].*)?"
)
# In small letters; by language.
_LABELS = frozenset(
    name.strip()
    for name in """
    q|a|question|questions|answer|answers|correct answer|explanation|why|how|what|when|where
    who|note|notes|important|important note|warning|caution|attention|danger|info|tip|tips
    pro tip|hint|hints|exam tip|exam tips|remember|reminder|key point|key points|key idea
    key insight|key takeaway|key takeaways|takeaway|takeaways|example|examples|e.g.
    for example|for instance|real-world example|pros|cons|pro|con|advantage|advantages
    disadvantage|disadvantages|benefit|benefits|drawback|drawbacks|limitations|limitation
    strengths|weaknesses|trade-off|trade-offs|tradeoff|tradeoffs|use case|use cases|use when
    when to use|when not to use|best for|use for|used for|use|uses|usage|avoid|do|don't|dos
    don'ts|goal|goals|objective|objectives|purpose|aim|summary|conclusion|overview|tl;dr|tldr
    result|results|output|input|inputs|outputs|solution|solutions|problem|problems|issue|cause
    causes|fix|reason|reasons|definition|meaning|description|syntax|time complexity
    space complexity|time|space|complexity|runtime|link|links|source|sources|reference
    references|resource|resources|further reading|read more|see|see also|related|prerequisite
    prerequisites|requirement|requirements|todo|to do|status|date|author|authors|created
    updated|duration|cost|price|difficulty|level|topic|topics|tags|type|types|format|score
    passing score|title|name|details|detail|characteristics|features|feature|key features
    properties|components|steps|process|method|approach|focus|weight|context|background
    scenario|situation|action|task|impact|outcome|decision|common mistake|common mistakes
    pitfall|pitfalls|best practice|best practices|recommendation|comparison|difference
    differences|similarities|pattern|analogy|mnemonic|formula|translation|pronunciation
    literal|grammar|usage note|trap|common trap|short answer|documentation|external links
    aliases|stars|clue|skill|skills|audience|version|hinweis|hinweise|achtung|wichtig|merke
    beispiel|beispiele|vorteil|vorteile|nachteil|nachteile|ziel|ziele|zweck|frage|antwort
    lösung|quelle|quellen|siehe|siehe auch|anmerkung|remarque|remarques|exemple|exemples
    avantage|avantages|inconvénient|inconvénients|but|objectif|définition|réponse|voir aussi
    à retenir|nota|notas|atención|importante|ejemplo|ejemplos|ventaja|ventajas|desventaja
    desventajas|objetivo|definición|pregunta|respuesta|solución|fuente|ver también|recuerda
    consejo|nota bene|attenzione|esempio|esempi|vantaggi|svantaggi|obiettivo|definizione
    domanda|risposta|soluzione|fonte|osservazione|oss|ricorda|scopo|atenção|exemplo|exemplos
    vantagem|vantagens|desvantagem|desvantagens|definição|pergunta|resposta|ví dụ|lưu ý
    ghi chú|ưu điểm|nhược điểm|mục đích|định nghĩa|câu hỏi|trả lời|kết quả|chú ý
    注意|例|例子|示例|例如|优点|缺点|優點|缺點|说明|說明|用途|目的|定义|定義|问题|問題|答案
    解释|备注|总结|特点|メリット|デメリット|ポイント|補足|備考|結論|理由|意味|例文|예|예시
    예제|주의|장점|단점|참고|목적|정의|질문|답변|요약|설명|특징|مثال|ملاحظة|ملحوظة|تنبيه|الهدف
    المميزات|العيوب|مميزات|عيوب|الحل|النتيجة|المشكلة|تعريف|السؤال|الجواب|الخلاصة|מקור|דוגמה
    הערה
    пример|примеры|например|напр.|примечание|примечания|прим.|важно|внимание|замечание|замечания
    совет|советы|подсказка|вопрос|вопросы|ответ|ответы|правильный ответ|решение|решения
    определение|определения|значение|описание|объяснение|пояснение|итог|итоги|вывод|выводы
    результат|результаты|плюсы|минусы|преимущества|преимущество|недостатки|недостаток|цель|цели
    задачи|задание|причина|причины|применение|использование|назначение|источник|источники|ссылка
    ссылки|см.|см. также|смотри также|запомни|запомните|кратко|суть|проблема|синтаксис|формула
    свойства|особенности|признаки|перевод|упражнение|ошибка|частая ошибка|типичная ошибка
    сложность|шаги|приклад|приклади|наприклад|примітка|примітки|важливо|увага|зауваження|порада
    поради|підказка|питання|запитання|відповідь|відповіді|розв'язок|розв’язок|рішення|визначення
    означення|значення|опис|пояснення|підсумок|висновок|висновки|переваги|недоліки|завдання
    причини|застосування|використання|джерело|джерела|посилання|див.|див. також|запам'ятай
    запам’ятай|властивості|переклад|przykład|przykłady|np.|na przykład|uwaga|uwagi|ważne|wskazówka
    wskazówki|pytanie|pytania|odpowiedź|odpowiedzi|rozwiązanie|definicja|definicje|znaczenie|opis
    wyjaśnienie|objaśnienie|podsumowanie|wniosek|wnioski|wynik|zalety|wady|zadanie|przyczyna
    przyczyny|zastosowanie|zastosowania|źródło|źródła|zobacz|zobacz też|zapamiętaj|pamiętaj
    przypis|tłumaczenie|właściwości|cechy|dica|dicas|observação|observações|obs|obs.|aviso|cuidado
    lembre-se|lembrete|perguntas|respostas|solução|soluções|explicação|descrição|significado
    resumo|conclusão|objetivos|objectivo|finalidade|fontes|veja também|ver também|por exemplo|ex.
    causas|aplicação|problema|tradução|exercício|suggerimento|suggerimenti|consiglio|consigli
    avvertenza|avviso|ad esempio|per esempio|domande|risposte|soluzioni|spiegazione|descrizione
    significato|riassunto|riepilogo|conclusione|conclusioni|risultato|obiettivi|fonti|vedi
    vedi anche|n.b.|traduzione|esercizio|ricordati|caratteristiche|vantaggio|svantaggio|astuce
    astuces|conseil|conseils|avertissement|par exemple|p. ex.|réponses|explication|signification
    résumé|résultat|objectifs|rappel|remarque importante|utilisation|problème|traduction|exercice
    définitions|caractéristiques|en résumé|à noter|örnek|örnekler|örneğin|notlar|önemli|önemli not
    dikkat|uyarı|ipucu|ipuçları|hatırlatma|unutma|soru|sorular|cevap|cevaplar|yanıt|çözüm|tanım
    anlam|anlamı|açıklama|özet|sonuç|sonuçlar|avantaj|avantajlar|dezavantaj|dezavantajlar
    avantajları|dezavantajları|amaç|nedenleri|kullanım|kullanımı|kaynak|kaynaklar|bkz.|ayrıca bkz.
    çeviri|özellikler|özellikleri|たとえば|例えば|注|注意点|注釈|重要|重要事項|ヒント|コツ|警告
    質問|問い|答え|回答|解答|解説|説明|要約|まとめ|結果|原因|出典|参考|参照|関連|使い方|用法|特徴
    訳|利点|欠点|長所|短所|概要|覚え方|补充|提示|提醒|小结|结论|结果|来源|翻译|例句|特點|補充|總結
    備註|來源|예를 들어|중요|주의사항|주의점|경고|팁|힌트|비고|문제|답|정답|해답|해설|풀이|정리
    결론|결과|원인|이유|출처|참조|용도|용법|사용법|번역|목표|특성|개요|fazit|z. b.|z.b.
    zum beispiel|zusammenfassung|ergebnis|ergebnisse|tipp|tipps|merksatz|merken|definitionen
    bedeutung|erklärung|erläuterung|beschreibung|ursache|ursachen|gründe|verwendung|anwendung|vgl.
    übersetzung|übung|aufgabe|antworten|fragen|lösungen|merkmale|eigenschaften|warnung|vorsicht
    bemerkung|bemerkungen|exkurs|por ejemplo|p. ej.|observación|observaciones|advertencia|recuerde
    preguntas|respuestas|explicación|descripción|resumen|conclusión|resultado|fuentes|véase
    traducción|ejercicio|características|consejos|truco|osservazioni
    """.replace("\n", "|").split("|")
)
