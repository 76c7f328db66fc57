"""Words: when one text gives a word of another away, in the languages that notes come in."""

from __future__ import annotations

import plain_words
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from generator.core.likeness import bare
from generator.notes import words
from generator.notes.words import longest_harmless, repeated, word_stems


def gives_away(candidate: str, *secrets: str) -> bool:
    return longest_harmless([candidate], secrets) != candidate


def test_the_first_harmless_candidate_is_taken() -> None:
    candidates = ["Cells › Power plants", "Cells", "Biology"]
    assert longest_harmless(candidates, ["ribosome"]) == "Cells › Power plants"
    assert longest_harmless(candidates, ["power supply"]) == "Cells"
    assert longest_harmless(candidates, ["blood cell"]) == "Biology"
    assert longest_harmless(candidates, ["blood cell", "marine biology"]) == ""
    assert longest_harmless([], ["ribosome"]) == ""


def test_without_secrets_nothing_is_given_away() -> None:
    assert longest_harmless(["Cells"], []) == "Cells"
    assert longest_harmless(["Cells"], [""]) == "Cells"


@pytest.mark.parametrize(
    ("candidate", "secret"),
    [
        ("Batch jobs", "batch"),
        ("BATCH JOBS", "Batch"),
        ("Batches", "batch"),
        ("A batch", "batches"),
        ("Reading the logs", "log"),
        ("Public APIs", "API"),
        ("Policies", "policy"),
        ("Writing queries", "query"),
        ("Caches", "cache"),
        ("Caching", "cache"),
        ("What serving means", "it serves models"),
        ("Deployments", "deploy"),
        ("Deploy", "deployment"),
        ("Predicting", "prediction"),
        ("Scaling out", "scale to zero"),
        ("Genetics", "gene"),
        ("Spark basics", "`spark_udf`"),
        ("SQL queries", "ai_query"),
        ("Real-time answers", "real time"),
        ("Endpoints", "an endpoint’s address"),
        ("2024 in numbers", "in 2024"),
        ("Vitamin A", "vitamin A"),
        ("Prepositions: in", "in"),
    ],
)
def test_a_word_in_any_form_gives_the_answer_away(candidate: str, secret: str) -> None:
    assert gives_away(candidate, secret)


@pytest.mark.parametrize(
    ("candidate", "secret"),
    [
        ("Where to go", "goal"),
        ("The art of it", "article"),
        ("Contrast", "contract"),
        ("Comparing", "compute"),
        ("Static", "station"),
        ("The model of the world", "the best of all"),
        ("What you must know", "inputs must match"),
        ("How it is done", "it is cached"),
        ("A student’s guide", "the endpoint’s schema"),
        ("In the lab", "in vitro"),
        ("Choose a letter", "Plan A"),
        ("Gates and wires", "logical AND"),
        ("", "batch"),
    ],
)
def test_other_words_and_function_words_give_nothing_away(candidate: str, secret: str) -> None:
    assert not gives_away(candidate, secret)


@pytest.mark.parametrize(
    ("candidate", "secret", "expected"),
    [
        # German, Spanish, French, Italian: inflection, accents, elisions.
        ("Bäume", "Baum", True),
        ("Werkzeuge für Daten", "für alle", False),
        ("Die Teile der Zelle", "der Kern", False),
        ("Migraciones", "la migración", True),
        ("El agua y la tierra", "la sal", False),
        ("L’inférence", "inférences", True),
        ("L’eau", "l’air", False),
        ("I modelli", "un modello", True),
        ("Dell’acqua", "dell’aria", False),
        # Accents are often left out of capitals.
        ("ETATS", "états", True),
        ("Cafe\u0301", "caf\u00e9", True),
        # Cyrillic and Greek.
        ("Модели", "модель", True),
        ("Данные на диске", "сна", False),
        ("Зона", "он", False),
        ("Τα μοντέλα", "μοντέλο", True),
        ("Прогулка", "программа", False),
        # Chinese and Japanese write no spaces: two characters that stand together are a word.
        ("推理模式", "批量推理", True),
        ("水的性质", "水", True),
        ("数据管道", "批量推理", False),
        ("モデルの公開", "モデル", True),
        ("機械学習モデル", "学習", True),
        ("書くこと", "聞くこと", False),
        ("ﾓﾃﾞﾙ", "モデル", True),
        # Thai: a phrase is one run, in which the word stands somewhere.
        ("ระบบฐานข้อมูล", "ข้อมูล", True),
        # Arabic: the article and short prepositions are written onto the word, vowels are left out.
        ("النموذج الأول", "نموذج", True),
        ("بالنموذج", "النموذج", True),
        ("كِتاب", "كتاب", True),
        ("مدخل إلى الشبكات", "إلى البيت", False),
        ("الشبكات", "نموذج", False),
        ("الحبوب", "حب", False),
        # Hindi: vowel signs are marks, a word is not cut at them.
        ("हिन्दी की किताब", "किताब", True),
        ("दिन", "नदी", False),
    ],
)
def test_languages(candidate: str, secret: str, expected: bool) -> None:
    assert gives_away(candidate, secret) is expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Batch", "batch."),
        ("“batch”", "batch"),
        ("a batch job", "the batch jobs"),
        ("the policies", "a policy"),
        ("a cache", "caches"),
        ("boxes", "box"),
        ("classes", "class"),
        ("résumé", "RESUME"),
        ("Ｆｕｌｌ", "full"),
        ("endpoint’s", "endpoint"),
    ],
)
def test_texts_that_a_reader_takes_for_the_same_have_the_same_words(one: str, other: str) -> None:
    assert word_stems(one) == word_stems(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("batch", "batch inference"),
        ("批量", "批量推理"),
        ("pandas", "batch inference in pandas"),
        ("hepatitis", "hepatitis A"),
    ],
)
def test_a_part_of_an_answer_has_a_part_of_its_words(one: str, other: str) -> None:
    assert word_stems(one) < word_stems(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("vitamin A", "vitamin E"),
        ("logical AND", "logical OR"),
        ("+", "-"),
        ("<=", ">="),
        ("before it", "after it"),
        ("in", "on"),
        ("10²", "10³"),
        ("批量推理", "流式推理"),
    ],
)
def test_texts_that_a_reader_tells_apart_have_words_of_their_own(one: str, other: str) -> None:
    first, second = word_stems(one), word_stems(other)
    assert first - second
    assert second - first


