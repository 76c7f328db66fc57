"""Questions with lettered options, ``A)`` to ``J)``, and an answer that stands elsewhere.

A page's blocks become lines (`lines`), in which options are found (`options`), keys of answers
(`keys`), and what says which option is right (`answers`, by the words of many languages in
`words`); `questions` puts them together. A quiz note is made of them as of any other quiz.
"""
