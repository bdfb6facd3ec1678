"""Where texts meet the practice: what came with them goes to the host's matters."""