def test_function_words_count_where_no_other_is_left() -> None:
    assert word_stems("to be or not to be") == {"not"}
    assert word_stems("it is") == {"it", "is"}
    assert word_stems("") == frozenset()


@settings(deadline=None)
@given(st.text(max_size=30), st.text(max_size=30))
def test_a_text_gives_itself_away_and_a_harmless_one_has_not_all_of_it(
    one: str, other: str
) -> None:
    if word_stems(one):
        assert gives_away(one, one)
    if other and not gives_away(other, one):
        assert not word_stems(one) or not word_stems(one) <= word_stems(other)


def test_one_word_of_a_long_answer_gives_nothing_away() -> None:
    assert gives_away("Read command", "reads a line")
    assert not gives_away("Read command", "reads one line into the variables named")
    assert longest_harmless(["Batch jobs"], ["a batch of rows"], shown="batch or stream") != ""
    # Of two answers each counts by itself.
    assert gives_away("Read command", "takes a name and a value for it", "reads")


WORDS = st.sampled_from(
    """
    batch Batches policy policies cache caching deploy deployment prediction predicting in In A a OR
    and the it's endpoint's endpoint’s l'eau dell’acqua L’eau gene genetics ies y axis axes class es
    go goal états ETATS Café café Bäume Baum straße STRASSE ﬁnd find İstanbul ſet модель Модели
    модел он и Зона μοντέλα 推理 批量推理 推 水的性质 水 モデル モデルの公開 ﾓﾃﾞﾙ 書く
    か ระบบฐานข้อมูล ข้อมูล النموذج نموذج في حب كِتاب كتاب हिन्दी किताब דבר הדבר 2024 10²
    vitamin snake_case co-op AND-gate fly flies city cities Zelle Pflanzenzelle upstream lens uses
    “batch” A–Z policy→cache … 5° isn’t
    + <= … › - . ' ’ _ \u0301 \u3005 \U00020000
    """.split()
)
TEXTS = st.lists(
    st.tuples(WORDS | st.text(max_size=4), st.sampled_from([" ", " ", "", "-", "'", "’", " › "])),
    max_size=7,
).map(lambda pairs: "".join(word + between for word, between in pairs))


@settings(deadline=None, max_examples=600)
@given(st.lists(TEXTS, max_size=3), st.lists(TEXTS, max_size=2), st.just("") | TEXTS)
@example([], ["it's Ꭰ "], "")  # a script whose letters are capitals without case
def test_no_short_cut_changes_what_is_found(
    candidates: list[str], secrets: list[str], shown: str
) -> None:
    found = longest_harmless(candidates, secrets, shown)
    assert found == plain_words.longest_harmless(candidates, secrets, shown)
    for text in (*candidates, *secrets):
        assert word_stems(text) == plain_words.word_stems(text)
    for secret in map(word_stems, secrets):
        assert repeated(shown, secret) == plain_words.repeated(shown, secret)


def test_a_sign_that_is_taken_for_a_blank_has_no_letters() -> None:
    assert not words._WORD.findall(bare(words._SIGNS.pattern))
