"""A model that is loaded in this process as LangChain's chat model."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import PrivateAttr

from etude.approaches.build import prompt_room
from etude.config.study import Generation, Prompt
from etude.engine.encode import Context, encode_prompt
from etude.engine.generate import generate
from etude.errors import UserError
from etude.records import Example, Message, Role

ROLES: dict[str, Role] = {"system": "system", "human": "user", "ai": "assistant"}


class EtudeChat(BaseChatModel):
    """Writes answers as studies do: the same markup, the same stops, the same cuts.

    A prompt that is longer than the context window is cut in its middle, and
    `response_metadata["truncated_tokens"]` says by how much. An answer streams in one piece.
    """

    loaded: Any  # engine.load.Loaded, whose fields pydantic need not check
    generation: Generation
    system: str | None = None
    name_of_model: str = "etude"
    _alone: Lock = PrivateAttr(default_factory=Lock)

    @property
    def _llm_type(self) -> str:
        return "etude"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": self.name_of_model, **self.generation.model_dump(mode="json")}

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        del run_manager  # an answer is there whole or not at all
        if kwargs:
            raise UserError(
                f"{', '.join(kwargs)} cannot be set for one answer: set max_tokens and temperature "
                "where the model is made."
            )
        example = Example("chat", "chat", turns(messages, self.system), ("",))
        speaker = self.loaded.speaker
        room = prompt_room(speaker, self.generation.max_tokens)
        prompt = encode_prompt(speaker, example, Context(Prompt(), None, no_shots), room)
        with self._alone:
            (answer,) = generate(self.loaded, [prompt.ids], self.generation)
        text = before(answer.text, stop or ())
        told = {
            "model_name": self.name_of_model,
            "finish_reason": "stop" if text != answer.text else answer.finish,
            "truncated_tokens": prompt.truncated_tokens,
        }
        read, written = len(prompt.ids), answer.tokens
        usage = UsageMetadata(input_tokens=read, output_tokens=written, total_tokens=read + written)
        message = AIMessage(text, response_metadata=told, usage_metadata=usage)
        return ChatResult(generations=[ChatGeneration(message=message)])


def turns(messages: Sequence[BaseMessage], system: str | None) -> tuple[Message, ...]:
    """LangChain's messages as turns; `system` opens a chat that has no system message."""
    made = []
    for message in messages:
        if message.type not in ROLES:
            raise UserError(
                f"A message of the type '{message.type}' cannot be put to this model, which knows "
                f"{', '.join(ROLES)}: leave it out of the chain."
            )
        made.append(Message(ROLES[message.type], str(message.text)))
    if system and not any(turn.role == "system" for turn in made):
        made.insert(0, Message("system", system))
    return tuple(made)


def no_shots(example: Example) -> tuple[Example, ...]:
    """Worked examples are the chain's own affair."""
    del example
    return ()


def before(text: str, stops: Sequence[str]) -> str:
    """A text up to where the first of some stops begins."""
    places = [place for stop in stops if (place := text.find(stop)) >= 0]
    return text[: min(places)].rstrip() if places else text
