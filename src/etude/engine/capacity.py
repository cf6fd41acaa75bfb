"""How many prompts are answered at once: as many as the memory holds, up to where it pays."""

from __future__ import annotations

import torch

from etude.config.study import Generation
from etude.engine import processes
from etude.engine.batching import Rows
from etude.engine.cache import blocks
from etude.engine.library import stepwise_reason
from etude.engine.load import Loaded
from etude.engine.reading import read_prompts
from etude.engine.sharing import can_share
from etude.memory import available_bytes

SHARE = 0.25  # of the memory that is free, for caches and logits
MOST = {"cpu": 128, "cuda": 256}  # more rows at once are hardly faster (docs/design/generation.md)
UNMEASURED = 32  # rows where the model keeps no cache of ours to be measured


def rows_at_once(loaded: Loaded, generation: Generation) -> int | Rows:
    """`generation.batch_size`, or what memory allows where it is `auto`."""
    if generation.batch_size != "auto":
        return generation.batch_size
    if stepwise_reason(loaded) is not None:
        return UNMEASURED
    on_cpu = loaded.device.type == "cpu"
    limit = (
        generation.memory_mb * 1e6
        if generation.memory_mb is not None
        else SHARE * free_bytes(loaded.device) / (processes.here() if on_cpu else 1)
    )
    token = bytes_per_token(loaded)
    logits = bytes_of_logits(loaded, generation)
    most = MOST[loaded.device.type]

    def rows(longest: int, known: int) -> int:
        room = generation.max_tokens
        apart = not loaded.speaker.encoder_decoder and can_share(loaded.model, longest + room)
        own = longest - known if apart else longest
        # Twice the prompt's: rows are copied where references and labels are scored.
        needed = token * (2 * own + room) + logits
        return max(1, min(most, int((limit - token * known) / needed)))

    return rows


def bytes_per_token(loaded: Loaded) -> int:
    """Bytes that keys and values of one token take, measured on one that is read."""
    reading = read_prompts(loaded, [[loaded.speaker.end_id]], 1)
    each = sum(
        part.shape[1] * part.shape[3] * part.element_size()
        for layer in blocks(reading.cache)
        for part in (layer.keys, layer.values)
    )
    if reading.encoded is None:
        return each
    hidden = reading.encoded[0]
    return each + hidden.shape[2] * hidden.element_size()  # the decoder's view of a prompt token


def bytes_of_logits(loaded: Loaded, generation: Generation) -> int:
    """Bytes of one row's logits and of what is computed from them at each step."""
    vocabulary: int = loaded.model.config.get_text_config(decoder=True).vocab_size
    copies = 3 * 4 if generation.temperature == 0 else 3 * 4 + 6 * 8
    return vocabulary * copies


def free_bytes(device: torch.device) -> int:
    """Memory that is free: of the GPU, or of the machine or its container, in bytes."""
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        return int(free)
    return available_bytes()
