"""Notes of any size, a construct each: what time and work must grow with in proportion.

`CONSTRUCTS` are by name functions from a number to files (path → text); twice the number is twice
the text. A new form, mark or setting is a line there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

Files = Mapping[str, str]
Construct = Callable[[int], Files]

PAGE = "bio/a.md"
LETTERS = "ABCDEFGHIJ"


def size_of(files: Files) -> int:
    """Bytes, where a file costs some by itself."""
    return sum(len(text.encode()) + 200 for text in files.values())


def number_for(construct: Construct, size: int) -> int:
    """The number that gives files of about this size."""
    number = 64
    while size_of(construct(number)) < size and number < 3_000_000:
        number *= 2
    low = 1 if number == 64 else number // 2
    while number - low > max(1, low // 50):
        middle = (low + number) // 2
        low, number = (middle, number) if size_of(construct(middle)) < size else (low, middle)
    return number


def text_of(number: int, unit: str, before: str = "", after: str = "") -> str:
    """``unit`` so often, with its place for each ``%d``."""
    return before + "".join(unit.replace("%d", str(place)) for place in range(number)) + after


def repeat(unit: str, before: str = "", after: str = "", path: str = PAGE) -> Construct:
    """A page that holds ``unit`` that often."""
    return lambda number: {path: text_of(number, unit, before, after)}


def rows(header: str, row: str, before: str = "") -> Construct:
    """A table with such rows."""
    columns = header.count("|") - 1
    return repeat(row + "\n", f"# Cells\n\n{before}{header}\n{'|---' * columns}|\n")


def in_cell(unit: str, before: str = "", after: str = "") -> Construct:
    """Cells of some 4,000 characters, each with as many ``unit`` as there is room for."""
    inside = text_of(max(1, 4000 // len(unit)), unit, before, after)

    def make(number: int) -> Files:
        count = max(1, number // 100)
        return {PAGE: rows("| Word | Meaning |", f"| word%d | {inside} |")(count)[PAGE]}

    return make


def one_long(unit: str, before: str = "", after: str = "") -> Construct:
    """A paragraph, and a heading, of ``unit`` that often: more than a card may hold."""
    return lambda number: {
        PAGE: f"==gap== of text that is long\n\n# {text_of(number, unit, before, after)}\n",
        "bio/b.md": text_of(number, unit, f"A ==gap== in a text: {before}", after) + "\n",
    }


def with_settings(unit: str, before: str = "") -> Construct:
    """A ``deck.toml`` with ``unit`` that often, and a table."""
    return lambda number: {
        "bio/deck.toml": text_of(number, unit, before),
        PAGE: "| A | B |\n|---|---|\n| a | b |\n",
    }


def with_front_matter(unit: str, before: str = "") -> Construct:
    return repeat(unit, f"---\n{before}", "---\n\n| A | B |\n|---|---|\n| a | b |\n")


def many_pages(text: str, path: str = "bio/p%d.md") -> Construct:
    """So many pages."""
    return lambda number: {
        path.replace("%d", str(each)): text.replace("%d", str(each)) for each in range(number)
    }


def wide(number: int) -> Files:
    """Tables of 40 columns."""
    header = "|" + "|".join(f"H{each}" for each in range(40)) + "|\n" + "|---" * 40 + "|\n"
    row = "|" + "|".join(f"c%d x{each}" for each in range(40)) + "|\n"
    return {PAGE: text_of(max(1, number // 20), row, header)}


def columns(number: int) -> Files:
    """Two tables of as many columns as may be in a row, then more tables."""
    count = min(number, 900)
    header = "|" + "|".join(f"H{each}" for each in range(count)) + "|\n" + "|---" * count + "|\n"
    row = "|" + "|".join(f"c%d x{each}" for each in range(count)) + "|\n"
    return {PAGE: "\n".join(text_of(2, row, header) for _ in range(max(1, number // 900)))}


def nested(opener: str, most: int = 120, before: str = "") -> Construct:
    """Lines in which ``opener`` stands 1, 2, 3 … times, again and again."""

    def make(number: int) -> Files:
        lines = (opener * (1 + place * 37 % most) + f"text {place}\n" for place in range(number))
        return {PAGE: before + "".join(lines)}

    return make


_TABLE = "| Part | Does |\n|---|---|\n| part%d | does thing%d |\n\n"
_QUIZ = "What is thing %d?\n\n- [x] right %d\n- [ ] wrong %d\n- [ ] other %d\n\n"
_LETTERED = "%d. What is thing number %d?\n   A. one%d\n   B. two%d\n   C. three%d\n"


def key_below(entry: str, before: str = "\n## Answer key\n\n") -> Construct:
    """Questions with letters, and their answers together below."""

    def make(number: int) -> Files:
        questions = "".join(
            f"{n}. What is thing number {n}?\n   - A) one{n}\n   - B) two{n}\n"
            for n in range(1, number + 1)
        )
        key = "".join(entry.replace("%d", str(n)) for n in range(1, number + 1))
        return {PAGE: questions + before + key}

    return make


FORMS: dict[str, Construct] = {
    "fact table": rows("| Part | Does |", "| part%d | does thing%d well |"),
    "trap table": rows("| Trap | Better rule |", "| trap%d is a cell | rule%d has no cell |"),
    "trap table with why": rows(
        "| Trap | Better rule | Why | Hint |",
        "| trap%d | rule%d | why%d | hint%d |",
        "<!-- cards: why -->\n",
    ),
    "compare table": rows("| Cell | Wall | Energy |", "| cell%d | wall%d | energy%d |"),
    "compare table with all": rows(
        "| Cell | Wall | Energy |",
        "| cell%d | wall%d | energy%d |",
        "<!-- cards: quiz reverse row -->\n",
    ),
    "table of one column": rows("| Part |", "| part%d |"),
    "one wide row": repeat(" a%d |", "| A | B |\n|---|---|\n|", "\n"),
    "Chinese table": rows("| 語 | 意味 |", "| 東京都%d | 首都%dである。 |"),
    "distinction table": rows(
        "| Pair | What tells them apart |", "| a%d / b%d | thing%d differs |"
    ),
    "reason table": rows("| Habit | Why it helps |", "| habit%d | it helps %d times |"),
    "reverse table": rows(
        "| Word | Meaning |", "| word%d | meaning%d |", "<!-- cards: reverse -->\n"
    ),
    "numbered table": rows("| No. | Word | Meaning |", "| %d | word%d | meaning%d |"),
    "records table": rows("| ID | Word | Meaning | Tags |", "| HK-%d | word%d | meaning%d | t%d |"),
    "composite key": rows(
        "| Request | Limit | Effect |", "| set | l%d | effect%d |\n| none | l%d | no%d |"
    ),
    "carried down": rows("| Class | Drug |", "| class%d | drug%d |\n|  | other%d |"),
    "one clue, many answers": rows("| Class | Drug |", "| class | drug%d |"),
    "side by side": rows("| One | Many | One | Many |", "| a%d | b%d | c%d | d%d |"),
    "planning table": rows("| Week | Topic | Done |", "| %d | topic%d | [ ] |"),
    "links table": rows("| Topic | Link |", "| topic%d | [page](p%d.md) |"),
    "code table": rows("| Command | Does |", "| `cmd%d -x` | `out%d` |"),
    "number table": rows("| Dose | Value |", "| thing%d | %d mg |"),
    "unfinished table": rows("| Word | Meaning |", "| word%d | ? |"),
    "held rows": rows("| Word | Meaning |", "| word%d | a | b | c |"),
    "short rows": rows("| Word | Meaning | More |", "| word%d |"),
    "blank rows": rows("| Word | Meaning |", "|  |  |"),
    "equal rows": rows("| Word | Meaning |", "| word | meaning |"),
    "equal fronts": rows(
        "| Word | Meaning |", "| word | meaning%d |", "<!-- cards: ask Meaning -->\n"
    ),
    "equal answers": rows("| Word | Meaning |", "| word%d | meaning |"),
    "near clues": rows("| Word | Meaning |", "| the long name of thing %d | meaning%d |"),
    "near answers": rows("| Word | Meaning |", "| word%d | the long name of thing %d |"),
    "near clues with a negation": rows(
        "| Word | Meaning |", "| increases flow of %d | a%d |\n| decreases flow of %d | b%d |"
    ),
    "equal fronts in tables": repeat("## Part %d\n\n| A | B |\n|---|---|\n| same | b%d |\n\n"),
    "equal tables": repeat("| A | B |\n|---|---|\n| same | b |\n\n"),
    "many tables": repeat(_TABLE),
    "many tables with headings": repeat("## Part %d\n\n" + _TABLE),
    "tables without an empty line": repeat("text %d\n| A | B |\n|---|---|\n| a%d | b%d |\n"),
    "wide table": wide,
    "as many columns as may be": columns,
    "table in a list": repeat("- item %d\n\n  | A | B |\n  |---|---|\n  | a%d | b%d |\n\n"),
    "table in a quote": repeat("> | A | B |\n> |---|---|\n> | a%d | b%d |\n\n"),
    "table without a rule": repeat("| a%d | b%d |\n"),
    "rules of tables": repeat("|---|---|\n"),
    "headers of tables": repeat("| A | B |\n|---|---|\n\n"),
    "box table": repeat("+---+---+\n| a%d | b%d |\n+---+---+\n"),
    "html table": repeat("<tr><td>a%d</td><td>b%d</td></tr>\n", "<table>\n", "</table>\n"),
    "html tables": repeat("<table><tr><td>a%d</td></tr></table>\n\n"),
    "tabs": repeat("a%d\tb%d\n"),
    "definition list": repeat("term%d\n: meaning%d\n\n"),
    "definitions of one term": repeat(": meaning%d\n", "term\n"),
    "bullets as definitions": repeat("- term%d: meaning%d\n", "<!-- cards: definitions -->\n\n"),
    "bold definitions": repeat("- **term%d**: meaning%d\n", "---\ndefinitions: bold\n---\n"),
    "bold definitions, nested": repeat(
        "- **term%d**: meaning%d\n  - more %d\n", "---\ndefinitions: bold\n---\n"
    ),
    "bold labels": repeat("- **Time**: meaning%d\n\ntext\n\n", "---\ndefinitions: bold\n---\n"),
    "callout definitions": repeat("> [!definition] term%d\n> meaning%d\n\n"),
    "html definitions": repeat("<dt>term%d</dt><dd>meaning%d</dd>\n", "<dl>\n", "</dl>\n"),
    "html definitions, unclosed": repeat("<dt>term%d\n<dd>meaning%d\n", "<dl>\n"),
    "html definition lists": repeat("<dl><dt>term%d<dd>meaning%d</dl>\n\n"),
    "openers of html definitions": repeat("<dl>\n"),
    "definitions of a section": repeat(
        "- term%d: meaning\n\ntext\n\n", "## Terms\n<!-- cards: definitions -->\n\n"
    ),
    "order": repeat("%d. step %d is done\n", "## Steps\n<!-- cards: order -->\n\n"),
    "orders": repeat(
        "## Way %d\n<!-- cards: order -->\n\n1. first %d\n2. second %d\n3. third %d\n\n"
    ),
    "quiz": repeat(_QUIZ),
    "quiz of one question": repeat("- [ ] wrong %d\n", "What is it?\n\n- [x] right\n"),
    "quiz with explanations": repeat(
        "What is thing %d?\n\n- [x] right %d\n\n  because %d\n- [ ] wrong %d\n\nSince %d.\n\n"
    ),
    "numbered quiz": repeat("%d. What is thing %d?\n   - [x] right %d\n   - [ ] wrong %d\n"),
    "quiz below a number": repeat("%d. What is thing %d?\n- [x] right %d\n- [ ] wrong %d\n"),
    "tasks": repeat("- [ ] task %d\n"),
    "ticked tasks": repeat("- [x] task %d\n"),
    "lettered, answer in a line": repeat("What is thing %d?\nA. one%d\nB. two%d\nAnswer: B\n\n"),
    "lettered, answer in a callout": repeat(
        "What is thing %d?\n\nA. one%d\nB. two%d\n\n> [!success]- Answer\n> B\n\n"
    ),
    "lettered, answer in details": repeat(
        "What is thing %d?\n\nA. one%d\nB. two%d\n\n"
        "<details>\n<summary>Answer</summary>\n\nB. Why %d.\n\n</details>\n\n"
    ),
    "lettered, answer in an admonition": repeat(
        "What is thing %d?\n\nA. one%d\nB. two%d\n\n:::details Answer\nB\n:::\n\n"
    ),
    "lettered, answer at the option": repeat("What is thing %d?\n\n- A) one%d\n- B) two%d ✅\n\n"),
    "lettered, answer in bold": repeat("What is thing %d?\n\n- A) one%d\n- **B) two%d**\n\n"),
    "lettered in a line": repeat("What is thing %d? A. one%d  B. two%d  C. three%d\nAnswer: B\n\n"),
    "lettered with breaks": repeat("What is thing %d?<br>A. one%d<br>B. two%d<br>Answer: B\n\n"),
    "lettered by numbers": repeat("What is thing %d?\n\n1. one%d\n2. two%d\n\nAnswer: 2\n\n"),
    "lettered without answers": repeat(_LETTERED),
    "lettered, unasked": repeat("A. one%d\nB. two%d\n\n"),
    "lettered in one list": repeat("- A) one%d\n", "What is it?\n\n"),
    "lettered below headings": repeat(
        "### Question %d\n\nWhat of thing %d?\n\nA. one%d\nB. two%d\n\n**Answer: B**\n\n"
    ),
    "lettered with statements": repeat(
        "Which are right of %d?\n\nI. one%d\nII. two%d\n\nA. I only\nB. I and II\n\nAnswer: A\n\n"
    ),
    "lettered, each asks the same": repeat("%d. What?\nA. one%d\nB. two\nAnswer: A\n\n"),
    "lettered, one scenario each": repeat(
        "Scenario %d: a text of some words.\n\n1. What?\nA. one%d\nB. two\nAnswer: A\n\n"
    ),
    "lettered, in Chinese": repeat("第%d题 这是什么？\nA. 一%d\nB. 二%d\n答案：B\n\n"),
    "lettered with a letter astray": repeat("What %d?\nA. one\nB. two\nD. four%d\nAnswer: B\n\n"),
    "key as a list": key_below("%d. B\n"),
    "key in lines": key_below("%d-B, "),
    "key in a table": key_below(
        "| %d | B |\n", "\n## Answers\n\n| Question | Answer |\n|---|---|\n"
    ),
    "key as headings": key_below("### %d. B\n\nbecause %d\n\n"),
    "key in paragraphs": key_below("Q%d: **B. two%d**\n\n"),
    "keys of many quizzes": repeat(
        "## Quiz %d\n\n1. What is it %d?\n   - A) a%d\n   - B) b%d\n\n"
        "## Answers: Quiz %d\n\n1. B\n\n"
    ),
    "keys without questions": repeat("## Answers\n\n1. B\n2. A\n\n"),
    "answers without questions": repeat("Answer: B\n\n"),
    "questions and answers": repeat("Q: What is %d?\nA: thing%d\n\n"),
    "questions and answers in a list": repeat("- Q: What is %d?\n- A: thing%d\n"),
    "questions and answers, bold": repeat("**Q:** What is %d?\n\n**A:** thing%d\n\n"),
    "questions and answers with dots": repeat("Q%d. What is it?\nA. thing%d\n"),
    "questions without answers": repeat("Q: What is %d?\n"),
    "answers without a question": repeat("A: thing%d\n"),
    "answers of one question": repeat("A: thing%d\n", "Q: What is it?\n"),
    "paragraphs of one answer": repeat("more of it %d\n\n", "Q: What is it?\nA: this\n\n"),
    "headings that ask": repeat("## What is %d?\n\nthing%d\n\n", "---\nquestions: headings\n---\n"),
    "headings that ask, without answers": repeat(
        "## What is %d?\n\n", "---\nquestions: headings\n---\n"
    ),
    "paragraphs below a heading that asks": repeat(
        "thing%d\n\n", "---\nquestions: headings\n---\n## What is it?\n\n"
    ),
    "folded answers": repeat(
        "Which is %d?\n\n<details><summary>Answer</summary>\n\nthing%d\n\n</details>\n\n"
    ),
    "folded answers of marked questions": repeat(
        "Q: What is %d?\n\n<details><summary>Answer</summary>\n\nthing%d\n\n</details>\n\n"
    ),
    "folded answers in items": repeat(
        "- Q: What is %d?\n\n  > [!success]- Answer\n  > thing%d\n\n"
    ),
    "folded answers of headings": repeat(
        "## Is it %d?\n\n<details><summary>Answer</summary>\n\nthing%d\n\n</details>\n\n",
        "---\nquestions: headings\n---\n",
    ),
    "answers between two lines": repeat("Which is %d?\n\n:::details Answer\nthing%d\n:::\n\n"),
    "folds without an end": repeat(
        "Is it %d?\n\n<details><summary>Answer</summary>\n\nthing%d\n\n"
    ),
    "callouts that ask": repeat(
        "> [!question] What is %d?\n> thing%d\n\n", "---\nquestions: callouts\n---\n"
    ),
    "gaps": repeat("A plant cell number %d has a ==wall%d== and chloroplasts in it.\n\n"),
    "gaps in bullets": repeat(
        "- A cell number %d has a ==wall%d== and more in it.\n", "Of cells:\n\n"
    ),
    "gaps of one paragraph": repeat("the cell number %d has a ==wall%d== in it. "),
    "numbered gaps": repeat("A cell %d has ==1::a wall%d== and ==2::plastids%d::hint==.\n\n"),
    "anki gaps": repeat("A cell %d has {{c1::a wall%d}} in it.\n\n"),
    "equal gaps": repeat("A plant cell has a ==wall== and chloroplasts in it.\n\n"),
}

# What stands in cells, and what opens and does not close: in cells, paragraphs, headings.
MARKS = {
    "emphasis": "*a* **b** ",
    "unclosed emphasis": "*a **b ",
    "stars": "*",
    "underscores": "_a",
    "closing stars": "a* ",
    "mixed marks": "*_a",
    "code": "`a` ",
    "unclosed code": "`a ",
    "growing code": "`a``b```c",
    "links": "[a](https://x.org) ",
    "brackets": "[",
    "brackets and parentheses": "[a](",
    "closing brackets": "]",
    "nested links": "[a[b](c)",
    "pictures": "![a](b.png) ",
    "openers of pictures": "![",
    "references": "[a][b] ",
    "footnotes": "a[^1] ",
    "inline footnotes": "^[a ",
    "wiki links": "[[a#b\\|c]] ",
    "openers of wiki links": "[[a",
    "embedded pages": "![[a]] ",
    "formulas": "$x^2$ ",
    "dollars": "$a ",
    "double dollars": "$$a ",
    "tex parentheses": "\\(a ",
    "tex brackets": "\\[a ",
    "tex commands": "$\\frac{a}{b}$ ",
    "ruby": "{東京\\|とう} ",
    "openers of ruby": "{東",
    "ruby tags": "<ruby>東<rt>と</rt></ruby>",
    "openers of ruby tags": "<ruby>東<rt>",
    "sub and sup": "H~2~O^+^ ",
    "carets": "a^b",
    "tildes": "a~b",
    "struck text": "~~a~~ ",
    "openers of struck text": "~~a ",
    "marks": "==a== ",
    "openers of marks": "==a ",
    "tags": "<b>a</b> ",
    "openers of tags": "<b>",
    "closing tags": "</b>",
    "spans": '<span style="color:red">',
    "details": "<details><summary>a</summary>",
    "angles": "<",
    "broken tags": "<a b=",
    "attributes": '<a b="',
    "html comments": "<!-- a --> ",
    "openers of html comments": "<!--",
    "percent comments": "%%a%% ",
    "percents": "%%a ",
    "entities": "&amp; ",
    "ampersands": "&",
    "escapes": "\\*",
    "backslashes": "\\\\",
    "anki gaps": "{{c1::a}} ",
    "braces": "{{",
    "closing braces": "}}",
    "attribute lists": "{: .red} ",
    "openers of attribute lists": "{#a",
    "shortcodes": "{{< a >}} ",
    "openers of shortcodes": "{{< a",
    "template tags": "{% a %} ",
    "openers of template tags": "{% a",
    "components": "<Badge /> ",
    "block links": "((a)) ",
    "openers of block links": "((",
    "hash tags": "#a ",
    "block names": "^a1 ",
    "addresses": "https://x.org/a ",
    "broken addresses": "https://",
    "mail": "a@b.c ",
    "autolinks": "<https://x.org> ",
    "sounds": "[sound:a.mp3] ",
    "breaks": "a<br>",
    "dates": "2020-01-02 ",
    "numbers": "1,000.5 mg ",
    "signs": "✓ ✅ ",
    "letters of options": "A) a B) b ",
    "key entries": "1-B, ",
    "question marks": "a? ",
    "colons": "a: ",
    "dashes": "a – ",
    "dots": "a. ",
    "combining": "e\u0301",
    "joiners": "\u200b",
    "emoji names": ":smile: ",
    "quotes": '"a" ',
    "spaces": "a      ",
    "no spaces": "a",
    "equals signs": "=",
    "parentheses": "(",
    "pipes in code": "`a\\|b` ",
}

BLOCKS: dict[str, Construct] = {
    "headings": repeat("# Part %d\n\n"),
    "deep headings": repeat("# a%d\n## b\n### c\n#### d\n##### e\n###### f\n"),
    "underlined headings": repeat("Part %d\n======\n\n"),
    "headings without lines between": repeat("## Part %d\n"),
    "equal headings with tables": repeat("## Part\n\n" + _TABLE),
    "paragraphs": repeat("Some text %d is here.\n\n"),
    "lines": repeat("some text %d\n"),
    "empty lines": repeat("\n"),
    "carriage returns": repeat("\r\n"),
    "lists": repeat("- item %d\n"),
    "loose lists": repeat("- item %d\n\n"),
    "nested lists": nested("  ", 40),
    "lists that open": nested("- ", 80),
    "lists of lists": nested("- ", 19, _TABLE),
    "steps of lists": lambda number: {
        PAGE: _TABLE + "".join("  " * (each % 19) + f"- item {each}\n" for each in range(number))
    },
    "quotes of quotes": nested("> ", 39, _TABLE),
    "quotes of lists": nested("> - ", 13, _TABLE),
    "quotes": repeat("> text %d\n"),
    "quotes that open": nested("> ", 80),
    "quotes and lists that open": nested("> - ", 50),
    "numbered lists that open": nested("1. ", 60),
    "fences": repeat("```sh\ncode %d\n```\n\n"),
    "unclosed fence": repeat("code %d\n", "```\n"),
    "openers of fences": repeat("```\n~~~\n"),
    "fences of many lengths": lambda number: {
        PAGE: "".join("`" * (3 + each * 37 % 90) + "\n" for each in range(number))
    },
    "indented code": repeat("    code %d\n\n"),
    "math blocks": repeat("$$\nx_%d\n$$\n\n"),
    "openers of math blocks": repeat("$$\nx_%d\n\n"),
    "callouts": repeat("> [!note] Title %d\n> text %d\n\n"),
    "nested callouts": nested("> [!note] a\n> ", 3),
    "admonitions": repeat(":::note Title %d\ntext %d\n:::\n\n"),
    "openers of admonitions": repeat(":::note %d\n"),
    "closers of admonitions": repeat(":::\n"),
    "growing admonitions": lambda number: {
        PAGE: "".join(":" * (3 + each * 37 % 90) + "note\n" for each in range(number))
    },
    "indented admonitions": repeat('!!! note "Title %d"\n    text %d\n\n'),
    "nested indented admonitions": lambda number: {
        PAGE: "".join("    " * (each * 37 % 60) + "!!! note\n" for each in range(number))
    },
    "fenced admonitions": repeat("```{note} Title %d\ntext %d\n```\n\n"),
    "hints": repeat('{% hint style="info" %}\ntext %d\n{% endhint %}\n\n'),
    "openers of hints": repeat("{% hint %}\ntext %d\n"),
    "details": repeat("<details><summary>a%d</summary>\n\ntext %d\n\n</details>\n\n"),
    "openers of details": repeat("<details><summary>a%d</summary>\n\n"),
    "html blocks": repeat("<div>\ntext %d\n</div>\n\n"),
    "openers of html blocks": repeat("<div>\n\n"),
    "scripts": repeat("<script>\n"),
    "comments": repeat("<!-- note %d -->\n\n"),
    "openers of comments": repeat("<!-- note %d\n\n"),
    "cards comments": repeat("<!-- cards: skip -->\n\n"),
    "cards comments with tables": repeat("<!-- cards: reverse -->\n" + _TABLE),
    "cards comments of one table": repeat("<!-- cards: reverse -->\n", "", _TABLE),
    "unknown cards comments": repeat("<!-- cards: nowhere%d -->\n" + _TABLE),
    "near comments": repeat("<!-- card: reverse%d -->\n" + _TABLE),
    "ignore comments": repeat("<!-- ignore: BD302 -->\n" + _TABLE),
    "ignore comments for nothing": repeat("<!-- ignore: BD302 -->\n\n"),
    "same-as comments": rows("| A | B |", "| a%d <!-- same-as: b%d --> | c%d |"),
    "skip in cells": rows("| A | B |", "| a%d <!-- cards: skip --> | c%d |"),
    "percent comments": repeat("%%\nnote %d\n%%\n\n"),
    "openers of percent comments": repeat("%%\nnote %d\n\n"),
    "rules": repeat("---\n\n"),
    "second front matters": repeat("---\ntitle: x\n---\n\n"),
    "footnotes": repeat("text[^%d] here\n\n[^%d]: note %d\n\n"),
    "references": repeat("[a%d][r%d]\n\n[r%d]: https://x.org/%d\n\n"),
    "equal references": repeat("[r]: https://x.org/%d\n"),
    "references in cells": lambda number: {
        PAGE: rows("| A | B |", "| a%d | [b%d][r%d] |")(number)[PAGE]
        + text_of(number, "[r%d]: https://x.org/%d\n", "\n")
    },
    "footnotes in cells": lambda number: {
        PAGE: rows("| A | B |", "| a%d | b%d[^%d] |")(number)[PAGE]
        + text_of(number, "[^%d]: note %d\n", "\n")
    },
    "block names": repeat("text %d ^a%d\n\n"),
    "block names below tables": repeat(_TABLE.rstrip("\n") + "\n^t%d\n\n"),
    "properties": repeat("key%d:: value\n"),
    "property drawers": repeat("- item %d\n  collapsed:: true\n  id:: %d\n"),
    "hash tags": repeat("#tag%d and #more\n\n"),
    "abbreviations": repeat("*[A%d]: text\n"),
    "conflict markers": repeat("<<<<<<< a\n| x | %d |\n=======\n| y | %d |\n>>>>>>> b\n"),
    "openers of conflicts": repeat("<<<<<<< a\n"),
    "table of pictures": rows("| A | B |", "| a%d | ![](p%d.png) |"),
    "missing pictures": repeat("![[p%d.png]]\n\n==gap== of a text that is long enough\n\n"),
    "embedded pages": repeat("![[page%d]]\n\n"),
    "shortcodes": repeat("{{< note >}}\ntext %d\n{{< /note >}}\n\n"),
    "imports": repeat("import X%d from 'x'\n\n"),
    "tables of many lengths": lambda number: {
        PAGE: "".join("| a " * (1 + each * 37 % 40) + "|\n" for each in range(number))
    },
    "pipes": repeat("|"),
    "pipes in lines": repeat("|||||||||\n"),
    "table in tables": repeat("| A | B |\n|---|---|\n"),
    "long lines": lambda number: {PAGE: ("x" * 100 * max(1, number // 20) + "\n\n") * 20},
    "nul bytes": repeat("\x00a%d\n"),
    "line separators": repeat("a%d\u2028\u0085"),
}

FOLDERS: dict[str, Construct] = {
    "pages": many_pages("# Page %d\n\n" + _TABLE),
    "equal pages": many_pages("# Page\n\n| A | B |\n|---|---|\n| a | b |\n"),
    "pages without cards": many_pages("text %d\n"),
    "packages": many_pages("# Page %d\n\n" + _TABLE, "p%d/a.md"),
    "folders": many_pages("# Page %d\n\n" + _TABLE, "bio/f%d/a.md"),
    "folders with settings": lambda number: {
        f"bio/f{each}/{name}": text
        for each in range(number)
        for name, text in (
            ("deck.toml", 'tags = ["x"]\n'),
            ("a.md", _TABLE.replace("%d", str(each))),
        )
    },
    "loose pages": many_pages("# Page %d\n\n" + _TABLE, "p%d.md"),
    "held pages": many_pages("---\ntitle: [\n---\n\n" + _TABLE),
    "pages that are left out": lambda number: {
        PAGE: _TABLE,
        **{f"bio/f{each}/README.md": _TABLE for each in range(number)},
    },
    "empty pages": lambda number: {
        PAGE: _TABLE,
        **{f"bio/e{each}.md": "" for each in range(number)},
    },
    "pages of one title": many_pages("---\ntitle: Same\n---\n\n## Part\n\n" + _TABLE),
}

SETTINGS: dict[str, Construct] = {
    "unknown keys": with_settings("key%d = 1\n"),
    "unknown tables": with_settings("[t%d]\na = 1\n"),
    "unknown arrays of tables": with_settings("[[t%d]]\na = 1\n"),
    "rules for tables": with_settings('[[tables]]\nleft = "Word%d"\nkind = "trap"\n'),
    "rules with unknown keys": with_settings('[[tables]]\nleft = "Word%d"\nknd%d = "trap"\n'),
    "rules with unknown kinds": with_settings('[[tables]]\nleft = "W%d"\nkind = "trp%d"\n'),
    "labels": with_settings('label%d = "x"\n', "[labels]\n"),
    "tags": with_settings('"tag%d", ', "tags = [\n"),
    "closed tags": lambda number: {
        "bio/deck.toml": text_of(number, '"tag%d", ', "tags = [", "]\n"),
        PAGE: _TABLE,
    },
    "excluded": lambda number: {
        "bio/deck.toml": text_of(number, '"dir%d/**", ', "exclude = [", "]\n"),
        PAGE: _TABLE,
    },
    "codes to ignore": lambda number: {
        "bio/deck.toml": text_of(number, '"BD9%d", ', "ignore = [", "]\n"),
        PAGE: _TABLE,
    },
    "asked headers": lambda number: {
        "bio/deck.toml": text_of(number, '"H%d", ', "ask = [", "]\n"),
        PAGE: _TABLE,
    },
    "comments of settings": with_settings("# note %d\n"),
    "dotted keys": with_settings("a.b%d.c = 1\n"),
    "equal keys": with_settings("deck = 'x'\n"),
    "nested arrays": with_settings("[", "a = "),
    "nested tables": with_settings("{a=", "a = "),
    "strings of lines": with_settings("line %d\n", 'deck = """\n'),
    "quotes": with_settings('"', "deck = "),
    "backslashes": with_settings("\\", 'deck = "'),
    "numbers": with_settings("9", "deck = "),
    "dashes": with_settings("-"),
    "bad lines": with_settings("what %d\n"),
}

