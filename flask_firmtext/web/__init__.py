"""What is reached over HTTP: pages, webhooks, health."""
