"""The mirror: plan, pause and journal before a trade, judged by pure functions over exact facts."""
