"""What makes a candidate a replacement: a seller's rules, the filters in their order, titles and pictures; and what a
sale earns, by the same fee and costs. No I/O.

The updater decides by it, and the pages show by it what other rules would decide.
"""
