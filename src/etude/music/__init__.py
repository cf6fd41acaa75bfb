"""Music: exact theory, what it is called in two languages, and questions with computed answers."""
