"""The gold set: labels given by reading, without the texts; how they were chosen, how they agree.

`guideline.md` says what the labels mean; `random.csv` and `urgent.csv` hold the first reading,
`second.csv` the second reading of the rows in `second_ids.csv`. Nobody's words are kept: a row is
found again in the messages by its id and the hash of its text.
"""
