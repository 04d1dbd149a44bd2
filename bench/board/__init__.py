"""The accuracy board: ringfence and three released programs on the figures the venues themselves published.

``python -m bench.board`` (``make scoreboard``) asks all four and writes docs/accuracy.json and
docs/accuracy.md; ``scripts/docs_accuracy.py`` (``make docs``) asks ringfence anew and keeps what the
others said.
"""
