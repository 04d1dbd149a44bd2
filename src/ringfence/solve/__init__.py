"""What it would take: liquidation prices, frontiers, twins and sizes, each certified by `exact`."""