FRONT_MATTER: dict[str, Construct] = {
    "keys": with_front_matter("key%d: 1\n"),
    "near keys": with_front_matter("tagz%d: 1\n"),
    "tags": with_front_matter("  - tag%d\n", "tags:\n"),
    "tags in a line": with_front_matter("tag%d, ", "tags: ["),
    "asked headers": with_front_matter("  - H%d\n", "ask:\n"),
    "equal keys": with_front_matter("title: x\n"),
    "comments": with_front_matter("# note %d\n"),
    "anchors": with_front_matter("k%d: &a%d x\n"),
    "nested lists": with_front_matter("[", "k: "),
    "nested maps": with_front_matter("{a: ", "k: "),
    "strings": with_front_matter("  text %d\n", "k: |\n"),
    "dashes in a line": with_front_matter("- ", ""),
    "question marks": with_front_matter("? ", ""),
    "aliases": with_front_matter("*a, ", "k: &a [1, 2]\nm: ["),
    "tabs": with_front_matter("\t", ""),
    "bad lines": with_front_matter("what %d\n"),
    "quotes": with_front_matter('"', "k: "),
    "no end": repeat("key%d: 1\n", "---\n"),
}

# What stands in a web page, or in a text that was copied from one.
WEB = {
    "paragraphs": "<p>text %d</p>",
    "list": "<li>item %d",
    "lists": "<ul><li>item %d</ul>",
    "one term": "<dd>meaning %d",
    "terms": "<dt>term %d<dd>meaning %d",
    "lists of terms": "<ul><li><dl><dt>term %d<dd>meaning %d</dl></ul>",
    "lists in lists": "<ul><li>item %d<ul><li>a<ul><li>b</ul></ul></ul>",
    "list of a text program": '<p class="MsoListParagraph">item %d</p>',
    "marks": "<b>a%d</b> <i>b</i>",
    "comments": "text %d<!-- -->",
    "breaks": "text %d<br>",
    "cells": "<td>cell %d",
    "rows": "<tr><td>a%d<td>b%d",
    "spanned rows": "<tr><td rowspan=3>a%d<td>b<tr><td>c",
    "tables": "<table><tr><td>a%d<td>b%d<tr><td>c%d<td>d%d</table>",
    "headings": "<h2>Part %d</h2>text",
    "folded": "<details><summary>What is %d?</summary>it</details>",
    "quotes": "<blockquote>said %d</blockquote>",
    "code": "<pre>line %d\n</pre>",
    "lines of code": "<pre><div>line %d</div>",
    "navigation": "<nav>link %d</nav>",
    "hidden": "<div hidden>text %d</div>",
    "pictures": "<img src=x alt=a%d>",
    "links": "<a href=x%d>a</a> ",
    "formulas": "<math><mi>x%d</mi></math>",
}
COPIED = {
    "lines": "text %d\n",
    "paragraphs": "text %d\n\n",
    "cells": "a%d\tb%d\tc%d\n",
    "pipes": "| a%d | b%d |\n",
    "commas": "a%d,b%d,c%d\n",
    "lists": "- item %d\n",
    "questions": "What is %d?\nIt is this.\n",
    "glued cells": "Term%dMeaning\n",
    "short lines": "a%d\nb\nc\n\n",
}

CONSTRUCTS: dict[str, Construct] = {
    **FORMS,
    **{f"in cells: {name}": in_cell(unit) for name, unit in MARKS.items()},
    **{f"in a paragraph: {name}": one_long(unit) for name, unit in MARKS.items()},
    **{f"a line each: {name}": repeat(unit + "\n") for name, unit in MARKS.items()},
    **{f"block: {name}": each for name, each in BLOCKS.items()},
    **{f"folder: {name}": each for name, each in FOLDERS.items()},
    **{f"deck.toml: {name}": each for name, each in SETTINGS.items()},
    **{f"front matter: {name}": each for name, each in FRONT_MATTER.items()},
}
