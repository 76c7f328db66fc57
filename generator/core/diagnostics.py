"""What can be said about the notes: every code and its words.

A mistake in the notes is a value that stages collect; it is never an exception.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from generator.core.lazy_regex import lazy_regex
from generator.core.model import Choice, Position


class Severity(Choice):
    """How bad it is: an error holds its row, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class Diagnostic(NamedTuple):
    """One finding: what is wrong, where, and what to do about it."""

    code: str
    severity: Severity
    position: Position
    message: str
    help: str

    @property
    def exit_code(self) -> int:
        """1 for a fault in the notes, 2 for settings and ledger, 0 for a warning."""
        if self.severity is Severity.WARNING:
            return 0
        name = self.position.file.rpartition("/")[2]
        return 2 if self.code in SETTINGS_CODES or name in _SETTINGS_FILES else 1


class Code(NamedTuple):
    """A kind of finding. ``message`` and ``help`` are format strings."""

    code: str
    severity: Severity
    message: str
    help: str

    def at(self, position: Position, **words: object) -> Diagnostic:
        """The diagnostic for this code at ``position``; ``words`` fill the message and help."""
        return Diagnostic(
            self.code,
            self.severity,
            position,
            self.message.format(**words),
            self.help.format(**words),
        )


_ERROR, _WARNING = Severity.ERROR, Severity.WARNING

# --- files ------------------------------------------------------------------------------------
NO_NOTES = Code(
    "BD101", _ERROR, "no Markdown file in {folder}",
    "put a file such as lesson.md there, name another folder with -s, or let 'build-decks init' "
    "begin one",
)  # fmt: skip
NO_CARDS = Code(
    "BD102", _ERROR, "the pages make no card at all",
    "write a table with two columns, a clue and its answer; -v says what each table became",
)  # fmt: skip
NO_CARDS_IN_ENTRY = Code(
    "BD103", _WARNING, "no package is written, since there is no card in {packages}",
    "write a table with two columns, a clue and its answer; -v says what each table became; if"
    " nothing there is to be learned, leave it out with exclude in deck.toml",
)  # fmt: skip
NOT_UTF8 = Code(
    "BD104", _ERROR, "the file is not UTF-8: byte 0x{byte:02x} does not belong",
    "save the file as UTF-8",
)  # fmt: skip
UNREADABLE = Code(
    "BD105", _ERROR, "the file cannot be read: {reason}", "{help}",
)  # fmt: skip
LINK_NOT_FOLLOWED = Code(
    "BD106", _WARNING, "a symbolic link is not followed",
    "put the file itself into the source folder",
)  # fmt: skip
SAME_PACKAGE = Code(
    "BD107", _ERROR, "{first} and {second} would both become {package}.apkg",
    "rename one of them",
)  # fmt: skip
CONTROL_CHARACTER = Code(
    "BD108", _WARNING, "a control character (U+{character:04X}) is left out of the card",
    "delete it; it often comes with text copied from a PDF",
)  # fmt: skip
ORPHANED_PACKAGE = Code(
    "BD109", _WARNING, "{path} is left from notes that are gone or in another package",
    "delete the file if you no longer want it; cards that were imported from it stay in Anki",
)  # fmt: skip

UNPRINTABLE_NAME = Code(
    "BD127", _ERROR, "the name holds what is not UTF-8, or a control character",
    "rename it",
)  # fmt: skip
CONFLICT_IN_PAGE = Code(
    "BD129", _ERROR, "a merge is unfinished here: the page holds its marks",
    "keep what is right and delete the lines with <<<<<<<, ======= and >>>>>>>",
)  # fmt: skip
LONG_NAME = Code(
    "BD128", _ERROR, "the name has more than {most} bytes; a package could not be named like it",
    "give it a shorter name; 'title' in the front matter may be longer",
)  # fmt: skip
TOO_LARGE = Code(
    "BD150", _ERROR, "the file is larger than {most} MB",
    "split it, or move it out of the source folder",
)  # fmt: skip
TOO_MANY_LINES = Code(
    "BD153", _ERROR, "the page has more than {most:,} lines",
    "split it, or move it out of the source folder",
)  # fmt: skip
LONG_FRONT_MATTER = Code(
    "BD151", _ERROR, "the front matter has more than {most:,} characters",
    "close it with --- below its last key; if the page just begins with a line, write *** there",
)  # fmt: skip
OPEN_FRONT_MATTER = Code(
    "BD152", _WARNING, "what begins like front matter is read as text, since nothing closes it",
    "write --- below its last key",
)  # fmt: skip

NEARLY_KEY = Code(
    "BD154", _WARNING, "the key '{key}' is not read", "did you mean '{nearest}'?",
)  # fmt: skip
UNUSED_VALUE = Code(
    "BD155", _WARNING, "'{key}' must be {expected}, not {found}; it is not used",
    "write {example}",
)  # fmt: skip
BROKEN_FRONT_MATTER = Code(
    "BD156", _ERROR, "the front matter cannot be read, so the page is held: {reason}", "{help}",
)  # fmt: skip
MISPLACED_FRONT_MATTER = Code(
    "BD157", _WARNING, "this is read as front matter, though {wrong}", "{help}",
)  # fmt: skip

SAME_PAGE = Code(
    "BD158", _ERROR, "{second} and {first} would be one page, so {second} is not read",
    "rename one of them",
)  # fmt: skip
ALL_LEFT_OUT = Code(
    "BD159", _ERROR, "every page in {folder} is left out",
    "-v lists them; 'include' in deck.toml and 'cards: true' in front matter take pages in",
)  # fmt: skip

NO_PYGMENTS = Code(
    "BD161", _ERROR, "code = \"coloured\" needs Pygments, which is not installed",
    "pip install 'build-decks[code]', or write code = \"plain\"",
)  # fmt: skip

