"""The facts of the mirror: worked out by the engine, never stated by a client."""
