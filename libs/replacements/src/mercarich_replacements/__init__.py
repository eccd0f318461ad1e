"""What makes a candidate a replacement: a seller's rules, the filters in their order, titles and pictures. No I/O.

The updater decides by it, and the pages show by it what other rules would decide.
"""