NOT_READ = Code(
    "BD136", _WARNING, "the file is not read: its name ends neither in .md nor in .markdown",
    "rename it to {name}",
)  # fmt: skip
NOT_SETTINGS = Code(
    "BD141", _WARNING, "settings are read from {settings} alone, not from a file of this name",
    "rename it to {settings}",
)  # fmt: skip
UNSTORABLE_NAME = Code(
    "BD137", _WARNING, "Windows cannot store a file of this name",
    "rename it without {what}, if the pages are to be built there too",
)  # fmt: skip
SECOND_VERSION = Code(
    "BD435", _ERROR, "the name says that this is a second version of {page}; none of it is read",
    "merge it into {page} and delete it; if it is a page of its own, give it another name",
)  # fmt: skip
SECOND_LEDGER = Code(
    "BD437", _ERROR, "the name says that this is a second version of {ledger}",
    "copy its lines to the end of {ledger} and delete it: a build puts both together",
)  # fmt: skip
INNER_LEDGER = Code(
    "BD438", _ERROR, "the pages of this folder were built on their own, and this is their ledger: "
    "without its lines their rows would be new notes",
    "copy its lines to the end of {ledger} in the source folder, or move it there where none is, "
    "and delete it here; if it is of no use, only delete it; if the folder is still built on its "
    "own, leave it out with exclude in deck.toml",
)  # fmt: skip
SAME_BUT_UNICODE = Code(
    "BD436", _ERROR, "{names} are one name, written in different ways; none of them is read",
    "delete or rename all but one of them",
)  # fmt: skip
SAME_BUT_CAPITALS = Code(
    "BD138", _WARNING, "the name differs from {first} in nothing but capitals",
    "rename one of them: on Windows and macOS their packages would be one file",
)  # fmt: skip
TAG_AS_TEXT = Code(
    "BD139", _WARNING, "{tag} stands on the card as text",
    "write **bold**, *italic* or `code`; of HTML only <br> <sub> <sup> <kbd> <mark> <u> <q> <ruby> "
    "<details> <audio> work, without attributes and in pairs; and <img> with src, alt and width",
)  # fmt: skip
FORMULA_AS_TEXT = Code(
    "BD162", _WARNING, "a formula with {command} stands on the card as text",
    "write it with commands that MathJax draws, each brace closed: no links, styles or "
    "definitions, no huge lengths",
)  # fmt: skip
SHORTCODE_AS_TEXT = Code(
    "BD145", _WARNING, "{tag} stands on the card as text",
    "write what it shows; shortcodes and components of a website do nothing on a card",
)  # fmt: skip
SHOWN_ELSEWHERE = Code(
    "BD146", _WARNING, "{mark} shows another page, and is not on the card",
    "write here what is to be learned of it, or delete it",
)  # fmt: skip
ONLY_SHOWN_ELSEWHERE = Code(
    "BD147", _ERROR, "the cell holds nothing but {mark}, which shows another page",
    "write here what is to be learned of it",
)  # fmt: skip
TOO_DEEP_A_FOLDER = Code(
    "BD140", _ERROR, "the folder lies in too many others to be read",
    "move it up; a hundred folders inside each other are read",
)  # fmt: skip

# --- settings ---------------------------------------------------------------------------------
BROKEN_SETTINGS = Code(
    "BD121", _ERROR, "these settings cannot be read: {reason}", "{help}",
)  # fmt: skip
UNKNOWN_KEY = Code("BD122", _ERROR, "unknown key '{key}'", "{help}")
WRONG_TYPE = Code("BD123", _ERROR, "'{key}' must be {expected}, not {found}", "write {example}")
UNKNOWN_DIRECTIVE = Code("BD124", _ERROR, "unknown word '{word}' in a cards comment", "{help}")

IDLE_DIRECTIVE = Code(
    "BD125", _WARNING, "'{word}' does nothing on {what}",
    "delete the word; it is for {use}",
)  # fmt: skip

IDLE_COMMENT = Code(
    "BD126", _WARNING, "a cards comment must stand right above a table or a list",
    "move it there, with nothing but blank lines and comments between",
)  # fmt: skip

NEAR_COMMENT = Code(
    "BD170", _WARNING, "'{comment}' does nothing: it is nearly a comment of build-decks",
    "write {meant}",
)  # fmt: skip

REVERSED_TWICE = Code(
    "BD131", _WARNING,
    "asked the other way round, '{answer}' has another answer in line {line}{more}",
    "say in the answers what tells them apart, or take 'reverse' away",
)  # fmt: skip
UNKNOWN_CODE = Code("BD132", _ERROR, "'{code}' is no code of a finding", "{help}")

ERROR_IGNORED = Code(
    "BD133", _ERROR, "{code} is an error, which cannot be ignored",
    "delete it here and mend what {code} is said of; only warnings can be ignored",
)  # fmt: skip
IDLE_IGNORE = Code(
    "BD134", _WARNING, "there is no {code} here to ignore",
    "delete it; a comment is for the block right below it, or for the row that it stands in",
)  # fmt: skip

BROKEN_RULE = Code(
    "BD135", _ERROR, "this rule for tables {reason}",
    "write for example left = \"Pitfall*\" and kind = \"trap\" below [[tables]]; docs/settings.md "
    "shows more ('build-decks --help' ends with the folder)",
)  # fmt: skip

