"""What exists: frozen values, no rules, no input or output."""
