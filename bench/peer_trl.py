"""The same by TRL's SFTTrainer: `default` as it comes, `tuned` with the settings that suit it.

`tuned` for this work: packing, no activation checkpointing, the number format that the machine
computes fastest; on a GPU also Liger's kernels and FlashAttention where they are installed.
"""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from tempfile import TemporaryDirectory
from typing import Any

from work import LORA, Clock, Job, by_trainer, read_rows


def main(job: Job) -> None:
    """Train and tell how long it took."""
    clock = Clock(job)
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from trl import SFTConfig, SFTTrainer

    rows = read_rows(job.rows)
    tokenizer = AutoTokenizer.from_pretrained(job.model)
    tuned = job.variant == "tuned"
    liger = tuned and job.device == "cuda" and find_spec("liger_kernel") is not None
    flash = tuned and job.device == "cuda" and find_spec("flash_attn") is not None
    settings: dict[str, Any] = {}
    size = job.batch_size
    said = "as it comes (bf16, activation checkpointing)"
    if tuned:
        size = packed_size(job, rows)
        compute = "bf16" if job.precision in ("bf16", "nf4") else "fp32"
        settings = {
            "packing": True,
            "gradient_checkpointing": False,
            "bf16": compute == "bf16",
            "max_length": job.max_tokens,
            "use_liger_kernel": liger,
        }
        said = f"packing to {job.max_tokens}, no activation checkpointing, {compute}"
        said += ", Liger" * liger + ", FlashAttention" * flash
    with TemporaryDirectory() as folder:
        config = SFTConfig(
            output_dir=folder,
            num_train_epochs=job.epochs,
            per_device_train_batch_size=size,
            learning_rate=LORA["learning_rate"],
            report_to=[],
            save_strategy="no",
            use_cpu=job.device == "cpu",
            disable_tqdm=True,
            **settings,
        )
        trainer = SFTTrainer(
            model=AutoModelForCausalLM.from_pretrained(job.model, **loading(job, flash=flash)),
            args=config,
            train_dataset=Dataset.from_list(rows),
            processing_class=tokenizer,
            peft_config=LoraConfig(
                r=LORA["r"],
                lora_alpha=LORA["alpha"],
                target_modules=LORA["targets"],
                task_type="CAUSAL_LM",
            ),
            callbacks=[by_trainer(clock)],
        )
        trainer.train()
    print(json.dumps(clock.told(settings=f"SFTTrainer, {said}, batches of {size}")))


def packed_size(job: Job, rows: list[dict[str, str]]) -> int:
    """Packed sequences that hold about as many tokens as a batch of examples."""
    words = sum(len(f"{row['prompt']}{row['completion']}".split()) for row in rows) / len(rows)
    return max(1, round(job.batch_size * words / job.max_tokens))


def loading(job: Job, *, flash: bool) -> dict[str, Any]:
    """How the model is loaded: as it comes on a processor, for a GPU as TRL's own guides do."""
    import torch

    given: dict[str, Any] = {}
    if job.device == "cuda" or job.precision == "nf4":
        given = {"dtype": torch.bfloat16, "device_map": {"": job.device}}
    if job.precision == "nf4":
        from transformers import BitsAndBytesConfig

        given["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch.bfloat16,
        )
    if flash:
        given["attn_implementation"] = "flash_attention_2"
    return given


if __name__ == "__main__":
    main(Job.from_json(sys.argv[1]))
