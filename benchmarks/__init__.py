"""Measurements of the running product against bounds of the machine: `python -m benchmarks`, see `docs/performance.md`.

Every figure is a ratio within one run: our side and the reference alternate in each round, and a figure is the median
over the rounds with its interquartile range. Nothing here is part of the product; no package of it may import this one.
"""
