"""A text's life: accepted, sent, received, read."""