# --- tables -----------------------------------------------------------------------------------
RAGGED_ROW = Code(
    "BD201", _ERROR, "row has {cells}, header has {columns}",
    "{help}",
)  # fmt: skip
EMPTY_CELL = Code(
    "BD202", _ERROR, "the cell under '{header}' is empty",
    "fill it, or delete the row",
)  # fmt: skip
TOO_MANY_COLUMNS = Code(
    "BD203", _WARNING, "the table has {columns} columns to ask; the first {most} have cards, the"
    " others stand in the table on the backs",
    "choose them with <!-- cards: ask {first} --> above the table, or split it",
)  # fmt: skip
STRAY_LINE = Code(
    "BD204", _WARNING, "a line without a pipe right under a table is read as text",
    "put a blank line above it",
)  # fmt: skip
TOUCHING_TABLES = Code(
    "BD205", _WARNING, "a new table begins without a blank line before it",
    "put a blank line above this header",
)  # fmt: skip
BROKEN_SEPARATOR = Code(
    "BD206", _WARNING, "the row below this header is read as its separator row, though {wrong}",
    "write {separator} there",
)  # fmt: skip
MISSING_SEPARATOR = Code(
    "BD207", _WARNING, "rows without a separator row are read as a table; this is its header",
    "write {separator} below this line",
)  # fmt: skip
BLANK_LINES = Code(
    "BD208", _WARNING, "rows with blank lines between them are read as one table",
    "delete the blank lines; without this program's help they are text",
)  # fmt: skip
BROKEN_ROW = Code(
    "BD209", _WARNING, "a row that is broken over {lines} lines is read as one",
    "write the row on one line, with <br> where the card is to break it",
)  # fmt: skip
CUT_OFF_ROWS = Code(
    "BD210", _WARNING, "this row is not read: a blank line cuts it off from the table above",
    "delete the blank line; or, if this is the header of a new table, write {separator} below it",
)  # fmt: skip
LOST_SEPARATOR = Code(
    "BD211", _WARNING, "this is not read, but looks like a table that lost its separator row",
    "if it is a table, write {separator} below its header; if it is code, put it into backticks",
)  # fmt: skip
LOST_HEADER = Code(
    "BD212", _WARNING, "no header above this separator row has as many columns, so it is not read",
    "write a line with the names of all columns above it",
)  # fmt: skip
CELL_PER_LINE = Code(
    "BD213", _WARNING, "this is not read, but looks like a table with each cell on a line",
    "write the cells of a row on one line, with | between them",
)  # fmt: skip
GRID_TABLE = Code(
    "BD214", _WARNING, "a table drawn with + and - is not read",
    "delete the lines of + and -, but write {separator} below its header",
)  # fmt: skip
TABLE_ON_ONE_LINE = Code(
    "BD215", _WARNING, "this is not read, but looks like a table whose rows stand on one line",
    "write each row on a line of its own",
)  # fmt: skip
HTML_TABLE = Code(
    "BD216", _WARNING, "a table in HTML is not read",
    "write it as a Markdown table",
)  # fmt: skip
NEVER_CLOSED = Code(
    "BD277", _WARNING, "nothing closes this {what}, so all that follows is a part of it",
    "write {mark} in the line where it ends",
)  # fmt: skip
TABLE_IN_HTML = Code(
    "BD278", _WARNING, "a table right below HTML is read as HTML",
    "write a blank line above it",
)  # fmt: skip
TOO_DEEP = Code(
    "BD217", _ERROR, "lists and quotes lie too deep inside each other from here on; {lists} lists"
    " or {quotes} quotes are the most, and a list counts as two quotes",
    "move what stands there out of them",
)  # fmt: skip
TOO_LONG = Code(
    "BD218", _ERROR, "the {what} has {characters:,} characters; a card takes {most:,}",
    "say it in fewer words, or in several rows",
)  # fmt: skip
TOO_WIDE = Code(
    "BD219", _ERROR, "the row has more than {most}",
    "split the table, or write <!-- cards: skip --> above it",
)  # fmt: skip

GAP_CLOSED = Code(
    "BD260", _WARNING, "the empty cells under '{header}' are read as the cell above them, in {rows}"
    " from here on",
    "write the cell in each row",
)  # fmt: skip
GAP_UNSURE = Code(
    "BD261", _ERROR, "the cell under '{header}' is empty, and the row above makes no note",
    "write the cell in full, or mend the row above",
)  # fmt: skip
DITTO_ANSWER = Code(
    "BD272", _WARNING, "'{sign}' in place of an answer says that it stands above, so no card asks"
    " for it, in {rows} from here on",
    "write the answer in each row; `…` around the sign makes it an answer of its own",
)  # fmt: skip
TEMPLATE_CELL = Code(
    "BD275", _WARNING, "'{mark}' is for a template to fill in, so no card of this page asks for it"
    " or its like",
    "leave templates out: exclude = [\"Templates/**\"] in deck.toml, or 'cards: false' in the front"
    " matter of the page; if it is what is to be learned, write it as code: `{mark}`",
)  # fmt: skip
IDS_ONLY_COUNT = Code(
    "BD276", _WARNING, "the column '{header}' counts the rows, so it says of none which note it is",
    "to keep a note whose clue and answer are both reworded, write IDs with a letter, such as n1,"
    " n2; else write <!-- ignore: BD276 --> above the table",
)  # fmt: skip
ROW_OF_TOTALS = Code(
    "BD273", _WARNING, "'{clue}' adds up the rows above, so no card asks for it",
    "if it is worth knowing, say in the clue what it is the total of",
)  # fmt: skip
SECOND_HEADER = Code(
    "BD274", _ERROR, "this row names columns, as the header above it does, so {rows} cannot be"
    " asked",
    "write one header, and delete this row: | {header} |",
)  # fmt: skip
CLUE_TOGETHER = Code(
    "BD262", _WARNING, "{why}: the clue is what stands under {key}",
    "if that is right, write <!-- cards: key {key} --> above the table; else name other columns",
)  # fmt: skip
NO_SUCH_HEADER = Code(
    "BD263", _ERROR, "the table has no column '{header}'", "{help}",
)  # fmt: skip
NO_HEADER_NAMED = Code(
    "BD271", _ERROR, "'{word}' names no column of the table",
    "write the headers behind it: <!-- cards: {word} {header} -->",
)  # fmt: skip
FURIGANA_PIPE = Code(
    "BD267", _WARNING, "furigana in this row is read as one cell; elsewhere its pipe ends the cell",
    r"write \| for a pipe of furigana",
)  # fmt: skip
SPLIT_CODE = Code(
    "BD266", _ERROR, "a pipe in code ends a cell of this row",
    r"write \| for a pipe in code: `\|\|`",
)  # fmt: skip
SPLIT_LINK = Code(
    "BD268", _ERROR, "the pipe in {link} ends a cell of this row",
    r"write \| for it: {example}",
)  # fmt: skip
SAME_HEADERS = Code(
    "BD269", _WARNING, "two columns are headed '{header}': no card can say which one it asks for,"
    " so they stand in the table on the backs alone",
    "give each a header of its own",
)  # fmt: skip
NOTHING_TOLD_APART = Code(
    "BD270", _ERROR, "two columns are headed '{header}': no card can say which one it asks for, and"
    " there is no other column to ask",
    "give each a header of its own",
)  # fmt: skip
JOINED_ANSWERS = Code(
    "BD264", _WARNING, "'{clue}' has another answer in line {line}; its cards show both{more}",
    "write both into one cell, or say in the clue what tells them apart",
)  # fmt: skip
JOIN_WAITS = Code(
    "BD265", _ERROR, "'{clue}' waits: its other answer, in line {line}, has an error",
    "mend that row",
)  # fmt: skip

