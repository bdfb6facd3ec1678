"""What runs beside the web server: processes that drain what is due, and the sweep that finds what nobody was told."""
