"""The one layer that every door uses: operations, declared once."""