# --- lists, quizzes, marked text --------------------------------------------------------------
NOT_A_DEFINITION = Code(
    "BD220", _ERROR, "this item is no definition",
    "write 'term: explanation' or '**term** – explanation', or <!-- cards: skip --> above the list",
)  # fmt: skip
LEFT_OUT = Code(
    "BD221", _WARNING, "what is nested below this item is not on its card",
    "say it in the item's own text, or move it out of the list",
)  # fmt: skip
LOST_DEFINITION = Code(
    "BD222", _WARNING, "a line that begins with ': ' is read as text here",
    "for a definition, put the term alone in the line above and a blank line above the term",
)  # fmt: skip
NOT_NUMBERED = Code(
    "BD223", _ERROR, "an order is a numbered list",
    "begin each step with '1. '; a list of terms takes <!-- cards: definitions -->",
)  # fmt: skip
OTHER_PIPES = Code(
    "BD225", _WARNING, "this table is read, though it is written with {pipes} for pipes",
    "write | for {pipes}, and {separator} below the header",
)  # fmt: skip
DIVIDER_ROWS = Code(
    "BD226", _WARNING, "this row only divides the table; it is left out{more}",
    "delete it; for a table of its own put a blank line and a header there",
)  # fmt: skip
UNSURE_DIVIDER = Code(
    "BD227", _ERROR, "the row below this one divides the table, or begins another; {rows} wait",
    "delete the row of dashes, if the rows belong together; if this row is the header of another "
    "table, put a blank line above it",
)  # fmt: skip
NO_COLUMN_NAMES = Code(
    "BD228", _ERROR, "nothing names the columns of this table, so {rows} cannot be asked",
    "write the names of the columns into its first row; a title belongs in a heading above it",
)  # fmt: skip
UNSURE_HEADER = Code(
    "BD229", _ERROR, "no separator row says which row names the columns here, so {rows} wait",
    "write {separator} below the header; if there is none, write one above this row",
)  # fmt: skip
HEADER_BELOW = Code(
    "BD180", _WARNING, "this row names no columns; the row in line {line} is read as the header",
    "delete this row and the separator row below it; write a title as a heading above the table",
)  # fmt: skip
UNNAMED_COLUMN = Code(
    "BD181", _WARNING, "column {place} has no name, so it is not asked; it stands in the table",
    "write its name into the header",
)  # fmt: skip
SAME_STEP = Code(
    "BD224", _ERROR, "this step stands in line {line} too",
    "say in each of them what makes it another step",
)  # fmt: skip
NO_RIGHT_OPTION = Code(
    "BD230", _WARNING, "none of these options is right, so no quiz is made",
    "tick the right ones, - [x]; if it is no quiz, write <!-- cards: skip --> above it",
)  # fmt: skip
ALL_RIGHT = Code(
    "BD231", _ERROR, "all of these options are right",
    "add a wrong one, - [ ]; if it is no quiz, write <!-- cards: skip --> above it",
)  # fmt: skip
SINGLE_OPTION = Code(
    "BD232", _ERROR, "a quiz needs at least two options",
    "add a wrong one, - [ ]; if it is no quiz, write <!-- cards: skip --> above it",
)  # fmt: skip
SAME_OPTION = Code(
    "BD233", _ERROR, "the same option stands in line {line}",
    "delete one of the two, or say what tells them apart",
)  # fmt: skip
EMPTY_OPTION = Code(
    "BD234", _ERROR, "this option is empty",
    "write its text after the box, or delete it",
)  # fmt: skip
NO_BOX = Code(
    "BD235", _ERROR, "this option has no box",
    "begin it with [x] if it is right, else with [ ]",
)  # fmt: skip
NO_QUESTION = Code(
    "BD236", _ERROR, "this quiz has no question",
    "write it right above the options, as a paragraph or a heading",
)  # fmt: skip
UNASKED_OPTIONS = Code(
    "BD237", _WARNING, "a list with ticks, but nothing above it asks; no quiz is made",
    "end the line above it with a question mark or write <!-- cards: quiz --> above that; if it is "
    "no quiz, <!-- cards: skip -->",
)  # fmt: skip
MARK_IN_CELL = Code(
    "BD240", _WARNING,
    "marks make gaps in paragraphs and bullets only; here '{mark}' is text",
    "delete it; <mark> marks a text without hiding it",
)  # fmt: skip
LONG_MARKS = Code(
    "BD182", _WARNING, "too much is marked for a gap, so no card is made ({marks} in this package)",
    "mark a few words of a sentence; ==1::text== with a number is always a gap, and cloze: off in "
    "front matter, or cloze = \"off\" in deck.toml, makes none at all",
)  # fmt: skip
EMPTY_GAP = Code(
    "BD241", _ERROR, "there is nothing between these marks",
    "write between == and == what the card is to hide",
)  # fmt: skip
GAP_NUMBER = Code(
    "BD242", _ERROR, "a gap cannot have the number {number}",
    "take a number from 1 to 499, or leave it out",
)  # fmt: skip
UNANSWERED = Code(
    "BD250", _WARNING, "this question has no answer, so no card is made of it",
    "write 'A: ' and the answer in the line below it",
)  # fmt: skip
OPTIONS_BELOW_QUESTION = Code(
    "BD251", _WARNING, "options stand below this question, so no card is made of it",
    "write 'Answer: B' below them, or them as a task list, '- [x]' before those that are right",
)  # fmt: skip
HEADING_ON_QUIZ = Code(
    "BD279", _WARNING, "this heading asks, and stands with the text below it on the front of the"
    " quiz below, so it makes no card of its own",
    "write a line, ***, above the question of the quiz if the text answers the heading",
)  # fmt: skip
OPTIONS_UNREAD = Code(
    "BD243", _WARNING, "this answer names an option, but no option of that name is read above it",
    "write the options one below the other, each with its letter, 'A) …', 'B) …', and one of these"
    " letters as the answer",
)  # fmt: skip
QUESTION_AS_HEADING = Code(
    "BD253", _WARNING, "the line of dashes below makes a heading of this question and its answer",
    "put a blank line above the dashes",
)  # fmt: skip
NOT_A_QUESTION = Code(
    "BD252", _WARNING, "this belongs to none of the questions around it, so no card is made of it",
    "write 'Q: ' and the question, and 'A: ' and the answer in the line below it",
)  # fmt: skip
OPTIONS_UNANSWERED = Code(
    "BD254", _WARNING,
    "questions with options and no answer that can be read, so no cards are made: {count}",
    "write 'Answer: B' below the options of each, or a list, '1. B', below a heading 'Answers'",
)  # fmt: skip
SIGNS_UNREAD = Code(
    "BD246", _WARNING,
    "lists below a question whose items have ✅ or ❌, of which no quiz is made: {count}",
    "write '- [x]' before the options that are right, and '- [ ]' before the others",
)  # fmt: skip
ANSWERS_UNASKED = Code(
    "BD247", _WARNING, "answers below no question that is read, so no cards are made: {count}",
    "write 'Q: ' before each question and 'A: ' before its answer; or set questions to 'headings' "
    "where headings ask",
)  # fmt: skip
ANSWER_UNREAD = Code(
    "BD255", _ERROR, "this answer does not say clearly which of the options {letters} is right",
    "write 'Answer: {one}', with several 'Answer: {several}', and what explains it in the line"
    " below",
)  # fmt: skip
LETTER_ASTRAY = Code(
    "BD245", _ERROR, "this option has the letter {letter} where {wanted} is to stand",
    "letter the options of a question one after the other, each letter once, all in one alphabet",
)  # fmt: skip
ANSWERS_DISAGREE = Code(
    "BD256", _ERROR, "this says another option is right than {other} does",
    "put right the one that is wrong, the letter or the text behind it",
)  # fmt: skip
WRONG_COUNT = Code(
    "BD257", _ERROR, "the question asks for {wanted} options, this answer names {found}",
    "write as many, such as 'Answer: {example}', or put the question right",
)  # fmt: skip
KEY_UNJOINED = Code(
    "BD258", _WARNING,
    "it is not clear to which question above each of these answers belongs (answers: {answers},"
    " questions: {questions})",
    "give each question the number of its answer, each once; or write 'Answer: B' below each",
)  # fmt: skip
KEY_UNEVEN = Code(
    "BD238", _WARNING,
    "the numbers of these answers are not those of the questions above: {numbers}",
    "give each question and its answer the same number; delete answers whose question is gone",
)  # fmt: skip
KEY_DOUBTFUL = Code(
    "BD239", _ERROR, "it is not clear which answer in line {line} and below is this question's",
    "give each question and its answer the same number, and the answers the name of their quiz; or "
    "write 'Answer: B' below the options",
)  # fmt: skip
ANSWERS_UNCLEAR = Code(
    "BD244", _WARNING,
    "the letters in this table may be the right answers or somebody's own, so none is read",
    "call the column of the right ones 'Correct answer', and the heading above it 'Answers'",
)  # fmt: skip
LONG_ANSWER = Code(
    "BD259", _WARNING,
    "{characters:,} characters stand below this question, so no card is made of it; "
    "an answer takes {most:,}",
    "say it in fewer words, or put headings between its parts; <!-- cards: skip --> below the "
    "question leaves it out",
)  # fmt: skip

