"""How an answer looks: text, rows in order, figures, one HTML file. Money is computed elsewhere."""
