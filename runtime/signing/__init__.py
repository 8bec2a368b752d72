"""Signatures of the Standard Webhooks specification: of what is called back, and of what calls in.

`signatures` is pure (sign, check); `keys` keeps keys encrypted, two of them valid while one is changed; `callbacks`
sends what a run's caller asked to be told.
"""