# --- cells and cards --------------------------------------------------------------------------
OTHER_ANSWER = Code(
    "BD301", _ERROR, "'{clue}' has another answer in line {line} of this table",
    "say in the clue what tells them apart; or write <!-- cards: key A, B --> above the table, with"
    " the headers of the columns that do",
)  # fmt: skip
OTHER_ANSWER_ELSEWHERE = Code(
    "BD302", _WARNING, "'{clue}' has another answer in {file}:{line}{more}",
    "say in the clue what tells them apart; until then both are notes of their own, and in one"
    " section the back of each shows both answers",
)  # fmt: skip
SAME_ROW_ELSEWHERE = Code(
    "BD305", _WARNING,
    "the same clue and answer stand in {file}:{line}; each is a note of its own{more}",
    "delete the one that was written later, if it is one thing to learn: the other has the reviews",
)  # fmt: skip
SAME_ROW = Code(
    "BD303", _WARNING, "the same clue and answer stand in {file}:{line}; one note is made{more}",
    "delete one of the two rows",
)  # fmt: skip
MEDIA_NOT_THERE = Code("BD304", _ERROR, "there is no file '{path}'", "{help}")

# --- pictures and sounds ----------------------------------------------------------------------
MEDIA_OUTSIDE = Code(
    "BD310", _ERROR, "'{target}' leads out of the source folder",
    "copy the file into the source folder, beside the page, and write its name",
)  # fmt: skip
REMOTE_MEDIA = Code(
    "BD311", _ERROR, "'{target}' is on the web, and cards work offline: the cell has nothing else",
    "download it into the source folder, beside the page, and write its name; or say it in words",
)  # fmt: skip
REMOTE_BESIDE_TEXT = Code(
    "BD323", _WARNING, "'{target}' is on the web, and cards work offline: its text stands there",
    "download it into the source folder, beside the page, and write its name",
)  # fmt: skip
MEDIA_SCHEME = Code(
    "BD312", _ERROR, "'{scheme}' is no file in the source folder",
    "save the picture or sound there, beside the page, and write its name; "
    "for a file whose name has a colon, write ./ before it",
)  # fmt: skip
MEDIA_UNREADABLE = Code(
    "BD313", _ERROR, "'{path}' cannot be put on a card: {reason}",
    "put the file itself into the source folder, readable for you",
)  # fmt: skip
UNKNOWN_MEDIA = Code(
    "BD314", _ERROR, "'{path}' holds neither a picture nor a sound that cards can show",
    "convert it to png, jpg, gif, webp, avif or svg; a sound to mp3, ogg, opus, m4a, wav or flac",
)  # fmt: skip
VIDEO = Code(
    "BD322", _ERROR, "'{path}' is a video ({format}), and cards show pictures and play sounds",
    "save its sound as mp3, or a frame of it as png",
)  # fmt: skip
WRONG_EXTENSION = Code(
    "BD315", _WARNING, "'{path}' holds {format} data, whatever its name says",
    "rename it to end in .{format}; the card shows it either way",
)  # fmt: skip
LARGE_MEDIA = Code(
    "BD316", _WARNING, "'{path}' is large: {size} MB, to be synced to every device",
    "make it smaller: a phone's screen is about 1,000 pixels wide",
)  # fmt: skip
HUGE_MEDIA = Code(
    "BD317", _ERROR, "'{path}' is too large: {size} MB, where {most} MB are the most",
    "make it smaller, or cut it",
)  # fmt: skip
UNSAFE_SVG = Code(
    "BD318", _ERROR, "'{path}' cannot be put on a card: an SVG must not hold {what}",
    "save it as plain SVG, or as png",
)  # fmt: skip
MEDIA_MISPLACED = Code(
    "BD319", _ERROR, "a picture or a sound cannot stand here: '{target}'",
    "move it into a cell below the header, or say in words what it shows",
)  # fmt: skip
NOT_A_PICTURE = Code(
    "BD320", _WARNING, "'{text}' looks like a picture, and is shown as text",
    "write {example}",
)  # fmt: skip
MEDIA_AMBIGUOUS = Code(
    "BD325", _ERROR, "'{name}' may be {first} or {second}, which are equally near to this page",
    "write which, from the source folder on: ![[{first}]]",
)  # fmt: skip
LINK_WITHOUT_SOUND = Code(
    "BD326", _WARNING, "a sound is not played, and its text stands on the card: {reason}",
    "{help}",
)  # fmt: skip
MEDIA_CHANGED = Code(
    "BD321", _ERROR, "'{path}' changed while it was being read",
    "build again",
)  # fmt: skip

