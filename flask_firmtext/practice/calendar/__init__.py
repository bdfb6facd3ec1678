"""Events: what the host tells of them, what clients are told and reminded of, and what they answer."""
