"""The life of a listing, whoever changes it.

`listing` has the stages and every transition between them; `push` has what the ends of a push do; both are pure.
`stages` asks the database for listings by their stage. `store` locks, reads and saves rows, and is the only writer of
`listings` and `listing_events`. `history` tells what a listing's events make of it. docs/listings.md draws the stages
and transitions.
"""