# --- identity ---------------------------------------------------------------------------------
BROKEN_LEDGER = Code(
    "BD401", _ERROR, "the ledger is damaged: {reason}",
    "restore the file from version control or a backup; if it is gone for good, `build-decks "
    "recover` makes it again from its sound lines and from the packages",
)  # fmt: skip
MERGED_LEDGER = Code(
    "BD402", _WARNING, "the ledger holds what two sides wrote; it is put together",
    "commit it with the packages, which are built anew",
)  # fmt: skip
NEWER_LEDGER = Code(
    "BD403", _ERROR, "the ledger is of version {version}; this program knows version {known}",
    "install a newer build-decks",
)  # fmt: skip
SAME_ID = Code(
    "BD404", _ERROR, "ID '{id}' stands in {file}:{line} too",
    "give each row an ID of its own",
)  # fmt: skip
AMBIGUOUS = Code(
    "BD405", _ERROR, "'{clue}' may be the note {old}: it is not clear which",
    "write <!-- same-as: {key} --> into the cell, or <!-- same-as: new -->; once it is built you "
    "can delete the comment",
)  # fmt: skip
UNKNOWN_SAME_AS = Code(
    "BD406", _ERROR, "same-as: '{key}' is not the beginning of one GUID of this kind",
    "copy the GUID from the message that asked for it, from the ledger or from a card's Key field",
)  # fmt: skip
BOTH_CELLS_CHANGED = Code(
    "BD407", _WARNING, "this is a new note; '{clue}', which it may have been, is retired",
    "if it is the same note, write <!-- same-as: {key} --> into the cell and build again before you"
    " import; after an import the new note is in Anki, too, to be deleted there",
)  # fmt: skip
KIND_CHANGED = Code(
    "BD408", _WARNING, "{rows} from here on: {old} notes until now, {new} notes from now on",
    "Anki cannot change a note's kind and keep its reviews; {advice}",
)  # fmt: skip
TABLE_TURNED = Code(
    "BD425", _WARNING, "this table asks for '{new}' now, and asked for '{old}' until now: {notes}"
    " of it retire",
    "to keep them, with the columns as they stand, write <!-- cards: key {new} --> above the table"
    " and build again before you import; after an import the new notes are in Anki, too, to be"
    " deleted there",
)  # fmt: skip

