"""What we ask of others: the practice system (``host``) and the carrier (``gateway``)."""
