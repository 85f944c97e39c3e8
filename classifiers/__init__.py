"""Text in, label and confidence out; a classifier never sees a case.

model       Suggestion, Reading and the Classifier protocol
catalogue   the topics a city knows, and what the labels of the training data mean in them
tokens      Chinese text -> words: normalise, jieba, the city's names, stop words
cutting     jieba's cut in half the time, letter for letter
features    words and letters -> hashed vectors
linear      fitted models as plain arrays: scores, calibrated probabilities, telling words
keywords    the first day's classifier: words of the catalogue, no model file
finding     field, matter and words put together: which topic of the catalogue
urgency     words that make a complaint urgent or sensitive, with the reason
wishes      what the citizen wants: 咨询, 求助, 投诉, 举报, 建议, 表扬
places      Chinese text -> place names and the district they lie in
reader      the parts put together: one text in, one Reading out
rows        labelled rows and corrections as they are read; copies that must not part
fitting     the linear fits themselves; scores: what a model reaches, thresholds, calibration
readings    labels given by reading, to learn from; gold: the readings that measure, alone
train       labelled rows -> topics; matters, offices, wishing: the rest; making: a model folder
evaluate    figures on labelled rows at the shipped thresholds
registry    model folders with a manifest: list, choose, shadow, load, roll back
gate        a worse model is told so; storing: arrays and back
"""
