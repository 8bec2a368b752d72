"""A connection to a model as plain values, and what is known beforehand of the usual providers.

Made by the settings from their rows (secrets already opened), passed to `Models.ask`. It opens nothing itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

type Provider = Literal["openai", "anthropic", "azure", "ollama", "vllm", "llamacpp", "custom", "embedded", "scripted"]
type Structure = Literal["schema", "object", "none"]


@dataclass(frozen=True, slots=True)
class Preset:
    """What a provider offers. What turns out otherwise at the first call is remembered for the connection.

    `structure`: how an answer's form can be demanded (by schema, as any object, or only by asking for it).
    """

    title: str
    base_url: str = ""
    structure: Structure = "schema"
    logprobs: bool = True
    max_tokens: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    key_header: str = ""


PRESETS: Mapping[Provider, Preset] = MappingProxyType(
    {
        "openai": Preset("OpenAI", "https://api.openai.com/v1", max_tokens="max_completion_tokens"),
        "anthropic": Preset("Anthropic", "https://api.anthropic.com/v1", structure="none", logprobs=False),
        "azure": Preset("Azure OpenAI", max_tokens="max_completion_tokens", key_header="api-key"),
        "ollama": Preset("Ollama", "http://127.0.0.1:11434/v1"),
        "vllm": Preset("vLLM", "http://127.0.0.1:8000/v1"),
        "llamacpp": Preset("llama.cpp", "http://127.0.0.1:8080/v1"),
        "custom": Preset("Any other OpenAI-compatible endpoint"),
        "embedded": Preset("The embedded classifier"),
        "scripted": Preset("Scripted answers (tests only)"),
    }
)


@dataclass(frozen=True, slots=True)
class Connection:
    """Where to ask, as whom, and how much.

    Limits that are None do not apply; they hold for this process. `price_in` and `price_out` are for 1,000 tokens, in
    the currency of `budget_per_day`. `allow_private`: the endpoint may have a private address (the administrator
    decides). `script` is the JSONL file of a scripted connection.
    """

    name: str
    provider: Provider = "custom"
    base_url: str = ""
    api_key: str = field(default="", repr=False)
    model: str = ""
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    budget_per_day: float | None = None
    price_in: float = 0.0
    price_out: float = 0.0
    allow_private: bool = False
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    script: str = ""

    @property
    def preset(self) -> Preset:
        """What is known of the provider."""
        return PRESETS[self.provider]

    @property
    def url(self) -> str:
        """The base address of the endpoint; empty where none is set and the provider has no usual one."""
        return self.base_url or self.preset.base_url

    def cost(self, input_tokens: int, output_tokens: int) -> float:
        """What these tokens cost."""
        return (input_tokens * self.price_in + output_tokens * self.price_out) / 1000
