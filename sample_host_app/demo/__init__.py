"""``make demo``: the practice system with every real part, in processes of its own, for one machine."""
