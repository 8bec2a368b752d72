"""Expressions as fields of a configuration: the type that node kinds write in their `Params`.

Called by pydantic when a drawing is read, and by whoever wants a text checked. It computes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

from runtime.core.expressions.language import MAX_LENGTH, program
from runtime.core.expressions.values import Unknown

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema


class Expr(str):
    """A text that is an expression. Making one from any other text is a ValueError with a sentence for the designer."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Checks the text."""
        found = program(text)
        if isinstance(found, Unknown):
            raise ValueError(found.reason)
        return super().__new__(cls, text)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """Only a string will do: a bare 3 could mean the number or the text."""
        return text_schema(cls, 'Write "\'text\'" for a text, "3" for a number: an expression is a string.')

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """What forms and other tools need to know."""
        return {"type": "string", "format": "cel", "minLength": 1, "maxLength": MAX_LENGTH}


def text_schema(make: Callable[[str], str], not_text: str) -> CoreSchema:
    """A pydantic schema for a string that `make` checks; its ValueError is shown to the designer word for word."""
    # The caged worker imports this package too, and starts twice as fast without pydantic.
    from pydantic_core import PydanticCustomError, core_schema

    def validate(value: Any) -> str:
        if not isinstance(value, str):
            raise PydanticCustomError("expression_type", "{reason}", {"reason": not_text})
        try:
            return make(value)
        except ValueError as error:
            raise PydanticCustomError("expression", "{reason}", {"reason": str(error)}) from None

    return core_schema.no_info_plain_validator_function(
        validate, serialization=core_schema.plain_serializer_function_ser_schema(str)
    )
