"""What follows, exactly: account x market x rules, in decimals that never round."""
