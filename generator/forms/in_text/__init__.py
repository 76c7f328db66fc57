"""Questions and answers in text, whatever tells them.

A paragraph or list is cut at its marks (`marks`) into questions with their answers (`pairs`), which
may go on in the blocks `below`; `asking` are questions without marks. The notes are made of them by
`question_answer`, the form.
"""
