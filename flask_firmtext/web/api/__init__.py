"""The JSON API: what the pages can do, for programs. :mod:`.blueprint` is all that a host's start loads of it."""
