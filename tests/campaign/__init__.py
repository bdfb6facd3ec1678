"""The campaign: real processes, real faults, and at the end the carrier's ledger held against the database.

``make campaign SECONDS=1800 SEED=7 FAULTS=F01,F17 DB=postgresql|sqlite``; see :mod:`campaign.__main__`.
"""
