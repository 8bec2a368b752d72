"""Backtests: a drawing is replayed on past cases before it is published. Nothing of it reaches the outside.

`recorded` reads what a past run left, `doors` is all that a replayed step may reach, `replay` drives the planner over
both in memory, `figures` makes estimates of many replays: these four know no table. `orders` starts and cancels a
backtest for a person, `choosing` says which cases it takes, `work` carries it on in slices, `stories` reads it back.
"""
