"""The mirror on a terminal: how its answers are shown, and the pause that is gone through there."""
