"""The firm's own affairs: its numbers, and later its registration, templates, retention and record."""
