"""Text in, label and confidence out; a classifier never sees a case.

model       Suggestion, Reading and the Classifier protocol
catalogue   the topics a city knows, and what the labels of the training data mean in them
tokens      Chinese text -> words: normalise, jieba, stop words
keywords    the first day's classifier: words of the catalogue, no model file
urgency     words that make a complaint urgent, with the reason
wishes      what the citizen wants: 咨询, 求助, 投诉, 举报, 建议, 表扬
places      Chinese text -> place names and the district they lie in
features    words -> hashed vectors
linear      a fitted model as plain arrays: scores, calibrated probabilities, telling words
reader      the parts put together: one text in, one Reading out
train       labelled rows -> fitted, calibrated arrays; scores: what the fit reaches unseen
evaluate    macro-F1, per-label table, coverage at a threshold
registry    model folders with a manifest: list, choose, load, roll back
"""
