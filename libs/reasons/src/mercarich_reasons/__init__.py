"""Why something happened: a code of a closed catalogue with typed values, stored as JSON.

A service writes `SourceSeen(State.SOLD, StateReason.WON)`, never a sentence. `telling.tell` makes the sentence at the
edge, in the reader's language, from one table of words per language. Add a reason: CONTRIBUTING.
"""
