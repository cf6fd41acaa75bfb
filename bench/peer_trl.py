"""The same by TRL's SFTTrainer: `default` as it comes, `tuned` with the settings that suit it.

`tuned` for this work: packing, no activation checkpointing, and the number format that the
machine computes fastest.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from etude.memory import peak_megabytes
from work import BATCH, LORA, read_rows


def main(model: str, rows: str, variant: str, precision: str) -> None:
    """Train one epoch and tell how long it took."""
    begun = time.perf_counter()
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from trl import SFTConfig, SFTTrainer

    settings: dict[str, Any] = {}
    if variant == "tuned":
        settings = {
            "packing": True,
            "gradient_checkpointing": False,
            "bf16": precision == "bf16",
            "max_length": 512,
        }
    with TemporaryDirectory() as folder:
        config = SFTConfig(
            output_dir=folder,
            num_train_epochs=1,
            per_device_train_batch_size=BATCH if variant == "default" else 2,
            learning_rate=LORA["learning_rate"],
            report_to=[],
            save_strategy="no",
            use_cpu=True,
            disable_tqdm=True,
            **settings,
        )
        trainer = SFTTrainer(
            model=AutoModelForCausalLM.from_pretrained(model),
            args=config,
            train_dataset=Dataset.from_list(read_rows(Path(rows))),
            processing_class=AutoTokenizer.from_pretrained(model),
            peft_config=LoraConfig(
                r=LORA["r"],
                lora_alpha=LORA["alpha"],
                target_modules=LORA["targets"],
                task_type="CAUSAL_LM",
            ),
        )
        started = time.perf_counter()
        trainer.train()
        ended = time.perf_counter()
    print(
        json.dumps(
            {
                "train_seconds": ended - started,
                "whole_seconds": ended - begun,
                "peak_mb": peak_megabytes()["host"],
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