HELD_NOTE = Code(
    "BD410", _ERROR, "'{clue}' may be the note '{old}', which waits for {where} to be mended",
    "mend that first; or write <!-- same-as: new --> in a cell if this row is another note",
)  # fmt: skip
SAME_AS_TWICE = Code(
    "BD411", _ERROR, "same-as: '{key}' stands in {file}:{line} too",
    "keep it on one row; a note can only be one of them",
)  # fmt: skip
SET_APART = Code(
    "BD412", _WARNING, "two sides of the ledger gave '{clue}' and another fact one GUID; it is a"
    " new note now",
    "nothing is to be done; where it was reviewed already, on the side that added it, it starts"
    " anew",
)  # fmt: skip
GIVEN_TWICE = Code(
    "BD424", _WARNING, "two sides of the ledger gave card {card} of {notes} to {names}; now {now}"
    " has it",
    "nothing is to be done: each that has it no more gets a new card, which begins anew; Tools >"
    " Empty Cards in Anki removes the old one where it is empty",
)  # fmt: skip
NO_SLOT_LEFT = Code(
    "BD419", _WARNING,
    "the column '{header}' has no card: the notes of this table have {most} others",
    "it stands in the table on the backs; a column that was deleted keeps its card",
)  # fmt: skip
NO_SLOT_AT_ALL = Code(
    "BD423", _ERROR, "no column that is asked has a card of the note '{clue}'",
    "ask one of the columns that it had cards for, too: <!-- cards: ask A, B --> above the table",
)  # fmt: skip
READING_KEPT = Code(
    "BD420", _WARNING, "the headers read otherwise now; {what} as before",
    "to keep it so for good, write {keep} above the table; <!-- cards: {other} --> reads it the"
    " other way, which {cost}",
)  # fmt: skip
READING_LOST = Code(
    "BD421", _WARNING, "this table is left out ({skipped}), and {notes} of its section retire",
    "write <!-- cards: {kind} --> above the table if it is theirs, or <!-- cards: skip --> if not",
)  # fmt: skip
JOINED_NOTE = Code(
    "BD422", _WARNING, "'{clue}' is retired; this row, which it may have been, is one of the"
    " answers of another note now",
    "if it is the same note, write <!-- same-as: {key} --> into the cell and build again",
)  # fmt: skip
NEW_BESIDE_HELD = Code(
    "BD418", _WARNING, "'{clue}' is a new note; the older one, '{old}', waits for {where}",
    "if it is the same note, write <!-- same-as: {key} --> into the cell once that is mended",
)  # fmt: skip
OTHER_HEADER = Code(
    "BD417", _ERROR, "{rows} from here on asked {old}, and now for '{new}'",
    "write <!-- cards: same --> above the table if they are the same notes, or <!-- cards: new -->",
)  # fmt: skip
UNFINISHED_NOTE = Code(
    "BD414", _ERROR, "'{clue}' has no answer any more; its note in Anki stays as it is",
    "write the answer, or delete the row to retire the note",
)  # fmt: skip
LATER_LEDGER = Code(
    "BD415", _WARNING, "by the ledger {notes} changed later than today, up to {date}",
    "set the clock of this computer, if it is behind; else another clock was ahead: updates still"
    " arrive, and until that day an import writes these notes each time",
)  # fmt: skip
MOST_RETIRE = Code(
    "BD416", _ERROR, "{retired} of {notes} would retire, so nothing is built",
    "if a folder or a disk is away, bring it back; if the pages are meant to be gone (deleted, or"
    " left out with exclude), --retire builds without those notes",
)  # fmt: skip
UNKNOWN_SEARCH = Code(
    "BD413", _ERROR, "no note is meant by '{search}'",
    "write words of a clue or an answer, a page as messages name it, or the beginning of a GUID",
)  # fmt: skip
LOST_LEDGER = Code(
    "BD409", _ERROR, "{package} was built before, but there is no ledger beside the pages",
    "restore ledger.jsonl from version control or a backup; if it is gone for good, "
    "`build-decks recover` makes it again from the packages",
)  # fmt: skip
READABLE_LEDGER = Code(
    "BD430", _ERROR, "the ledger can be read, so it is not made again",
    "move it to another folder first, if what stands in it is wrong",
)  # fmt: skip
NO_PACKAGES = Code(
    "BD431", _ERROR, "there is no note of ours in a package in {folder}",
    "name the folder of the packages with --output, or restore them; without packages a build "
    "gives each note the GUID that it was born with, which is another one where its clue changed",
)  # fmt: skip
DAMAGED_PACKAGE = Code(
    "BD432", _ERROR, "{path} cannot be read: {reason}",
    "restore it from version control or a backup; else move it out of the folder: then its notes "
    "whose clues changed since they were new lose their history",
)  # fmt: skip
NO_PACKAGE = Code(
    "BD433", _WARNING, "there is no {path}; {notes} of its pages are not recovered",
    "restore it before you build, if it was built before; else notes whose clues changed since "
    "they were new lose their history",
)  # fmt: skip
OTHER_NOTES = Code(
    "BD434", _WARNING, "{notes} in {path} were not made by build-decks, and are passed over",
    "move packages of others out of the folder",
)  # fmt: skip

# --- output -----------------------------------------------------------------------------------
UNWRITABLE = Code(
    "BD501", _ERROR, "cannot write {path}: {reason}", "{help}",
)  # fmt: skip

# --- poor cards -------------------------------------------------------------------------------
NEAR_DUPLICATE = Code(
    "BD601", _WARNING, "'{clue}' is nearly the clue in {file}:{line}, with the same answer{more}",
    "delete one of the two rows, or say in the clue what tells them apart",
)  # fmt: skip
ANSWER_IN_CLUE = Code(
    "BD602", _WARNING, "the clue gives its answer away: {answer}{more}",
    "reword the clue without the words of the answer",
)  # fmt: skip
SAME_ANSWERS = Code(
    "BD603", _WARNING, "all {rows} rows of this table have the same answer: {answer}{more}",
    "whoever has seen one card knows them all: ask for something that differs from row to row",
)  # fmt: skip
CLUE_ALONE = Code(
    "BD604", _WARNING, "nothing on the card says what '{clue}' is about{more}",
    "the page's name would give the answer away: say more in the clue or in the headers, or write "
    "topic: … into the front matter",
)  # fmt: skip
LONG_CELL = Code(
    "BD605", _WARNING, "the cell under '{header}' has {words} words, too many to recall{more}",
    "make several rows of it, or move what explains it to a third column headed Notes",
)  # fmt: skip
GUESSABLE = Code(
    "BD609", _WARNING,
    "a guess is right on half of the cards that ask '{header}': {answers} are all answers{more}",
    "<!-- cards: back {headers} --> above the table shows it below the other answers, unasked",
)  # fmt: skip
NO_LABELS = Code(
    "BD610", _WARNING,
    "the cards of this page say '{label}' and the like, since there are no labels in '{lang}' yet",
    "say them in your words in a deck.toml: [labels] {name} = \"…\"",
)  # fmt: skip
TRAP_AS_RULE = Code(
    "BD606", _WARNING, "'{clue}' reads like a rule, not like a trap{more}",
    "say what people do wrong: 'using …', 'assuming …', 'forgetting …'",
)  # fmt: skip
LEFTOVER = Code(
    "BD607", _WARNING, "'{text}' is left from a web page{more}",
    "delete the line",
)  # fmt: skip
LOST_COLUMNS = Code(
    "BD608", _WARNING, "this is not read, but looks like a table that lost its columns{more}",
    "write | between the cells and |---|---| below the header; 'build-decks draft FILE' helps",
)  # fmt: skip

