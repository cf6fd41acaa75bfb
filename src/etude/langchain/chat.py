"""A model that is loaded in this process as LangChain's chat model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.globals import get_llm_cache
from langchain_core.language_models import LanguageModelInput
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import run_in_executor
from pydantic import Field, PrivateAttr

from etude.config.study import Generation
from etude.engine.batching import Asked
from etude.engine.context import EncodedPrompt
from etude.engine.generate import Answer, generate, generate_all
from etude.engine.streaming import stream
from etude.errors import UserError
from etude.records import Example, Message, Role

ROLES: dict[str, Role] = {"system": "system", "human": "user", "ai": "assistant"}
Known = dict[tuple[int, ...], Answer]
KNOWN: ContextVar[Known | None] = ContextVar("answers to a batch", default=None)


@dataclass(frozen=True, slots=True)
class Put:
    """A chat as it is put to a model, and what is told with its answer (from the answer's text)."""

    prompt: EncodedPrompt
    told: Callable[[str], Mapping[str, Any]] = field(default=lambda _: {})


class EtudeChat(BaseChatModel):
    """Writes answers as studies do: the same markup, the same stops, the same cuts.

    A prompt that is longer than the context window is cut in its middle, and
    `response_metadata["truncated_tokens"]` says by how much. Answers stream token by token;
    `batch` and `abatch` answer as many questions at once as the memory holds.
    """

    loaded: Any  # engine.load.Loaded, whose fields pydantic need not check
    generation: Generation
    put: Any  # a function from turns (and columns) to a Put
    name_of_model: str = "etude"
    identity: dict[str, Any] = Field(default_factory=dict)  # what else tells its answers apart
    _alone: Lock = PrivateAttr(default_factory=Lock)

    @property
    def _llm_type(self) -> str:
        return "etude"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        settings = self.generation.model_dump(mode="json")
        return {"model": self.name_of_model, **self.identity, **settings}

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        del run_manager  # an answer is there whole or not at all
        with self._alone:
            put = self._put(messages, kwargs)
            answer = (KNOWN.get() or {}).get(put.prompt.ids)
            if answer is None:
                (answer,) = generate(self.loaded, [put.prompt.ids], self.generation, stop or ())
        message = AIMessage(answer.text, **self._told(put, answer))
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        with self._alone:
            put = self._put(messages, kwargs)
        pieces = stream(self.loaded, put.prompt.ids, self.generation, stop or ())
        while True:
            with self._alone:  # for one step, so that a stream that waits keeps nobody waiting
                piece = next(pieces, None)
            if piece is None:
                return
            last: dict[str, Any] = {}
            if piece.answer is not None:
                last = {**self._told(put, piece.answer), "chunk_position": "last"}
            chunk = ChatGenerationChunk(message=AIMessageChunk(content=piece.text, **last))
            if run_manager is not None:
                run_manager.on_llm_new_token(piece.text, chunk=chunk)
            yield chunk

    def _put(self, messages: Sequence[BaseMessage], kwargs: Mapping[str, Any]) -> Put:
        """A chat as the model gets it. UserError for what it cannot take."""
        if unknown := sorted(kwargs.keys() - {"columns"}):
            raise UserError(
                f"{', '.join(unknown)} cannot be set for one answer: set max_tokens and "
                "temperature where the model is made."
            )
        put: Put = self.put(turns(messages), kwargs.get("columns"))
        return put

    def _told(self, put: Put, answer: Answer) -> dict[str, Any]:
        """What a message says beside its text."""
        read, written = len(put.prompt.ids), answer.tokens
        return {
            "response_metadata": {
                "model_name": self.name_of_model,
                "finish_reason": answer.finish,
                "truncated_tokens": put.prompt.truncated_tokens,
                **put.told(answer.text),
            },
            "usage_metadata": UsageMetadata(
                input_tokens=read, output_tokens=written, total_tokens=read + written
            ),
        }

    # Several at once: they are answered together first, and `_generate` finds its answer there, so
    # that each keeps its own callbacks, tags and errors.

    def batch(
        self,
        inputs: list[LanguageModelInput],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[AIMessage]:
        token = KNOWN.set(self._together(inputs, kwargs))
        try:
            return super().batch(inputs, config, return_exceptions=return_exceptions, **kwargs)
        finally:
            KNOWN.reset(token)

    async def abatch(
        self,
        inputs: list[LanguageModelInput],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[AIMessage]:
        token = KNOWN.set(await run_in_executor(None, self._together, inputs, kwargs))
        try:
            return await super().abatch(
                inputs, config, return_exceptions=return_exceptions, **kwargs
            )
        finally:
            KNOWN.reset(token)

    def _together(
        self, inputs: Sequence[LanguageModelInput], kwargs: Mapping[str, Any]
    ) -> Known | None:
        """The answers to several chats by their prompts; None where there is nothing to gain.

        What cannot be put to the model is left out: it is refused where its turn comes.
        """
        if len(inputs) < 2 or self.cache or get_llm_cache() is not None:
            return None
        stops = kwargs.get("stop") or ()
        given = {name: value for name, value in kwargs.items() if name != "stop"}
        prompts: dict[tuple[int, ...], EncodedPrompt] = {}
        with self._alone:
            for item in inputs:
                try:
                    put = self._put(self._convert_input(item).to_messages(), given)
                except (UserError, ValueError):
                    continue
                prompts[put.prompt.ids] = put.prompt
            asked = [Asked(numbered(place), one) for place, one in enumerate(prompts.values())]
            found = generate_all(self.loaded, asked, self.generation, stops)
        return {item.prompt.ids: found[item.example.id] for item in asked}


def turns(messages: Sequence[BaseMessage]) -> tuple[Message, ...]:
    """LangChain's messages as turns."""
    made = []
    for message in messages:
        if message.type not in ROLES:
            raise UserError(
                f"A message of the type '{message.type}' cannot be put to this model, which knows "
                f"{', '.join(ROLES)}: leave it out of the chain."
            )
        made.append(Message(ROLES[message.type], str(message.text)))
    return tuple(made)


def numbered(number: int) -> Example:
    """An example that stands for a prompt among others."""
    return Example(str(number), "chat", (), ("",))
