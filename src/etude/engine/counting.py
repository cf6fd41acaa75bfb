"""Counting the tokens of texts with a model's tokenizer, without loading torch or transformers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from etude.config.study import Model
from etude.engine.base import MODELS, RANDOM, SHIPPED, find_base
from etude.errors import UserError

FILE = "tokenizer.json"  # what the `tokenizers` library reads; SentencePiece models may lack it


def token_counter(model: Model) -> Callable[[list[str]], list[int]]:
    """Texts -> tokens of each, as the model's tokenizer cuts a text that stands alone.

    Special tokens and role markup are not counted: `etude plan` shows prompts as the model gets
    them. Of a hub id only the tokenizer is fetched. Raises `UserError`, as a reason that begins
    in lower case, where it cannot be read without the model's library.
    """
    from tokenizers import Tokenizer

    path = find_tokenizer(model)
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # noqa: BLE001 - the library raises nothing narrower
        raise UserError(f"{path} cannot be read ({error})") from None
    tokenizer.no_truncation()  # what the file asks for in training
    tokenizer.no_padding()

    def count(texts: list[str]) -> list[int]:
        encodings = tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        return [len(encoding) for encoding in encodings]

    return count


def find_tokenizer(model: Model) -> Path:
    """The base's tokenizer.json; `UserError` where there is none."""
    if model.base in RANDOM:
        path = find_base(model.base).folder / FILE
        if not path.exists():
            raise UserError(f"{model.base} is made at its first use (etude plan STUDY makes it)")
        return path
    is_path = model.base.startswith(("/", "./", "../", "~"))
    if not is_path and model.base not in SHIPPED:
        return fetch(model)
    folder = Path(model.base).expanduser() if is_path else MODELS / model.base
    if not folder.is_dir():
        raise UserError(f"there is no folder {folder}")
    if not (folder / FILE).exists():
        raise UserError(f"{folder} holds no {FILE} (etude plan STUDY shows lengths in tokens)")
    return folder / FILE


def fetch(model: Model) -> Path:
    """The tokenizer of a hub id, which is small; its weights are left where they are."""
    from huggingface_hub import hf_hub_download, try_to_load_from_cache
    from huggingface_hub.errors import (
        EntryNotFoundError,
        HFValidationError,
        LocalEntryNotFoundError,
    )

    try:
        kept = try_to_load_from_cache(model.base, FILE, revision=model.revision)
        if isinstance(kept, str):  # a run that asks the hub again would get the same tokenizer
            return Path(kept)
        return Path(hf_hub_download(model.base, FILE, revision=model.revision))
    except HFValidationError:
        raise UserError(f"'{model.base}' is no hub id") from None
    except LocalEntryNotFoundError:
        raise UserError(
            f"{model.base} was not fetched before, and the hub cannot be reached"
        ) from None
    except (EntryNotFoundError, OSError) as error:  # OSError: no access, no such model
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UserError(f"{model.base}'s {FILE} could not be fetched ({reason})") from None
