"""Expressions: the small, safe language (CEL) in which a drawing says what it reads, compares and passes on.

This package is the only door to the language; the library behind it is named nowhere else. Reading order: `language`
(text → program), `rules` (what is allowed), `references`, `rewriting` (CEL without its sharp edges), `evaluation`.
"""

from runtime.core.expressions.evaluation import evaluate, is_costly, narrow, references
from runtime.core.expressions.field import Expr
from runtime.core.expressions.references import Part, Reference
from runtime.core.expressions.values import Code, Json, Unknown

__all__ = ["Code", "Expr", "Json", "Part", "Reference", "Unknown", "evaluate", "is_costly", "narrow", "references"]
