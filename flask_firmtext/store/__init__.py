"""Our tables: models, keys and ciphers, transactions, and every SELECT by its name."""
