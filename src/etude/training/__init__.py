"""Fine-tuning: what is supervised, which parameters learn, and the run itself."""
