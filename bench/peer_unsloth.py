"""The same by Unsloth, as its own notebooks do it; for a GPU, which it needs."""

from __future__ import annotations

import json
import sys
from importlib import metadata
from tempfile import TemporaryDirectory

from work import LORA, Clock, Job, by_trainer, read_rows


def main(job: Job) -> None:
    """Train and tell how long it took."""
    clock = Clock(job)
    from unsloth import FastLanguageModel  # first: it changes the libraries below

    # isort: split
    from datasets import Dataset
    from trl import SFTConfig, SFTTrainer

    network, tokenizer = FastLanguageModel.from_pretrained(
        job.model, max_seq_length=job.max_tokens, load_in_4bit=job.precision == "nf4"
    )
    parts = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
    network = FastLanguageModel.get_peft_model(
        network,
        r=LORA["r"],
        lora_alpha=LORA["alpha"],
        target_modules=list(parts),
        use_gradient_checkpointing="unsloth",
    )
    with TemporaryDirectory() as folder:
        trainer = SFTTrainer(
            model=network,
            args=SFTConfig(
                output_dir=folder,
                num_train_epochs=job.epochs,
                per_device_train_batch_size=job.batch_size,
                learning_rate=LORA["learning_rate"],
                max_length=job.max_tokens,
                report_to=[],
                save_strategy="no",
                disable_tqdm=True,
            ),
            train_dataset=Dataset.from_list(read_rows(job.rows)),
            processing_class=tokenizer,
            callbacks=[by_trainer(clock)],
        )
        trainer.train()
    known = ("unsloth", "unsloth_zoo", "transformers", "trl", "torch")
    told = {
        "settings": f"Unsloth with its own checkpointing, batches of {job.batch_size}",
        "versions": {name: metadata.version(name) for name in known},
    }
    print(json.dumps(clock.told(**told)))


if __name__ == "__main__":
    main(Job.from_json(sys.argv[1]))
