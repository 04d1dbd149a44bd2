"""What is remembered between runs: imported tier tables."""
