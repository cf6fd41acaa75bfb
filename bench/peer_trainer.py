"""The same by transformers' own `Trainer` with PEFT, written as its guides do.

Of its settings those that suit this work: rows grouped by length, autocast to the number format
that the machine computes fastest, the loss on the completion alone.
"""

from __future__ import annotations

import json
import sys
from tempfile import TemporaryDirectory
from typing import Any

from work import LORA, Clock, Job, by_trainer, read_rows

IGNORED = -100  # a label that the loss leaves out


def main(job: Job) -> None:
    """Train and tell how long it took."""
    clock = Clock(job)
    from datasets import Dataset
    from peft import LoraConfig, get_peft_model
    from transformers import (
        AutoModelForCausalLM,
        AutoTokenizer,
        DataCollatorForSeq2Seq,
        Trainer,
        TrainingArguments,
    )

    tokenizer = AutoTokenizer.from_pretrained(job.model)

    def encode(row: dict[str, str]) -> dict[str, Any]:
        prompt = tokenizer(row["prompt"]).input_ids
        answer = [*tokenizer(row["completion"]).input_ids, tokenizer.eos_token_id]
        return {
            "input_ids": [*prompt, *answer],
            "attention_mask": [1] * (len(prompt) + len(answer)),
            "labels": [IGNORED] * len(prompt) + answer,
        }

    config = LoraConfig(
        r=LORA["r"],
        lora_alpha=LORA["alpha"],
        target_modules=LORA["targets"],
        task_type="CAUSAL_LM",
    )
    network = get_peft_model(AutoModelForCausalLM.from_pretrained(job.model), config)
    with TemporaryDirectory() as folder:
        trainer = Trainer(
            model=network,
            args=TrainingArguments(
                output_dir=folder,
                num_train_epochs=job.epochs,
                per_device_train_batch_size=job.batch_size,
                learning_rate=LORA["learning_rate"],
                train_sampling_strategy="group_by_length",
                bf16=job.precision == "bf16",
                report_to=[],
                save_strategy="no",
                use_cpu=job.device == "cpu",
                disable_tqdm=True,
            ),
            train_dataset=Dataset.from_list([encode(row) for row in read_rows(job.rows)]),
            data_collator=DataCollatorForSeq2Seq(tokenizer, label_pad_token_id=IGNORED),
            callbacks=[by_trainer(clock)],
        )
        trainer.train()
    said = f"Trainer with PEFT, {job.precision}, batches of {job.batch_size} grouped by length"
    print(json.dumps(clock.told(settings=said)))


if __name__ == "__main__":
    main(Job.from_json(sys.argv[1]))
