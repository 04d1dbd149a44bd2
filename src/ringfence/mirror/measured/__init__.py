"""Facts, worked out: what the engine, the market and the past say about one intent."""