# --- drafts -----------------------------------------------------------------------------------
REVIEW_MARK = Code(
    "BD701", _ERROR, "this row is not reviewed yet: {doubt}",
    "if it is right, delete the comment; or run build-decks draft --review on the file{instead}",
)  # fmt: skip
NOT_DRAFTED = Code("BD702", _ERROR, "this page cannot be drafted: {reason}", "{help}")
THREE_COLUMNS = Code(
    "BD703", _ERROR, "this looks like a table that has lost its {columns} columns or more",
    "save the page as HTML in the browser (Save page as) and draft that, or put a | between the "
    "cells of these lines by hand",
)  # fmt: skip
GLUED_CELLS = Code(
    "BD704", _ERROR, "a table's cells are glued together here: '{cells}'",
    "save the page as HTML in the browser (Save page as) and draft that",
)  # fmt: skip
ONE_LINE_TABLE = Code(
    "BD705", _ERROR, "a whole table stands on this line",
    "save the page as HTML in the browser (Save page as) and draft that",
)  # fmt: skip
UNEVEN_CELLS = Code(
    "BD706", _ERROR, "these cells make no whole table: {reason}",
    "save the page as HTML in the browser and draft that, or add what is missing by hand",
)  # fmt: skip
UNKNOWN_HEADER = Code(
    "BD707", _ERROR, "this looks like a table's header, but not where its columns part",
    "put a | between the two headers, or a full stop behind the line if it is text",
)  # fmt: skip
EVEN_IS_NOT_ALL = Code(
    "BD708", _WARNING, "this table was put together by counting: {cells} in {rows}",
    "look at each row: two lost cells leave the count even, so it does not catch every loss",
)  # fmt: skip
FIRST_ROW_AS_HEADER = Code(
    "BD709", _WARNING, "the page marks no header for this table; its first row is taken for one",
    "if it is a row like the others, write a header above it",
)  # fmt: skip
NO_HEADER = Code(
    "BD710", _WARNING, "the page gives this table no header",
    "write into the empty header what its columns are",
)  # fmt: skip
SHORT_LINES = Code(
    "BD712", _WARNING, "{count} short lines are kept as text",
    "if they are a table, put a | between its cells, or save the page as HTML and draft that",
)  # fmt: skip
SEPARATED_CELLS = Code(
    "BD713", _WARNING, "this is read as a table with {separator} between its cells",
    "if it is none, or they part elsewhere, write it with | between the cells",
)  # fmt: skip
NO_TABLE = Code(
    "BD711", _WARNING, "there is no table on this page",
    "the draft holds its text; a table that was a picture, or was loaded by a script, is not in it",
)  # fmt: skip

# --- a running Anki ---------------------------------------------------------------------------
CHANGED_IN_BOTH = Code(
    "BD801", _ERROR, "{field} was changed here and in Anki: here ‘{ours}’, in Anki ‘{theirs}’",
    "write what is to stand into this line and into Anki, or send this with push --force",
)  # fmt: skip
NOT_AS_SENT = Code(
    "BD802", _ERROR, "Anki does not have what was sent to it: {what}",
    "close the note where it is open in Anki, and run build-decks push again",
)  # fmt: skip
GUID_TAKEN = Code(
    "BD803", _ERROR, "a note of another note type has the GUID of this one, which cannot be sent",
    "search for {key} in Anki's browser, delete the note that shows it, and run build-decks push "
    "again",
)  # fmt: skip

CODES = {code.code: code for code in globals().copy().values() if isinstance(code, Code)}

SETTINGS_CODES = frozenset(
    code.code
    for code in (
        BROKEN_SETTINGS, NO_PYGMENTS, UNKNOWN_KEY, WRONG_TYPE, UNKNOWN_CODE, ERROR_IGNORED,
        BROKEN_RULE,
        BROKEN_LEDGER, NEWER_LEDGER, LOST_LEDGER,
        UNWRITABLE, UNKNOWN_SEARCH, MOST_RETIRE, READABLE_LEDGER, NO_PACKAGES, DAMAGED_PACKAGE,
        SECOND_LEDGER,
    )
)  # fmt: skip


_SETTINGS_FILES = ("deck.toml", "ledger.jsonl")


# Their help names several things to write, a line each; a line break in any other is somebody's.
HELP_IN_LINES = frozenset({REVIEW_MARK.code})


def exit_code(diagnostics: Iterable[Diagnostic]) -> int:
    """The exit code that these findings call for: 0, 1 or 2."""
    return max((diagnostic.exit_code for diagnostic in diagnostics), default=0)


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether any of them is an error."""
    return any(diagnostic.severity is _ERROR for diagnostic in diagnostics)


# Control characters, what ends a line, and what makes letters run from right to left.
UNPRINTABLE = lazy_regex(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_LONGEST_EXCERPT = 100  # characters


def excerpt(text: str) -> str:
    """A text from the notes that may be anything, fit for a message: short, and safe to print."""
    text = UNPRINTABLE.sub("\ufffd", text)
    return text if len(text) <= _LONGEST_EXCERPT else f"{text[:_LONGEST_EXCERPT]}…"


def number(count: int, noun: str) -> str:
    """``1 note``, ``2 notes``; a noun that does not take an s is given as ``entry/entries``."""
    one, _, many = noun.partition("/")
    return f"{count:,} {one if count == 1 else many or one + 's'}"


_MOST_LINES_SHOWN = 5


def so_in_lines(lines: Sequence[int]) -> str:
    """``; so in line 12, 13 and 40 more``: where else a finding is true; empty without lines."""
    if not lines:
        return ""
    shown = ", ".join(map(str, lines[:_MOST_LINES_SHOWN]))
    rest = len(lines) - _MOST_LINES_SHOWN
    return f"; so in line {shown}" + (f" and {rest:,} more" if rest > 0 else "")
