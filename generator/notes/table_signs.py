"""What tells that a table is no knowledge: plans, lists of files and links, keys of answers.

One sign is not enough: ``Status | Meaning`` is knowledge, ``Week | Hours`` is a plan.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import cache, cached_property, lru_cache
from string import ascii_lowercase

from generator.core.ascii_signs import has_any, table_of
from generator.core.header_name import bare, is_headed
from generator.core.lazy_regex import lazy_regex
from generator.core.model import Row
from generator.markup.inline import NO_REFERENCES, References, is_plain, plain
from generator.notes.columns import (
    Columns,
    Headers,
    by_header,
    counts,
    is_numbering,
    may_number,
)
from generator.notes.header_words import EXPLAINING
from generator.notes.page_notes import TableNotes

# --- headers ----------------------------------------------------------------------------------

PLANNED = "week|domain|readiness area|time you can commit|day|date|month|milestone|sprint"
LISTED = "item|field|status|area|task"  # as often knowledge
PARTS = "lesson|chapter|official section|exam area|module|unit|lecture|session|part|course|topic"
EFFORT = (
    r"(.* )?(weight(ing|age)?|hours?|hrs|time|minutes|duration|effort|due( date)?|deadline|date"
    r"|done|progress|completed?|files?|scores?|points|marks|%|percent(age)?|questions|pages?"
    r"|chapters?|lessons?|modules?|plan|tasks?|activit(y|ies)|(what )?(to )?(do|review|study|read)"
    r"|practi[cs]e)( .*)?"
)
PLAIN_EFFORT = (
    r"(.* )?(weight(ing|age)?|hours?|due( date)?|deadline|dates?|done|progress|completed?|files?"
    r"|scores?|%|chapters?|what to (review|study))"
)
CONTENTS = (
    r"what (you('ll| will)?|to) .*|title|name|minutes|time|hours|duration|pages?|links?|files?"
    r"|focus|topics?( covered)?|contents?|description|read when.*|also .*|level|status"
    r"|.*\bmodule\b.*"
)
SOURCES = (
    "resources?|sources?|courses?|books?|videos?|articles?|papers?|tutorials?|podcasts?|sites?"
    "|links?"
)
PROS = "pros?|advantages?|benefits|strengths|vorteile?|avantages?|ventajas?|vantaggi|vantagens|优点"
CONS = (
    "cons?|disadvantages?|drawbacks|weaknesses|nachteile?|inconvénients?|desventajas?"
    "|svantaggi|缺点"
)
CHANNELS = "channels?|creators?|newsletters?|blogs?|kan[aä]le?|canal(es)?|chaînes?|recursos?|canali"
REASONS = "why.*|focus|what you get|best for|covers?|topics?|warum|por qué|pourquoi|perché"
TO_LEARN_FROM = (
    r"(.*\b)?(subscribe|best (youtube )?channels|youtube|videos?|podcasts?|reading list"
    r"|(further|additional|recommended|learning|study|free|useful) (reading|resources|.*)"
    r"|resources|recursos|ressources|risorse|weiterführende.*)(\b.*)?"
)
DAYS = (
    "week|day|month|sprint|woche|tag|monat|semana|d[ií]a|semaine|jour|settimana|giorno|неделя|день"
)
GOALS = "focus|deliverables?.*|goals?|ziele?|lernziele?"
SCHEDULE = (
    r".*\b(study|exam|project|suggested|weekly|daily|course|learning|reading|revision)[ -](.* )?"
    r"(plan|schedule|timeline|roadmap|routine|calendar)\b.*"
    r"|.*\b(lernplan|zeitplan|studienplan|plan de estudios?|studyplan)\b.*"
)
TIMES = "time( slot| block)?|duration|minutes|zeit|dauer|tiempo|durée|durata"
EXERCISES = "name|title|exercises?|problems?|challenges?|labs?|katas?"
SOLVED = "solutions?( link)?"
ACTIVITIES = "activit(y|ies)|tasks?|what (to|you) do|aktivität|aufgabe|actividad|activité|attività"
# Of a list of what somebody is to do: what, who, until when. None of them is enough, as each may
# head a column of facts.
ACTIONS = (
    "what|action( items?| points?)?|tasks?|to[ -]?dos?|items?|was|maßnahmen?|aufgaben?|todo"
    "|actions?|tâches?|quoi|qué|acci[oó]n(es)?|tareas?|cosa|azion[ei]|compit[oi]|o qu[eê]"
    "|aç(ão|ões)|tarefas?|что|задач[аи]|действи[ея]|任务|任務|事项|タスク|作業|할 ?일|작업"
)
OWNERS = (
    "owners?|assigned( to)?|assignees?|responsible( person)?|person in charge|who|wer"
    "|verantwortlich(e|er)?|zuständig|responsables?|qui|qui[eé]n|encargad[oa]|responsabil[ei]|chi"
    "|responsáve(l|is)|quem|ответственн(ый|ая|ые)|исполнитель|кто|负责人|負責人|担当者?|담당자?"
)
DUES = (
    "until|due( date| by| on)?|deadline|by( when| date)?|done|completed?|finished|status|state"
    "|bis( wann)?|fällig( am)?|frist|termin|erledigt|stand|échéance|délai|fait|état|avant"
    "|fecha límite|vencimiento|plazo|hecho|estado|scadenza|entro|fatto|stato|prazo|feito"
    "|срок|готово|статус|截止(日期)?|期限|状态|完成|締め?切り?|状況|마감일?|기한|완료|상태"
)
# What stands in such a column: a day, a mark, a word that says how far it is.
_DUE = lazy_regex(
    r"\[[ xX]?\].*|[⬜🔲☐☑✓✔✅✗✘❌xX].{0,3}|\d{4}-\d\d-\d\d|\d\d?\.\s?\d\d?\.(\s?\d{2,4})?"
    r"|\d\d?/\d\d?(/\d{2,4})?|\d\d?月\d\d?日"
    r"|(\d\d?(st|nd|rd|th|\.)? (de )?)?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mär|mai|okt"
    r"|dez|févr|avr|juin|juil|août|déc|ene|abr|ago|dic)[a-zéû]*\.?( \d\d?(st|nd|rd|th)?)?"
    r"|((next|this|nächste[nr]?|diese[nr]?) )?(week|month|woche|monat|quarter|sprint( \d+)?"
    r"|(mon|tues|wednes|thurs|fri|satur|sun)day|(mon|diens|donners|frei|sams|sonn)tag|mittwoch)"
    r"|(end of .*|ende .*|eo[dwmy]|asap|today|tomorrow|heute|morgen|(kw|cw|week|q) ?\d{1,2})"
    r"|done|open|to ?do|in progress|pending|blocked|waiting|not started|started|ongoing|wip"
    r"|complete(d)?|finished|cancel+ed|yes|no|offen|erledigt|in arbeit|läuft|ja|nein|fait|en cours"
    r"|à faire|oui|non|hecho|pendiente|en curso|sí|fatto|in corso|da fare|feito|pendente",
    re.IGNORECASE,
)
MEETINGS = (
    r".*\b(agenda|action (items|points)|to[ -]?dos?|next steps|meeting|minutes of"
    r"|tagesordnung|protokoll|besprechung|ordre du jour|compte[ -]rendu|orden del d[ií]a"
    r"|ordine del giorno|ordem do dia)\b.*|会议.*|議事.*"
)
# Of what was done to a page or a project, day by day.
LOG_DATES = "date|day|when|updated|datum|tag|fecha|data|date de .*|дата|日期|日付|날짜"
LOGGED = (
    "what('s| has| was)? (changed|updated|new|done)|changes?( made)?|change ?log|log( entry)?"
    "|updates?|edits?|changed by|updated by|änderung(en)?|(qué )?cambi[oó]s?|modifiche"
    "|modifications?|alterações|изменени[ея]|变更|变化|更新内容?|変更(点|内容)?|변경( 내용| 사항)?"
)
LOGS = (
    r"(.*\b)?(change ?-?logs?|update log|revision history|version history|logs?|logbook|journal"
    r"|änderungs(protokoll|verlauf)|historial de cambios|journal des modifications)(\b.*)?"
    r"|更新(日志|记录)|变更(日志|记录)|更新履歴|変更履歴"
)
AGENDA = (
    "agenda( items?| points?)?|tagesordnungspunkte?|top|ordre du jour|puntos? del día"
    "|punt[oi] all'ordine del giorno|议程|議題"
)
OF_AGENDA = (
    "presenters?|speakers?|lead|owners?|who|times?|start|min(ute)?s?|duration|wer|zeit|dauer"
    "|redner(in)?|qui|durée|heure|quién|duración|hora|chi|durata|ora|quem|duração"
)
CLOCKS = (
    "time( slot)?|from|start( time)?|begins?|when|zeit|uhrzeit|beginn|ab|heure|horaires?|hora"
    "|horario|orario|ora|horário|время|начало|时间|時間|시간"
)
SESSIONS = (
    "what|sessions?|talks?|agenda( items?)?|programme?|to do|rooms?|speakers?|lessons?|class(es)?"
    "|subjects?|topics?|was|programm|raum|fach|thema|quoi|salle|programma|qué|aula|sala|o qu[eê]"
    "|(mon|tues|wednes|thurs|fri|satur|sun)day|mon|tue|wed|thu|fri|(mon|diens|donners|frei)tag"
    "|mittwoch|lundi|mardi|mercredi|lunes|martes|miércoles|lunedì|martedì|что|内容|予定|月|火|水"
)
SCORES = (
    r"(.* )?(scores?|results?|points|marks|correct|grade|%)( range)?"
    "|punkte|punktzahl|ergebnis|puntos|puntuaci[oó]n|punti|punteggio|résultat"
)
CRITERIA = (
    "(.* )?(criteri(on|a)|kriteri(um|en)|critères?|criterios?)|components?|dimensions?|aspects?"
    "|areas?|categor(y|ies)|skills?|elements?"
)
COUNTED = "bloom.*|(.* )?level|difficulty|domain|topic|section|module"
COUNTS = "count|#|(no\\.?|number)( of .*)?|questions?"
SHARES = "%|share|percent(age)?|target.*"
QUESTIONS = (
    r"q|q ?#|q ?nos?\.?|q(uestions?)? ?(ranges?|#|nos?\.?|numbers?)|questions?|fragen?|preguntas?"
)
BLOOM = "bloom.*|cognitive level"
OF_QUESTIONS = r".*\b(questions?|quiz|score|distribution|tags?|mapping)\b.*"
AXES = (
    "|week|period|month|generation|round|index|node|vertex|from|step|iteration"
    r"|[ijkntx]|[a-z] ?[/\\] ?[a-z]"
)
FILES = "(.* )?(files?|file ?names?|paths?|folders?|documents?|notebooks?|notes?|guides?|pages?)"
_NUMBERS = "|#|no|nr|q|q ?#|questions?( no)?|question number"
_KEYS = (
    "(correct |right )?answers?( key| letter)?|(correct|right) (options?|choices?)|key|correct"
    "|solution|ans"
    "|((richtige|korrekte) )?(antwort(en)?|lösung(en)?)|richtig|(respuestas?|opción)( correctas?)?"
    "|correcta|((bonne|juste) )?réponses?( correctes?)?|(rispost[ae]|soluzione)( corrett[ae])?"
    "|(respostas?|gabarito|alternativa)( correta)?|((juiste|correcte) )?antwoord(en)?"
    "|((правильный|верный) )?ответы?|((правильна|вірна) )?відповідь|(poprawna )?odpowiedź"
    "|(doğru )?cevap|doğru yanıt|(正确|正確)?答案|(正)?解答?|答え|정?답|الإجابة( الصحيحة)?"
)
_OPTIONS = (
    "(answer )?(options?|choices?)|(antwort)?(optionen|möglichkeiten)|auswahl"
    "|opciones|alternativas|choix|options de réponse|opzioni|opções|opties"
    "|варианты( ответов| ответа)?|варіанти( відповідей)?|(warianty|opcje)( odpowiedzi)?"
    "|seçenekler|şıklar|选项|選項|選択肢|보기|선택지|الخيارات"
)
_OPTION = lazy_regex(
    "(?:(?:option|choice|answer|antwort|opción|opção|choix|opzione|вариант|选项|選項|選択肢)[ -]?)?"
    r"\(?([a-h1-8])[).]?",
    re.IGNORECASE,
)


@lru_cache(maxsize=1024)  # many tables have the same headers
def fits(pattern: str, text: str) -> bool:
    """Whether a pattern is the whole text, or there is none."""
    return not pattern or _compiled(pattern).fullmatch(text) is not None


@cache  # that of `re` forgets them in a build of many forms
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


# --- cells ------------------------------------------------------------------------------------

_FILE = lazy_regex(r"(<[^>]*>)*[\w./ ()-]+\.(md|markdown|pdf|ipynb|html?|docx?|pptx?)(</[^>]*>)*")
_LOCAL_LINK = lazy_regex(r"(<[^>]*>)?<a>")  # it leads nowhere on the phone
_WEB_LINK = lazy_regex(r'(<[^>]*>)?<a href="https?:')
_WORD = lazy_regex(r"[^\W\d_]{4}|[\u3040-\u9fff\uac00-\ud7af]")
_LETTERS = lazy_regex(r"\(?[A-F]\)?([,;/ ]+(and )?\(?[A-F]\)?)*", re.IGNORECASE)
# Options of a quiz in one cell, lettered or counted.
_LETTERED = lazy_regex(
    r"\(?[aа1][.):、）．]\s?\S.*?[\s;,/|]\(?[bбв2][.):、）．]\s?\S.*", re.IGNORECASE
)
_NAMED = r"\(?([A-HА-Ж]|[1-8])\)?"
# What names an option: its letter or its number, or these before its text.
_NAMES_OPTION = lazy_regex(
    rf"(option )?{_NAMED}([,;/& ]+(and )?{_NAMED})*[.]?|\(?[A-HА-Ж1-8][.):、）．]\s?\S.*",
    re.IGNORECASE,
)
# A box, a date: what a plan has and knowledge rarely has. In plans also a share, a length of time.
_TO_DO = lazy_regex(r"\[[ xX]?\].*|[⬜🔲☐☑].*|\d{4}-\d\d-\d\d")
_AMOUNT = lazy_regex(
    r"[~≈]?\d+([.,]\d+)?( ?[-–] ?\d+)? ?(%|h|hrs?|hours?|min|mins|minutes?|days?|weeks?)",
    re.IGNORECASE,
)
_DAY_OF_LOG = lazy_regex(
    r"(\d{4}[-./]\d\d?[-./]\d\d?|\d\d?[./]\d\d?[./](\d{2}|\d{4})|\d{4}年\d\d?月\d\d?日)\b.*"
)
_CLOCK_TIME = lazy_regex(
    r"(ab |from |um |à |at )?\d\d?([:h]\d\d|(\.\d\d)? ?(am|pm|uhr|時|点)).*", re.IGNORECASE
)
_CLOCK = lazy_regex(r"\d\d?:\d\d\b.*|.*\(\d+ ?min\)")
_STUDY = lazy_regex(
    r"\b(modules?|chapters?|lessons?|exams?|quiz(zes)?|re-?(read|study|test|take|view|start|do)"
    r"|ready|study|practi[cs]e|modul|kapitel|prüfung|bereit|wiederhol\w*|módulos?|examen|repas\w*)\b",
    re.IGNORECASE,
)
# Of tables that show what a database holds.
_IDENTIFIER = lazy_regex(r"[A-Za-z]\w*")
_IDENTIFIES = lazy_regex(r"(\w+_)?(u?id|num|no)", re.IGNORECASE)
_VALUE = lazy_regex(
    r"[-+]?\d+([.,]\d+)?|\d{4}-\d\d-\d\d.*|[A-Za-z]{1,3}\d+|[(\[<]?(null|none|nil)[)\]>]?",
    re.IGNORECASE,
)
_GRADE = (
    r"excellent|exemplary|outstanding|proficient|acceptable|satisfactory|unsatisfactory|passing"
    r"|failing|developing|beginning|needs (work|improvement)|below.*|poor|fair|good"
    r"|sehr gut|gut|befriedigend|mangelhaft|ungenügend"
)
_GRADES = rf"({_GRADE})( \(.*\))?"
_OF_QUESTIONS = r"q?\d+( ?[-–] ?q?\d+)?( ?\([^()]*\))?"
_QUESTION_NUMBERS = lazy_regex(rf"{_OF_QUESTIONS}([,;] ?{_OF_QUESTIONS})*", re.IGNORECASE)
_OPERATOR = lazy_regex(r"[×*·+÷^]|x")
# What stands in a table that only shows how one is written.
_SHOWN = lazy_regex(
    r"(first|second|third|left|right|cent(er|re)|default)?[ -]?"
    r"(headers?|columns?|cols?|aligned|spalte|überschrift|columna|colonne)"
    r"([ -]?(\d|[a-c]|one|two))?"
    r"|标题 ?\d?|表头 ?\d?|列 ?\d",
    re.IGNORECASE,
)
_HAS_NUMBER = lazy_regex(r"\d|∞|^(?:inf|x)$")


class HeaderSigns:
    """What rules look for in the headers of a table, whatever stands below them: the first one and
    the last one that is asked, those beside the first, and what a sign in the cells needs."""

    def __init__(self, headers: Headers, columns: Columns) -> None:
        self._headers = headers
        self._names = [bare(header) for header in headers]
        self._columns = columns
        self._clue = columns.clue[0]
        self.left = self._names[self._clue]
        self.right = self._names[columns.asking[-1]] if columns.asking else ""
        self.others = [self._names[column] for column in (*columns.asking, *columns.carried)]

    @property
    def are_of_tasks(self) -> bool:
        """Whether columns say what is to be done, who does it, and until when or how far it is."""
        due = _due_column(self._names)
        others = [name for column, name in enumerate(self._names) if column != due]
        return due is not None and all(
            any(fits(names, name) for name in others) for names in (ACTIONS, OWNERS)
        )

    @property
    def are_of_records(self) -> bool:
        """Whether they are named as the columns of a database are, an identifier first."""
        return (
            _IDENTIFIES.fullmatch(self._headers[self._clue]) is not None
            and any("_" in header for header in self._headers)
            and all(map(_IDENTIFIER.fullmatch, self._headers))
        )

    @property
    def are_grades(self) -> bool:
        """Whether two of them are grades, as in a rubric."""
        return sum(fits(_GRADES, header) for header in self.others) > 1

    @property
    def have_numbers_and_key(self) -> bool:
        """Whether questions may be numbered, and a column may say which of the options is right."""
        is_numbered = bool(self._columns.left_out) or fits(_NUMBERS, self.left)
        return is_numbered and bool(_key_columns(self._names))

    @property
    def have_key_and_options(self) -> bool:
        """Whether a column beside the first may say which is right of what stands in others."""
        has_key = _key_columns(self._names) not in ([], [self._clue])
        return has_key and len(self._names) >= _FEWEST_WITH_OPTIONS

    @property
    def may_list(self) -> bool:
        """Whether there is one column beside a first one that may count the rows."""
        return len(self._columns.asking) == 1 and may_number(self._headers[self._clue])

    @property
    def are_shown(self) -> bool:
        """Whether each says no more than that it is one."""
        return all(map(_SHOWN.fullmatch, self._headers))

    @property
    def are_opposites(self) -> bool:
        """Whether one of two is the other one with a ``not`` before it."""
        return len(self.others) == 1 and _is_not(self.left, self.right)

    @property
    def may_be_attributes(self) -> bool:
        """Whether the first column may be one like the others; in 7 × 1 = 7 it is not."""
        return len(self._columns.asking) > 1 and not _OPERATOR.fullmatch(self.left)


def _due_column(names: Sequence[str]) -> int | None:
    """The first column that says until when something is to be done, or how far it is."""
    return next((column for column, name in enumerate(names) if fits(DUES, name)), None)


def _key_columns(names: Sequence[str]) -> list[int]:
    """The columns that may say which option is right."""
    return [column for column, name in enumerate(names) if fits(_KEYS, name)]


class Signs:
    """What rules look for in the cells of a table whose headers have what that needs;
    ``link_columns`` are those that hold nothing but links."""

    def __init__(self, table: TableNotes, columns: Columns, link_columns: tuple[int, ...]) -> None:
        self._table = table
        self._columns = columns
        self._clue = columns.clue[0]
        self._links = link_columns

    @property
    def names_chapters(self) -> bool:
        """Whether the answers of half of the rows are places in a book."""
        return self._table.names_chapters

    @property
    def names_files(self) -> bool:
        """Whether half of the clues are files, or links to files beside the page."""
        return self._half_of_clues(lambda cell: _FILE.fullmatch(cell) or _LOCAL_LINK.match(cell))

    @property
    def has_links(self) -> bool:
        """Whether half of the clues lead to the web, or a column does nothing else."""
        return self._half_of_clues(_WEB_LINK.match) or bool(self._links)

    @property
    def asks_links(self) -> bool:
        """Whether there is nothing beside the clues but links, and what explains these."""
        return bool(self._links) and all(
            column in self._links
            or (column > 1 and is_headed(self._table.headers[column], EXPLAINING))
            for column in self._columns.asking
        )

    @property
    def is_to_do(self) -> bool:
        """Whether half of the rows have a box or a date beside the clue."""
        return self._half_of_rows(_TO_DO.fullmatch)

    @property
    def is_plan(self) -> bool:
        """Whether half of the rows have a box, a date, a share or a length of time there."""
        return self._half_of_rows(lambda cell: _TO_DO.fullmatch(cell) or _AMOUNT.fullmatch(cell))

    @property
    def names_times(self) -> bool:
        """Whether half of the clues are lengths of time or times of a clock."""
        return self._half(
            lambda cell: _AMOUNT.fullmatch(cell) or _CLOCK.fullmatch(cell),
            self._table.text,
            (self._clue,),
        )

    @property
    def names_clock_times(self) -> bool:
        """Whether half of the clues are times of a clock; lengths of time are none."""
        return self._half(_CLOCK_TIME.fullmatch, self._table.text, (self._clue,))

    @property
    def names_days(self) -> bool:
        """Whether half of the clues are days of a calendar, written with digits."""
        return self._half(_DAY_OF_LOG.fullmatch, self._table.text, (self._clue,))

    @property
    def is_task_list(self) -> bool:
        """Whether until when something is to be done, or how far it is, is said in words that a
        plan has; or nothing stands there yet."""
        due = _due_column(self._names)
        if due is None:
            return False
        is_empty = not any(row[due] for row in self._table.text)
        return is_empty or self._half(_DUE.fullmatch, self._table.text, (due,))

    @property
    def are_records(self) -> bool:
        """Whether half of the cells are numbers, days, codes or nothing."""
        return _are_half(_VALUE.fullmatch(cell) for row in self._table.text for cell in row if cell)

    @property
    def tells_what_to_study(self) -> bool:
        """Whether half of the rows speak of modules, exams and what to read again."""
        return self._half(_STUDY.search, self._table.text, self._columns.asking)

    @property
    def names_questions(self) -> bool:
        """Whether half of the clues are numbers of questions that stand elsewhere."""
        return self._half(_QUESTION_NUMBERS.fullmatch, self._table.text, (self._clue,))

    @property
    def is_matrix(self) -> bool:
        """Whether numbers stand below numbers, or below the names that its rows have, too."""
        asking, rows = self._columns.asking, self._table.text
        headers = [self._table.headers[column] for column in asking]
        clues = [row[self._clue] for row in rows]
        cells = [row[column] for row in rows for column in asking if row[column]]
        return (
            len(asking) >= _FEWEST_OF_AXIS
            and (all(map(str.isdigit, headers)) or headers == clues)
            and 2 * sum(map(bool, map(_HAS_NUMBER.search, cells))) >= len(cells)
        )

    @property
    def is_answer_key(self) -> bool:
        """Whether letters of options stand beside numbers of questions."""
        rows = self._table.text
        is_numbered = bool(self._columns.left_out) or counts(
            (row[self._clue] for row in rows), by_one=False
        )
        return is_numbered and any(
            self._half(_LETTERS.fullmatch, rows, (key,)) for key in _key_columns(self._names)
        )

    @property
    def is_quiz(self) -> bool:
        """Whether the options of a question stand in its row, and which is right: no card can ask
        for an option, nor for its letter."""
        names = self._names
        key = [column for column in _key_columns(names) if column != self._clue][-1]
        rows = [row for row in self._table.text if row[key]]
        beside = [c for c in range(len(names)) if c not in (self._clue, key)]
        options = [c for c in beside if _OPTION.fullmatch(names[c])]
        found = filter(None, (_OPTION.fullmatch(names[c]) for c in options))
        letters = "".join(match[1].lower() for match in found)
        if len(letters) > 1 and f"{ascii_lowercase} 12345678".find(letters) in (0, 27):
            given = [[row[c] for c in options if row[c]] for row in rows]
            if any(len({*cells}) < len(cells) for cells in given):
                return False  # the same twice in a row: values of two variables
            is_counted = letters[0].isdigit()
            return _are_half(
                (_NAMES_OPTION.fullmatch(row[key]) and row[key].isdigit() <= is_counted)
                or (row[key] in cells and _WORD.search(row[key]))
                for row, cells in zip(rows, given, strict=True)
            )
        return any(self._lists_options(names[c], c, key) for c in beside)

    def _lists_options(self, name: str, column: int, key: int) -> bool:
        """Whether a column lists the options of each row, one of which the ``key`` names."""
        rows = [row for row in self._table.text if row[key]]
        if self._half(_LETTERED.fullmatch, rows, (column,)):
            return _are_half(_NAMES_OPTION.fullmatch(row[key]) for row in rows)
        return fits(_OPTIONS, name) and _are_half(
            _NAMES_OPTION.fullmatch(row[key])
            or (row[key] in row[column] and row[key] != row[column])
            for row in rows
        )

    @property
    def is_numbered_list(self) -> bool:
        """Whether the first column counts the rows."""
        cells = (row[self._clue] for row in self._table.text)
        return is_numbering(self._table.headers[self._clue], cells, is_first=not self._clue)

    @property
    def is_lists(self) -> bool:
        """Whether the columns are lists beside each other, so that what stands in a row does not
        belong together: each is filled from the top and ends at a height of its own."""
        rows = self._table.text
        if len(rows) < _FEWEST_OF_LISTS or all("" not in row for row in rows):
            return False  # as nearly always
        columns = (self._clue, *self._columns.asking)
        heights = [_height([row[column] for row in rows]) for column in columns]
        clue, *others = heights
        # Where the others are shorter the table may only be unfinished, and one clue alone may be
        # that of all rows below it.
        if not all(heights) or not 1 < clue < max(others):
            return False
        return len(set(others)) > 1 or len(rows) - clue >= _MISSING_OF_LISTS * len(rows)

    @property
    def is_exercise(self) -> bool:
        """Whether a column asks to be matched: its cells are lettered from A on, row by row, so
        that none belongs to the row that it stands in."""
        rows = self._table.text
        return len(rows) >= _FEWEST_OF_EXERCISE and any(
            _are_lettered([row[column] for row in rows])
            for column in self._columns.asking
            if _LETTER.match(rows[0][column])  # as nearly never
        )

    @property
    def has_no_clue(self) -> bool:
        """Whether each row says what stands in its first cell once more in another, and in none of
        these cells is a word: then all columns are attributes of what no cell names."""
        asking = self._columns.asking
        rows = [row for row in self._table.text if row[self._clue]]
        return (
            bool(rows)
            and not any(_WORD.search(row[self._clue]) for row in rows)
            and all(row[self._clue] in [row[column] for column in asking] for row in rows)
        )

    @cached_property  # no rule asks for them where the headers do not fit
    def _names(self) -> list[str]:
        return [bare(header) for header in self._table.headers]

    def _half_of_clues(self, is_so: Callable[[str], object]) -> bool:
        return self._half(is_so, self._table.html, (self._clue,))

    def _half_of_rows(self, is_so: Callable[[str], object]) -> bool:
        others = (c for c in range(len(self._table.headers)) if c != self._clue)
        return self._half(is_so, self._table.text, others)

    @staticmethod
    def _half(
        is_so: Callable[[str], object], rows: Sequence[Sequence[str]], columns: Iterable[int]
    ) -> bool:
        """Whether half of the rows that say something in these columns have such a cell there."""
        places = tuple(columns)
        if len(places) == 1:
            (column,) = places
            return _are_half([is_so(row[column]) for row in rows if row[column]])
        cells = [[row[column] for column in places if row[column]] for row in rows]
        return _are_half(any(map(is_so, row)) for row in cells if row)


def _are_half(facts: Iterable[object]) -> bool:
    """Whether half of them are so, or more, and there is any."""
    found = [bool(fact) for fact in facts]
    return bool(found) and 2 * sum(found) >= len(found)


_FEWEST_OF_AXIS = 3  # columns
_FEWEST_WITH_OPTIONS = 3  # columns: the question, its options, which is right
_FEWEST_OF_LISTS = 4  # rows
_FEWEST_OF_EXERCISE = 3  # rows
_MISSING_OF_LISTS = 0.3  # of the rows of two columns the first is empty in


_NOT = lazy_regex("(?:not|non|no|nicht|kein|pas|sans|without)[ -]", re.IGNORECASE)


def _is_not(header: str, other: str) -> bool:
    """Whether one header is the other one with a ``not`` before it."""
    bare_ones = [_NOT.sub("", each, count=1).casefold() for each in (header, other)]
    return header.casefold() != other.casefold() and bare_ones[0] == bare_ones[1]


_LETTER = lazy_regex(r"\(?([A-Za-z])(?:[.)]|\. ?\))[ \t]+\S")


def _are_lettered(cells: Sequence[str]) -> bool:
    found = map(_LETTER.match, cells)
    letters = "".join(match[1].lower() for match in found if match)
    return letters == ascii_lowercase[: len(cells)]


def _height(cells: Sequence[str]) -> int:
    """How many cells are filled from the top; 0 where there is a hole."""
    filled = [bool(cell) for cell in cells]
    height = sum(filled)
    return height if all(filled[:height]) else 0


# --- before a table is read -------------------------------------------------------------------

# A number alone is a value, not a place in a book: 3.14, 0.5 mg and 2.4.1 are answers.
_CHAPTER = lazy_regex(
    r"(chapters?|lessons?|sections?|units?) \d+.*"
    r"|[1-9]\d?(\.\d\d?)+[.:]?[\s–—-]+(?-i:[A-Z])\w\w.*",
    re.IGNORECASE,
)
_DIGITS = table_of(b"0123456789")
_HAS_DIGIT = lazy_regex(r"\d")


def names_chapters(headers: tuple[str, ...], rows: Sequence[Row]) -> bool:
    """Whether the answers of half of the rows are places in a book, each of them.

    Only those that have a digit are worth parsing.
    """
    asking = by_header(headers).asking
    if not asking:
        return False
    last = asking[-1]
    cells = [row.cells for row in rows if len(row.cells) > last]
    answers = [row[last].text for row in cells]
    if not _has_digit("\n".join(answers)):
        return False  # as nearly always
    if 2 * sum(map(_has_digit, answers)) < len(cells):
        return False
    fitting = sum(all(_is_chapter(row[column].text) for column in asking) for row in cells)
    return 2 * fitting >= len(cells)


def _has_digit(text: str) -> bool:
    return has_any(text, _DIGITS) or (not text.isascii() and bool(_HAS_DIGIT.search(text)))


def _is_chapter(answer: str) -> bool:
    return _has_digit(answer) and _CHAPTER.fullmatch(plain(answer)) is not None


def plain_header(text: str, references: References = NO_REFERENCES) -> str:
    """A header as one line of text, in one form whatever the editor that wrote its accents."""
    return text if is_plain(text) else unicodedata.normalize("NFC", plain(text, references))
