"""The page: one screen over the same operations as every other door, drawn in the browser by NiceGUI."""
